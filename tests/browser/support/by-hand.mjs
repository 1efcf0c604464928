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
  const v = (n / (n - 1)) * (total((s) => s * s) - 2 * R * total((s, m) => s * m) + R * R * total((_, m) => m * m)) / (M * M);
  const isPlain = n === 1 || R === 0 || R === 1 || v === 0;
  const worth = isPlain ? n : Math.min(Math.max((R * (1 - R)) / v, 1), M);
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

/** As a Vietnamese reader sees it: 74,38 %. */
export const vietnamese = (share) => `${(share / 100).toFixed(2).replace(".", ",")}`;
