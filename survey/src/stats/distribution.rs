//! The distributions behind the intervals: normal, beta and binomial.

use core::f64::consts::FRAC_1_SQRT_2;

use super::border::real;

/// Steps after which a series or a search is as good as it gets; large parameters need about their
/// square root, and a country has below 10^8 people.
const MOST_STEPS: u32 = 20_000;

/// Relative change at which a series has converged.
const CONVERGED: f64 = 1e-15;

/// P(X <= x) for X ~ Beta(a, b), a and b above 0: the regularised incomplete beta function
/// `I_x`(a, b). Source: the continued fraction 26.5.8 of Abramowitz & Stegun 1964, by Lentz 1976.
#[must_use]
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = libm::exp(a * libm::log(x) + b * libm::log1p(-x) - log_beta(a, b));
    // The fraction converges fast on one side of the mean; the other side is its mirror image.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

/// x with P(X <= x) = `q` for X ~ Beta(a, b), `q` in 0..=1; a point at 0 where a is 0, at 1 where b
/// is 0. Newton's steps, kept inside a bracket that bisection shrinks.
#[must_use]
pub fn beta_quantile(q: f64, a: f64, b: f64) -> f64 {
    if a <= 0.0 || q <= 0.0 {
        return 0.0;
    }
    if b <= 0.0 || q >= 1.0 {
        return 1.0;
    }
    let log_beta = log_beta(a, b);
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = a / (a + b);
    for _ in 0..MOST_STEPS {
        let excess = beta_cdf(x, a, b) - q;
        if excess > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = libm::exp((a - 1.0) * libm::log(x) + (b - 1.0) * libm::log1p(-x) - log_beta);
        let newton = x - excess / density;
        let next = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        if (next - x).abs() <= CONVERGED * x {
            return next;
        }
        x = next;
    }
    x
}

/// P(X <= c) for X ~ Binomial(n, p), c below n: that n - c or more miss is P(Beta(n-c, c+1) <= 1-p).
#[must_use]
pub fn binomial_cdf(c: u64, n: u64, p: f64) -> f64 {
    match n.checked_sub(c) {
        None | Some(0) => 1.0,
        Some(rest) => beta_cdf(1.0 - p, real(rest), real(c) + 1.0),
    }
}

/// P(X <= x) for X ~ Normal(0, 1).
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x * FRAC_1_SQRT_2) / 2.0
}

/// x with P(X <= x) = `q` for X ~ Normal(0, 1); `q` strictly between 0 and 1, or the answer is
/// infinite. Bisection: it is called for a plan, not for every unit.
#[must_use]
pub fn normal_quantile(q: f64) -> f64 {
    /// Beyond it the tail is below the smallest float.
    const FARTHEST: f64 = 39.0;
    if q <= 0.0 || q >= 1.0 {
        return if q <= 0.0 {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let (mut low, mut high) = (-FARTHEST, FARTHEST);
    while high - low > CONVERGED * FARTHEST {
        let middle = f64::midpoint(low, high);
        if normal_cdf(middle) < q {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// ln B(a, b).
fn log_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// The continued fraction of the incomplete beta function, evaluated from the front: a product of
/// the ratios of successive numerators and denominators.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let mut numerators = 1.0;
    let mut denominators = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = denominators;
    let mut k = 0.0;
    for _ in 0..MOST_STEPS {
        k += 1.0;
        let even = k * (b - k) * x / ((a + 2.0 * k - 1.0) * (a + 2.0 * k));
        let odd = -(a + k) * (a + b + k) * x / ((a + 2.0 * k) * (a + 2.0 * k + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            denominators = 1.0 / nonzero(1.0 + term * denominators);
            numerators = nonzero(1.0 + term / numerators);
            change = numerators * denominators;
            fraction *= change;
        }
        if (change - 1.0).abs() < CONVERGED {
            break;
        }
    }
    fraction
}

/// Lentz's guard: a denominator of exactly zero becomes a very small one.
fn nonzero(value: f64) -> f64 {
    const SMALLEST: f64 = 1e-300;
    if value.abs() < SMALLEST {
        SMALLEST
    } else {
        value
    }
}
