#!/usr/bin/env python3
"""Compares survey::stats with scipy, statsmodels and numpy on random inputs.

Not part of the tests: it needs Python and `pip install scipy statsmodels numpy` (written against
scipy 1.17, statsmodels 0.15, numpy 2.4). From the root of the repository:

    python3 tests/vectors/stats/agreement.py [inputs per rule, default 5000]

`cargo xtask long --only agreement` does so with PYTHON, and writes the table of docs/PROOFS.md.

The variances of ST6 and ST7 are compared with cluster-robust regression (one cluster per person),
which reaches them from single answers, not from sums; what people are worth, with a weighted sample of
the persons themselves in which the one more person sits (docs/adr/0032-one-more-person.md). Exit code
1 above 1e-6.
"""

import itertools
import math
import subprocess
import sys
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
LARGEST = 1e-6
random = np.random.default_rng(20261123)
warnings.simplefilter("ignore")


def people(lowest, highest, most=40, unequal=True):
    """Persons with 1..5 answers, each person with a mood of their own."""
    mood = random.beta(*random.uniform(0.5, 6, 2), size=random.integers(2, most))
    sizes = random.integers(1, 6, size=mood.size) if unequal else np.full(mood.size, 5)
    return [lowest + random.binomial(highest - lowest, m, size=k) for m, k in zip(mood, sizes)]


def flat(persons):
    return " ".join(f"{p.sum()} {p.size}" for p in persons)


def clustered(persons):
    """Mean of all answers and its cluster-robust variance, n/(n-1)."""
    y = np.concatenate(persons)
    groups = np.repeat(np.arange(len(persons)), [p.size for p in persons])
    fit = sm.OLS(y, np.ones(y.size)).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return fit.params[0], fit.cov_params()[0, 0]


def wilson():
    n = int(10 ** random.uniform(0, 5))
    x = random.integers(0, n + 1)
    return f"wilson {x} {n}", proportion_confint(x, n, method="wilson")


def squares(at, weights, p):
    """Weighted squares of the distances from p."""
    sample = DescrStatsW(at, weights)
    return sample.sumsquares + sample.sum_weights * (sample.mean - p) ** 2


def worth(p, persons, places, most):
    """How many people at 0 or 1 tell as much of p as `persons`, where each stands on 0..1. Into
    both samples goes one more, a part at each of the places."""
    n, part = len(persons), np.full(len(places), 1 / len(places))
    seen = squares(np.append(persons, places), np.append(np.ones(n), part), p)
    widest = squares(np.append([0, 1], places), np.append([n * (1 - p), n * p], part), p)
    return min(max(n * widest / seen, 1), most)


def standing(persons, p, lowest=0, length=1):
    """Each person's place on 0..1 by what the answers add to or take from p, the average person's
    number of answers being one vote."""
    votes = np.mean([q.size for q in persons])
    return [p + ((q - lowest) / length - p).sum() / votes for q in persons]


def pooled():
    persons = people(0, 1)
    p, v = clustered(persons)
    n = worth(p, standing(persons, p), [0, 1], sum(q.size for q in persons))
    low, high = proportion_confint(p * n, n, method="wilson")
    return f"pooled {flat(persons)}", (p, v, n, low, high)


def mean():
    persons = people(1, 5)
    m, _ = clustered(persons)
    p = (m - 1) / 4
    n = worth(p, standing(persons, p, 1, 4), np.arange(5) / 4, math.inf)
    low, high = proportion_confint(p * n, n, method="wilson")
    return f"mean {flat(persons)}", (m, 1 + 4 * low, 1 + 4 * high)


def factors():
    """A contrast of factor dummies with cluster-robust covariance."""
    count = random.integers(2, 6)
    persons = [[random.binomial(1, m, size=random.integers(0, 5)) for _ in range(count)]
               for m in random.beta(3, 1.5, size=random.integers(4, 40))]
    persons = [p for p in persons if sum(f.size for f in p) > 0]
    if len(persons) < 2 or any(sum(p[f].size for p in persons) == 0 for f in range(count)):
        return factors()
    rows = [(i, f, y) for i, p in enumerate(persons) for f in range(count) for y in p[f]]
    who, which, y = map(np.array, zip(*rows))
    dummies = (which[:, None] == np.arange(count)).astype(float)
    fit = sm.OLS(y, dummies).fit(cov_type="cluster", cov_kwds={"groups": who, "use_correction": False})
    contrast = np.full(count, 1 / count)
    n = len(persons)
    v = contrast @ fit.cov_params() @ contrast * n / (n - 1)
    p = contrast @ fit.params
    answers = dummies.sum(axis=0)
    places = p + n * np.bincount(who, fit.resid * (contrast / answers)[which], minlength=n)
    known = worth(p, places, [0, 1], y.size)
    asked = " ".join(f"{f.sum()} {f.size}" for p in persons for f in p)
    return f"factors {count} {asked}", (p, v, known)


def newcombe():
    n, k = random.integers(1, 2000, size=2)
    x, y = random.integers(0, n + 1), random.integers(0, k + 1)
    return f"newcombe {x} {n} {y} {k}", confint_proportions_2indep(
        x, n, y, k, method="newcomb", compare="diff")


def finite():
    """Wilson on n* = n(N-1)/(N-n)."""
    n = int(10 ** random.uniform(0, 4))
    x, eligible = random.integers(0, n + 1), n + int(10 ** random.uniform(0, 5))
    worth = n * (eligible - 1) / (eligible - n)
    return f"finite {x} {n} {eligible}", proportion_confint(x / n * worth, worth, method="wilson")


def bounds():
    """Everybody silent against, then for; hundredths of a point, half up, in whole numbers."""
    n = int(10 ** random.uniform(0, 4))
    x, eligible = int(random.integers(0, n + 1)), n + int(10 ** random.uniform(0, 5))
    half_up = lambda part: (2 * 10_000 * part + eligible) // (2 * eligible)
    return f"bounds {x} {n} {eligible}", (half_up(x), half_up(x + eligible - n))


def sample():
    p, e, deff = (int(random.integers(*span)) for span in ((1, 10_000), (50, 2_000), (100, 400)))
    eligible = int(10 ** random.uniform(0, 6)) if random.uniform() < 0.8 else 0
    simple = stats.norm.ppf(0.975) ** 2 * p / 1e4 * (1 - p / 1e4) / (e / 1e4) ** 2
    size = deff / 100 * (simple / (1 + (simple - 1) / eligible) if eligible else simple)
    return f"sample {p} {e} {deff} {eligible}", [math.ceil(size - 1e-9)]


def slovin():
    eligible, e = int(10 ** random.uniform(0, 7)), int(random.integers(1, 2_000))
    return f"slovin {eligible} {e}", [-(-eligible * 10**8 // (10**8 + eligible * e * e))]


def units():
    """Units of a province, whose true shares differ or do not."""
    n = random.integers(10, 800, size=random.integers(5, 60))
    mean, spread = random.uniform(0.5, 0.98), random.choice([0.0, 0.02, 0.1])
    x = random.binomial(n, np.clip(random.normal(mean, spread, size=n.size), 0, 1))
    return x.astype(float), n.astype(float), " ".join(f"{a} {b}" for a, b in zip(x, n))


def peers():
    """Kleinman's moments in numpy, intervals by scipy's Beta."""
    x, n, asked = units()
    p, w = x / n, n / n.sum()
    m = x.sum() / n.sum()
    if m == 1:
        return peers()
    c, a = (w * (1 - w) / n).sum(), (w * (1 - w)).sum()
    spread = ((w * (p - m) ** 2).sum() - m * (1 - m) * c) / (a - c)
    found = [m, spread]
    if spread > 0:
        k = max(m * (1 - m) / spread - 1, 0)
        share = (x + k * m) / (n + k)
        low, high = (stats.beta.ppf(q, share * (n + k), (1 - share) * (n + k)) for q in (0.025, 0.975))
        found += list(np.column_stack([share, low, high]).ravel())
    return f"peers {asked}", found


def funnel():
    """Spiegelhalter's funnel; numpy's linear quantile is type 7."""
    x, n, asked = units()
    m = x.sum() / n.sum()
    if m == 1:
        return funnel()
    z = (x / n - m) / np.sqrt(m * (1 - m) / n)
    low, high = np.quantile(z, [0.1, 0.9], method="linear")
    phi = max((np.clip(z, low, high) ** 2).mean(), 1)
    half = 3.09 * np.sqrt(phi * m * (1 - m) / n)
    places = np.column_stack([z / np.sqrt(phi), np.maximum(m - half, 0), np.minimum(m + half, 1)])
    return f"funnel {asked}", [phi, *places.ravel()]


def cusum():
    """The log likelihood ratio of two binomials, by scipy, added up week by week."""
    known = int(random.integers(50, 5_000))
    rare = random.integers(0, known // 4)
    usual = max(rare / known, 0.01)
    raised = 2 * usual / (1 + usual)
    n = random.integers(0, 80, size=40)
    low = random.binomial(n, random.choice([usual, raised]))
    level, levels = 0.0, []
    for x, people in zip(low, n):
        gain = stats.binom.logpmf(x, people, raised) - stats.binom.logpmf(x, people, usual)
        level = max(0.0, level + gain)
        levels.append(level)
        level = 0.0 if level > 6 else level
    return f"cusum {rare} {known} " + " ".join(f"{a} {b}" for a, b in zip(low, n)), levels


def beta():
    a, b = 10 ** random.uniform(-1, 6, size=2)
    x = stats.beta.rvs(a, b, random_state=random)
    return f"beta {x:.17g} {a:.17g} {b:.17g}", [stats.beta.cdf(x, a, b)]


def beta_quantile():
    a, b = 10 ** random.uniform(-0.5, 5, size=2)
    q = random.choice([0.025, 0.975, random.uniform()])
    return f"beta_quantile {q:.17g} {a:.17g} {b:.17g}", [stats.beta.ppf(q, a, b)]


def binomial():
    n = int(10 ** random.uniform(0, 5))
    p = random.uniform()
    c = stats.binom.rvs(n, p, random_state=random)
    return f"binomial {c} {n} {p:.17g}", [stats.binom.cdf(c, n, p)]


def normal_quantile():
    q = random.uniform(1e-9, 1)
    return f"normal_quantile {q:.17g}", [stats.norm.ppf(q)]


def limit():
    n, usual = int(10 ** random.uniform(0, 4)), random.integers(1, 1000)
    c = np.arange(n)
    signals = np.flatnonzero(stats.binom.cdf(c, n, usual / 1000) <= 0.00135)
    return f"limit {n} {usual} 1000", [signals[-1] if signals.size else -1]


def shapley():
    """LMG as the mean gain over all 120 orders, R² by least squares."""
    r = np.corrcoef(random.normal(size=(6, 40)) + random.uniform(0, 2) * random.normal(size=40))

    def explained(chosen):
        if not chosen:
            return 0.0
        chosen = list(chosen)
        y = r[chosen, 5]
        return y @ np.linalg.solve(r[np.ix_(chosen, chosen)], y)

    known = {s: explained(s) for k in range(6) for s in itertools.combinations(range(5), k)}
    gains = np.zeros(5)
    for order in itertools.permutations(range(5)):
        for k, f in enumerate(order):
            gains[f] += known[tuple(sorted(order[:k + 1]))] - known[tuple(sorted(order[:k]))]
    asked = " ".join(repr(float(v)) for v in r.flat)
    return f"shapley {asked}", [*(gains / 120), known[(0, 1, 2, 3, 4)]]


RULES = {
    "wilson": "ST5 Wilson, of people: statsmodels `proportion_confint`",
    "pooled": "ST1, ST6 n_eff: statsmodels OLS, clustered by person; weighted people",
    "mean": "ST7 mean of five: weighted people, statsmodels",
    "factors": "ST4, ST7 mean of factors: a contrast of clustered OLS; weighted people",
    "finite": "ST8 finite population: statsmodels on n*",
    "newcombe": "ST9 difference: statsmodels `newcomb`",
    "peers": "ST11 shrinkage and its limits: numpy, scipy `beta`",
    "funnel": "ST12, ST13 funnel: numpy quantiles",
    "limit": "ST15 exact limit: scipy `binom`, every c tried",
    "cusum": "ST16 CUSUM: scipy `binom.logpmf`",
    "shapley": "ST17 Shapley: numpy, all 120 orders",
    "sample": "ST18 sample size: scipy `norm`",
    "slovin": "ST18 Slovin: whole numbers",
    "bounds": "ST19 non-response bounds: whole numbers",
    "beta": "beta: scipy `beta.cdf`",
    "beta_quantile": "beta quantile: scipy `beta.ppf`",
    "binomial": "binomial: scipy `binom.cdf`",
    "normal_quantile": "normal quantile: scipy `norm.ppf`",
}


def main():
    rules = [wilson, pooled, mean, factors, finite, newcombe, peers, funnel, limit, cusum, shapley,
             sample, slovin, bounds, beta, beta_quantile, binomial, normal_quantile]
    worst = 0.0
    print("| Rule | Inputs | Largest difference |\n|---|---|---|")
    for rule in rules:
        asked = [rule() for _ in range(COUNT)]
        lines = "\n".join(line for line, _ in asked)
        spoken = subprocess.run(
            ["cargo", "run", "-q", "--release", "-p", "survey-tests", "--example", "stats_agreement"],
            input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
        assert len(spoken) == COUNT, f"{rule.__name__}: {len(spoken)} answers to {COUNT} questions"
        gap, line = 0.0, ""
        for (question, expected), answer in zip(asked, spoken):
            pairs = zip(map(float, answer.split()), expected, strict=True)
            # Relative above 1: n_eff and quantiles may be in the thousands.
            here = max(abs(a - e) / max(1.0, abs(e)) for a, e in pairs)
            if not here <= gap:
                gap, line = here, question
        worst = max(worst, gap)
        print(f"| {RULES[rule.__name__]} | {COUNT} | {gap:.1e} |", flush=True)
        if not gap <= LARGEST:
            print(f"at: {line[:200]}", file=sys.stderr)
    sys.exit(0 if worst <= LARGEST else 1)


if __name__ == "__main__":
    main()
