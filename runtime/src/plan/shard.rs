//! A part of a run, for one of several machines.

use std::fmt;
use std::hash::Hasher;
use std::str::FromStr;

use crate::hash::Fnv;

/// One of several parts of a run: `2/5` is the second of five. Which cells are in it follows from their names alone, so that a new
/// cell moves no other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    number: u32,
    count: u32,
}

/// A text that names no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid shard `{text}`: write `2/5` for the second of five")]
pub struct ShardError {
    text: String,
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parsed = text.split_once('/').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        let shard = parsed.and_then(|(number, count)| Self::new(number, count));
        shard.ok_or_else(|| ShardError { text: text.to_owned() })
    }
}

impl Shard {
    /// This one, from 1, of so many; `None` where there is no such part.
    pub fn new(number: u32, count: u32) -> Option<Self> {
        (1 <= number && number <= count).then_some(Self { number, count })
    }

    /// Which one it is, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Of how many.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether a cell of this name is in it.
    pub fn holds(self, name: &str) -> bool {
        hash(name) % u64::from(self.count) == u64::from(self.number - 1)
    }

    /// Whether its record names this cell, where no record can name all: each name stands in that of its own shard and in that of
    /// another one, which its hash chooses among all others. Two records that are lost take few names with them that way.
    pub fn names(self, name: &str) -> bool {
        let (hash, count) = (hash(name), u64::from(self.count));
        let (own, this) = (hash % count, u64::from(self.number - 1));
        let behind = |of: u64| own + 1 + hash / count % of;
        this == own
            || count.checked_sub(1).filter(|others| *others > 0).map(behind).is_some_and(|at| at % count == this)
    }
}

/// FNV-1a: the same on every machine.
pub fn hash(name: &str) -> u64 {
    let mut hasher = Fnv::default();
    hasher.write(name.as_bytes());
    hasher.finish()
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_in_one_shard_and_none_is_much_larger_than_another() {
        let shards: Vec<Shard> = (1..=5).map(|number| format!("{number}/5").parse().unwrap()).collect();
        let mut sizes = [0; 5];
        for cell in 0..5000 {
            let name = format!("matmul::square::n_{cell}::mlx_cpu");
            let holding: Vec<_> = (0..5).filter(|at| shards[*at].holds(&name)).collect();
            assert_eq!(holding.len(), 1, "{name}");
            sizes[holding[0]] += 1;
        }
        assert!(sizes.iter().all(|size| (900..1100).contains(size)), "{sizes:?}");
        assert!("1/1".parse::<Shard>().unwrap().holds("anything"));
    }

    #[test]
    fn every_name_stands_in_two_records_and_a_lost_pair_takes_few_with_it() {
        for count in [1, 2, 3, 7, 100] {
            let shards: Vec<Shard> = (1..=count).map(|number| Shard::new(number, count).unwrap()).collect();
            let mut sizes = vec![0; shards.len()];
            let mut pairs = std::collections::BTreeMap::<_, u32>::new();
            for cell in 0..5000 {
                let name = format!("matmul::square::n_{cell}::mlx_cpu");
                let naming: Vec<_> = (0..shards.len()).filter(|at| shards[*at].names(&name)).collect();
                assert_eq!(naming.len() as u32, count.min(2), "{name}");
                assert!(naming.iter().any(|at| shards[*at].holds(&name)), "{name}");
                naming.iter().for_each(|at| sizes[*at] += 1);
                *pairs.entry(naming).or_default() += 1;
            }
            let even = 5000 * count.min(2) / count;
            assert!(sizes.iter().all(|size| (even * 6 / 10..=even * 14 / 10).contains(size)), "{sizes:?}");
            // Of the names of 100 shards, a hundredth of a shard's stands in the same two records.
            assert!(count < 100 || pairs.values().all(|names| *names < 10), "{pairs:?}");
        }
    }

    #[test]
    fn what_names_no_shard_is_refused() {
        for text in ["", "2", "0/5", "6/5", "1/0", "-1/5", "a/b", "1/2/3", "1/4294967296"] {
            let error = text.parse::<Shard>().unwrap_err().to_string();
            assert_eq!(error, format!("invalid shard `{text}`: write `2/5` for the second of five"));
        }
        assert_eq!("2/5".parse::<Shard>().unwrap().to_string(), "2/5");
    }
}
