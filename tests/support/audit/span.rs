//! Which sums follow from others: the linear span of what was shown, by elimination over a prime field.
//!
//! What follows over the rationals with a denominator that the prime does not divide follows here too;
//! a set that does not follow here does not follow there. The prime is 2^61 - 1, and denominators are
//! determinants of matrices of zeros and ones: nothing that is derivable is missed in practice.

/// The prime.
const P: u64 = (1 << 61) - 1;

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(P);
    u64::try_from(product).unwrap_or(0)
}

fn inverse(a: u64) -> u64 {
    // Fermat: a^(P-2).
    let (mut power, mut base, mut left) = (1, a, P - 2);
    while left > 0 {
        if left & 1 == 1 {
            power = times(power, base);
        }
        base = times(base, base);
        left >>= 1;
    }
    power
}

/// The sum of two vectors.
pub fn plus(one: &[u64], other: &[u64]) -> Vec<u64> {
    one.iter().zip(other).map(|(a, b)| (a + b) % P).collect()
}

/// A space of vectors, as rows with a leading one each.
#[derive(Default)]
pub struct Span {
    rows: Vec<(usize, Vec<u64>)>,
}

impl Span {
    /// Adds a vector.
    pub fn add(&mut self, vector: &[u64]) {
        let mut rest = self.rest(vector);
        let Some(lead) = rest.iter().position(|number| *number != 0) else {
            return;
        };
        let scale = inverse(rest[lead]);
        for number in &mut rest {
            *number = times(*number, scale);
        }
        self.rows.push((lead, rest));
    }

    /// Whether a vector is a combination of those that were added.
    #[cfg(test)]
    pub fn holds(&self, vector: &[u64]) -> bool {
        self.rest(vector).iter().all(|number| *number == 0)
    }

    /// What is left of a vector without the space: nothing, where it is a combination of those that
    /// were added. What is left of a sum is the sum of what is left.
    pub fn rest(&self, vector: &[u64]) -> Vec<u64> {
        let mut rest = vector.to_vec();
        for (lead, row) in &self.rows {
            let factor = rest[*lead];
            if factor != 0 {
                for (number, known) in rest.iter_mut().zip(row) {
                    *number = (*number + P - times(factor, *known)) % P;
                }
            }
        }
        rest
    }
}
