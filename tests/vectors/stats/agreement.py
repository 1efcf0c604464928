#!/usr/bin/env python3
"""Compares survey::stats with scipy, statsmodels and numpy on random inputs.

Not part of the tests: it needs Python and `pip install scipy statsmodels numpy` (written against
scipy 1.17, statsmodels 0.15, numpy 2.4). From the root of the repository:

    python3 tests/vectors/stats/agreement.py [inputs per rule, default 5000]

The variances of ST6 and ST7 are compared with cluster-robust regression (one cluster per person),
which reaches them from single answers, not from sums. Exit code 1 above 1e-6.
"""

import itertools
import math
import subprocess
import sys
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import stats
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


def pooled():
    persons = people(0, 1)
    p, v = clustered(persons)
    answers = sum(q.size for q in persons)
    n = len(persons) if v < 1e-14 or p in (0, 1) else min(max(p * (1 - p) / v, 1), answers)
    low, high = proportion_confint(p * n, n, method="wilson")
    return f"pooled {flat(persons)}", (p, v, n, low, high)


def mean():
    persons = people(1, 5)
    m, v = clustered(persons)
    if v < 1e-14:
        return mean()
    low, high = stats.t.interval(0.95, len(persons) - 1, loc=m, scale=math.sqrt(v))
    return f"mean {flat(persons)}", (m, max(low, 1), min(high, 5))


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
    asked = " ".join(f"{f.sum()} {f.size}" for p in persons for f in p)
    return f"factors {count} {asked}", (contrast @ fit.params, v)


def newcombe():
    n, k = random.integers(1, 2000, size=2)
    x, y = random.integers(0, n + 1), random.integers(0, k + 1)
    return f"newcombe {x} {n} {y} {k}", confint_proportions_2indep(
        x, n, y, k, method="newcomb", compare="diff")


def student():
    freedom = int(10 ** random.uniform(0, 7))
    return f"student {freedom}", [stats.t.ppf(0.975, freedom)]


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


def main():
    rules = [wilson, pooled, mean, factors, newcombe, student, beta, beta_quantile, binomial,
             normal_quantile, limit, shapley]
    worst = 0.0
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
        print(f"{rule.__name__:16} {COUNT} inputs, largest difference {gap:.1e}")
        if not gap <= LARGEST:
            print(f"    at: {line[:200]}")
    sys.exit(0 if worst <= LARGEST else 1)


if __name__ == "__main__":
    main()
