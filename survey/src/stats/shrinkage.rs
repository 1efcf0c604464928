//! What a unit's share would be if chance were taken out: between its own and its peers' (ST11).

use super::{Estimate, Z_95, distribution};

/// Units of one peer group, taken together. Source: Kleinman 1973, moments of the beta-binomial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peers {
    mean: f64,
    spread: f64,
}

/// What is known of one unit's true share, after its peers: a Beta(a, b).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    a: f64,
    b: f64,
}

impl Peers {
    /// The group of `units`; `None` without units, or if one is a census (n infinite).
    ///
    /// w = `n_i`/Σn, m = Σx/Σn, S = Σw(`p_i` - m)², c = Σw(1-w)/`n_i`, a = Σw(1-w), and
    /// s² = (S - m(1-m)c)/(a - c).
    #[must_use]
    pub fn of(units: &[Estimate]) -> Option<Self> {
        let people: f64 = units.iter().map(Estimate::n).sum();
        if units.is_empty() || !people.is_finite() {
            return None;
        }
        let mean = units.iter().map(|unit| unit.p() * unit.n()).sum::<f64>() / people;
        let (mut seen, mut chance, mut room) = (0.0, 0.0, 0.0);
        for unit in units {
            let weight = unit.n() / people;
            let distance = unit.p() - mean;
            seen += weight * distance * distance;
            chance += weight * (1.0 - weight) / unit.n();
            room += weight * (1.0 - weight);
        }
        let spread = if room > chance {
            (seen - mean * (1.0 - mean) * chance) / (room - chance)
        } else {
            0.0
        };
        Some(Self { mean, spread })
    }

    /// m: the share of the whole group, 0..=1.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// s²: how much the units' true shares vary; not above 0 where chance alone explains them.
    #[must_use]
    pub const fn spread(&self) -> f64 {
        self.spread
    }

    /// κ: how many people the group's mean is worth beside a unit's own, 0 or more. `None` where the
    /// units cannot be told apart ("không phân biệt được"): then every unit's share is the mean.
    #[must_use]
    pub fn weight(&self) -> Option<f64> {
        let chance = self.mean * (1.0 - self.mean);
        (self.spread > 0.0 && chance > 0.0).then(|| (chance / self.spread - 1.0).max(0.0))
    }

    /// Where `unit` stands: Beta(x + κm, n - x + κ(1-m)); `None` as for [`Peers::weight`].
    #[must_use]
    pub fn standing(&self, unit: &Estimate) -> Option<Standing> {
        let weight = self.weight()?;
        Some(Standing {
            a: unit.p() * unit.n() + weight * self.mean,
            b: (1.0 - unit.p()) * unit.n() + weight * (1.0 - self.mean),
        })
    }
}

impl Standing {
    /// EB: the shrunk share, 0..=1.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// The variance of what is known.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.mean() * (1.0 - self.mean()) / (self.a + self.b + 1.0)
    }

    /// The middle 95 % of what is known: (low, high), 0..=1.
    #[must_use]
    pub fn limits(&self) -> (f64, f64) {
        let tail = distribution::normal_cdf(-Z_95);
        (
            distribution::beta_quantile(tail, self.a, self.b),
            distribution::beta_quantile(1.0 - tail, self.a, self.b),
        )
    }
}
