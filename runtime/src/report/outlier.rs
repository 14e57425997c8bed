//! Which backend is the outlier, where several computed the same value: it can be the baseline.

use std::fmt;

/// Which backends computed a value for one case, and which pairs agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// `module::test::case`.
    pub case: String,
    /// The backends that returned a value, the baseline first.
    pub backends: Vec<&'static str>,
    /// The pairs that agree, by position, the smaller one first.
    pub agree: Vec<(usize, usize)>,
}

/// What a vote shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All the others agree with each other, and none with this one.
    Outlier(&'static str),
    /// No two agree.
    Scattered,
    /// Anything else.
    Split,
    /// There are fewer than three values: no majority is possible.
    TooFew,
}

impl Vote {
    /// What the vote shows.
    pub fn finding(&self) -> Finding {
        let count = self.backends.len();
        if count < 3 {
            return Finding::TooFew;
        }
        if self.agree.is_empty() {
            return Finding::Scattered;
        }
        let is_alone = |at: usize| self.agree.iter().all(|(a, b)| *a != at && *b != at);
        // The pairs among the others.
        let others = (count - 1) * (count - 2) / 2;
        match (0..count).find(|at| is_alone(*at)) {
            Some(at) if self.agree.len() == others => Finding::Outlier(self.backends[at]),
            _ => Finding::Split,
        }
    }
}

impl fmt::Display for Vote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, backends, agree } = self;
        match self.finding() {
            Finding::Outlier(alone) => {
                let others: Vec<_> = backends.iter().filter(|name| **name != alone).copied().collect();
                write!(f, "{case}: {alone} is alone, {} agree", others.join(" and "))
            }
            Finding::Scattered => write!(f, "{case}: no two of {} agree", backends.join(", ")),
            Finding::Split => {
                let pairs = agree.iter().map(|(a, b)| format!("{} with {}", backends[*a], backends[*b]));
                write!(f, "{case}: {} agree; no other pair does", pairs.collect::<Vec<_>>().join(", "))
            }
            Finding::TooFew => write!(f, "{case}: {} cannot be outvoted", backends.join(" and ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(backends: &[&'static str], agree: &[(usize, usize)]) -> Vote {
        Vote { case: "a::b".to_owned(), backends: backends.to_vec(), agree: agree.to_vec() }
    }

    #[test]
    fn a_backend_that_agrees_with_none_while_all_others_agree_is_the_outlier() {
        const THREE: [&str; 3] = ["reference", "mlx", "candle"];
        const FOUR: [&str; 4] = ["reference", "mlx", "candle", "mps"];
        for (backends, agree, text) in [
            (&THREE[..], &[(1, 2)][..], "reference is alone, mlx and candle agree"),
            (&THREE, &[(0, 2)], "mlx is alone, reference and candle agree"),
            (&THREE, &[], "no two of reference, mlx, candle agree"),
            // Near to one another, but the ends too far apart.
            (&THREE, &[(0, 1), (1, 2)], "reference with mlx, mlx with candle agree; no other pair does"),
            (&FOUR, &[(0, 1), (2, 3)], "reference with mlx, candle with mps agree; no other pair does"),
            (&FOUR, &[(1, 2)], "mlx with candle agree; no other pair does"),
            (&FOUR, &[(1, 2), (1, 3), (2, 3)], "reference is alone, mlx and candle and mps agree"),
            (&THREE[..2], &[], "reference and mlx cannot be outvoted"),
        ] {
            assert_eq!(vote(backends, agree).to_string(), format!("a::b: {text}"));
        }
    }
}
