// The citizens of a run of chaos. No two answer alike, so that sets are compared and not only numbers:
// who was thanked against who was counted.
const ITEMS = ["x_all", "x_tc", "x_tthc", "x_cc"];
/** Levels 1 to 5, and 0 for a skipped question. */
const CHOICES = 6;
/** So many citizens can be told apart; nobody skips everything. */
const MOST = CHOICES ** ITEMS.length - 1;

/** The pattern of a counted body: the four items that everybody is asked. */
export const patternOf = (body) => ITEMS.map((item) => body.answers[item]).join("");

export class Crowd {
  constructor(seed) {
    this.first = seed % MOST;
    this.citizens = new Map();
    this.nobody = 0;
  }

  /** Thanks were shown where no citizen stood. */
  thankNobody() {
    this.nobody += 1;
  }

  /** Somebody who has answered nothing yet. */
  next() {
    if (this.citizens.size === MOST) throw new Error("no pattern is left");
    const number = ((this.first + this.citizens.size) % MOST) + 1;
    const pattern = number.toString(CHOICES).padStart(ITEMS.length, "0");
    const citizen = { pattern, levels: [...pattern].map(Number), hasSent: false, thanks: 0 };
    this.citizens.set(pattern, citizen);
    return citizen;
  }

  /**
   * The set thanked held against the set counted; `counted` has a pattern for each response. Whoever
   * pressed "Gửi" and was cut off before the thanks may be kept or not; whoever did not press it, not.
   */
  compare(counted) {
    const times = new Map();
    for (const pattern of counted) times.set(pattern, (times.get(pattern) ?? 0) + 1);
    const all = [...this.citizens.values()];
    const isCounted = ({ pattern }) => times.has(pattern);
    const thanked = all.filter(({ thanks }) => thanks > 0);
    const cutOff = all.filter(({ hasSent, thanks }) => hasSent && thanks === 0);
    const names = (people) => people.map(({ pattern }) => pattern);
    return {
      thanked: thanked.length,
      counted: thanked.filter(isCounted).length,
      cutOff: cutOff.length,
      kept: cutOff.filter(isCounted).length,
      left: all.length - thanked.length - cutOff.length,
      lost: names(thanked.filter((citizen) => !isCounted(citizen))),
      double: [...times].filter(([, n]) => n > 1).map(([pattern]) => pattern),
      invented: [...times.keys()].filter((pattern) => !this.citizens.get(pattern)?.hasSent),
      twiceThanked: names(all.filter(({ thanks }) => thanks > 1)),
      thankedNobody: Array.from({ length: this.nobody }, () => "nobody"),
    };
  }
}
