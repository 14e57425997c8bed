//! Who is alone, where several backends computed the same value: the baseline itself can be.

use std::fmt;

/// What backends made of one case, and who agrees with whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// `module::test::case`.
    pub case: String,
    /// Who came to a value, the baseline first.
    pub backends: Vec<&'static str>,
    /// The pairs that agree, by position, the smaller one first.
    pub agree: Vec<(usize, usize)>,
}

/// What a poll comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All the others agree with each other, and none with this one.
    Outlier(&'static str),
    /// Nobody agrees with anybody.
    Scattered,
    /// Anything else.
    Split,
    /// There are fewer than three values, so that nobody can be outvoted.
    TooFew,
}

impl Poll {
    /// Who is alone, if somebody is.
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

impl fmt::Display for Poll {
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
                write!(f, "{case}: {} agree, nobody else", pairs.collect::<Vec<_>>().join(", "))
            }
            Finding::TooFew => write!(f, "{case}: {} cannot be outvoted", backends.join(" and ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(backends: &[&'static str], agree: &[(usize, usize)]) -> Poll {
        Poll { case: "a::b".to_owned(), backends: backends.to_vec(), agree: agree.to_vec() }
    }

    #[test]
    fn who_agrees_with_nobody_while_all_others_agree_is_alone() {
        const THREE: [&str; 3] = ["reference", "mlx", "candle"];
        const FOUR: [&str; 4] = ["reference", "mlx", "candle", "mps"];
        for (backends, agree, text) in [
            (&THREE[..], &[(1, 2)][..], "reference is alone, mlx and candle agree"),
            (&THREE, &[(0, 2)], "mlx is alone, reference and candle agree"),
            (&THREE, &[], "no two of reference, mlx, candle agree"),
            // Near to one another, but the ends too far apart.
            (&THREE, &[(0, 1), (1, 2)], "reference with mlx, mlx with candle agree, nobody else"),
            (&FOUR, &[(0, 1), (2, 3)], "reference with mlx, candle with mps agree, nobody else"),
            (&FOUR, &[(1, 2)], "mlx with candle agree, nobody else"),
            (&FOUR, &[(1, 2), (1, 3), (2, 3)], "reference is alone, mlx and candle and mps agree"),
            (&THREE[..2], &[], "reference and mlx cannot be outvoted"),
        ] {
            assert_eq!(poll(backends, agree).to_string(), format!("a::b: {text}"));
        }
    }
}
