// The one source of chance in a run of chaos: what happens follows from the seed, only its timing
// from the machine.
export class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** A number from 0 up to, not including, `sides`; mulberry32. */
  below(sides) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  isHeads() {
    return this.below(2) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  shuffled(list) {
    const all = [...list];
    for (let at = all.length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      [all[at], all[other]] = [all[other], all[at]];
    }
    return all;
  }
}
