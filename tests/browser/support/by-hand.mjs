// The figures a manager must see, computed from the answers by the formulas of docs/SPEC.md in plain
// arithmetic. Shares in hundredths of a percentage point.
const Z = 1.959963984540054;

/** `people`: for each person the levels given in the scope, nulls left out. */
export function pooled(people) {
  const sums = people
    .map((levels) => levels.filter((level) => level !== null))
    .filter((levels) => levels.length > 0)
    .map((levels) => [levels.filter((level) => level >= 4).length, levels.length]);
  const total = (of) => sums.reduce((sum, [s, m]) => sum + of(s, m), 0);
  const n = sums.length;
  const [S, M] = [total((s) => s), total((_, m) => m)];
  const R = S / M;
  // ST6, person by person: what answers add to or take from R, the average person's being one vote. Half a
  // person wholly satisfied and half a person wholly not sit beside those who are there.
  const apart = sums.reduce((sum, [s, m]) => sum + ((s - R * m) / (M / n)) ** 2, 0);
  const oneMore = ((1 - R) ** 2 + R ** 2) / 2;
  const worth = n === 1 ? 1 : Math.min(Math.max((n * (n * R * (1 - R) + oneMore)) / (apart + oneMore), 1), M);
  const [low, high] = wilson(R, worth);
  return { n, index: Math.floor((S * 20000 + M) / (2 * M)), low: hundredths(low), high: hundredths(high) };
}

function wilson(p, n) {
  const z2 = Z * Z;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

const hundredths = (share) => Math.round(share * 10000);

/** Outward to five percentage points, for fewer than 30 people. */
export const outward = ({ low, high }) => ({ low: Math.floor(low / 500) * 500, high: Math.ceil(high / 500) * 500 });

/** As a Vietnamese reader sees it: 74,38, before its %. */
export const vietnamese = (share) => `${(share / 100).toFixed(2).replace(".", ",")}`;

/** x of n in hundredths of a percentage point, half up. */
export const share = (x, n) => Math.floor((x * 20000 + n) / (2 * n));

/** Wilson limits (ST5) in hundredths. */
export const wilsonOf = (p, n) => wilson(p, n).map(hundredths);

/** ST9 on people who are each of one mind, so that they are worth as many as they are (ST6). In hundredths. */
export function apart(one, other) {
  const [p1, p2] = [one, other].map(({ people, satisfied }) => satisfied / people);
  const [[l1, u1], [l2, u2]] = [[p1, one.people], [p2, other.people]].map(([p, n]) => wilson(p, n));
  const by = p1 - p2;
  return {
    by: hundredths(by),
    low: hundredths(by - Math.hypot(p1 - l1, u2 - p2)),
    high: hundredths(by + Math.hypot(u1 - p1, p2 - l2)),
  };
}

/** ST12, ST13: units with a share p worth n people. */
export function funnel(units) {
  const all = units.reduce((sum, { n }) => sum + n, 0);
  const m = units.reduce((sum, { p, n }) => sum + p * n, 0) / all;
  const spread = (n) => Math.sqrt((m * (1 - m)) / n);
  const z = units.map(({ p, n }) => (p - m) / spread(n));
  const sorted = [...z].sort((a, b) => a - b);
  const quantile = (q) => {
    const at = (sorted.length - 1) * q;
    const low = sorted[Math.floor(at)];
    return low + (at % 1) * ((sorted[Math.floor(at) + 1] ?? low) - low);
  };
  const [low, high] = [quantile(0.1), quantile(0.9)];
  const phi = Math.max(1, z.reduce((sum, value) => sum + Math.min(Math.max(value, low), high) ** 2, 0) / z.length);
  const held = (value) => Math.min(1, Math.max(0, value));
  return {
    mean: hundredths(m),
    ordinary: units.map(({ n }) => [m - 3.09 * Math.sqrt(phi) * spread(n), m + 3.09 * Math.sqrt(phi) * spread(n)].map((end) => hundredths(held(end)))),
    bands: z.map((value) => (Math.abs(value) / Math.sqrt(phi) <= 3.09 ? "within" : value > 0 ? "above" : "below")),
  };
}

/** ST15: the largest c with P(X <= c) <= 0.00135 for X binomial. */
export function limitOf(n, p) {
  let [term, sum] = [(1 - p) ** n, 0];
  for (let c = 0; c <= n; c += 1) {
    sum += term;
    if (sum > 0.00135) return c - 1;
    term *= ((n - c) / (c + 1)) * (p / (1 - p));
  }
  return n;
}

/** ST8, ST18 (Slovin), ST19 of people among dossiers, their share worth so many people. */
export function coverage({ people, satisfied, worth, eligible }) {
  return {
    share: share(people, eligible),
    interval: wilsonOf(satisfied / people, (worth * (eligible - 1)) / (eligible - people)),
    bounds: [satisfied, satisfied + eligible - people].map((x) => hundredths(x / eligible)),
    slovin: Math.ceil(eligible / (1 + eligible * 0.0025)),
  };
}
