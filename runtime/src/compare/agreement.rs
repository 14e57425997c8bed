//! How well two values agree.

use super::Dtype;

/// How well two values agree that do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Agreement {
    /// The largest difference, as a share of what was allowed there: 0 where everything is equal, 1 where something only just
    /// agrees. Written to nine decimals, rounded up.
    #[cfg_attr(feature = "harness", serde(serialize_with = "rounded"))]
    pub used: f64,
    /// How many elements there are.
    pub elements: u64,
    /// How many of them use which share of what was allowed: those that are equal, then those that use at most
    /// 2^-6, 2^-5, …, 2^-1 and 1 of it.
    pub histogram: [u64; 8],
    /// The type of the elements: that of the first array, and of the first one of floats where there is one.
    #[cfg_attr(feature = "harness", serde(default, with = "by_name", skip_serializing_if = "Option::is_none"))]
    pub(crate) dtype: Option<Dtype>,
    /// How far off the floats are that are not equal; none where all are.
    #[cfg_attr(feature = "harness", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(crate) ulps: Option<Ulps>,
}

/// How far off floats are that agree and are not equal, in units in the last place of what is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Ulps {
    /// The largest difference, rounded up.
    pub(crate) largest: u64,
    /// How many are off by at most 1, 2, 4, 8, 16 and 32 units, and by more.
    pub(crate) counts: [u64; 7],
}

/// Where the buckets of [`Ulps`] begin to be those of the shares.
pub(super) const UNITS: f64 = 64.0;

impl Ulps {
    /// Adds others.
    fn merge(&mut self, other: &Self) {
        self.largest = self.largest.max(other.largest);
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }
}

#[cfg(feature = "harness")]
mod by_name {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Dtype;

    pub(super) fn serialize<S: Serializer>(dtype: &Option<Dtype>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(dtype.map_or("", Dtype::name))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Dtype>, D::Error> {
        let name = String::deserialize(deserializer)?;
        Dtype::named(&name).map(Some).ok_or_else(|| D::Error::custom(format!("no type of elements is called `{name}`")))
    }
}

/// The upper ends of the buckets of the histogram but the first one and the last one.
pub(super) const EDGES: [f64; 6] = [1.0 / 64.0, 1.0 / 32.0, 1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0, 1.0 / 2.0];

/// To nine decimals, which `serde_json` reads to the last bit without its feature `float_roundtrip`: such a number is a quotient
/// of two integers that a float holds.
#[cfg(feature = "harness")]
fn rounded<S: serde::Serializer>(used: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    const DECIMALS: f64 = 1e9;
    let nearest = (used * DECIMALS).round();
    // What has nine decimals keeps them, however often it is written.
    let up = if nearest / DECIMALS < *used { nearest + 1.0 } else { nearest };
    serializer.serialize_f64(if up < 1e15 { up / DECIMALS } else { *used })
}

impl Agreement {
    /// Adds what another comparison found.
    pub fn merge(&mut self, other: &Self) {
        self.add(other.used, other.histogram);
        self.dtype = self.dtype.or(other.dtype);
        if let Some(ulps) = &other.ulps {
            self.off_by(ulps);
        }
    }

    /// Elements of this type are compared.
    pub(super) fn of(&mut self, dtype: Dtype) {
        match self.dtype {
            Some(known) if known.is_float() || !dtype.is_float() => {}
            _ => self.dtype = Some(dtype),
        }
    }

    /// Adds how far off the elements are that are not equal.
    pub(super) fn off_by(&mut self, ulps: &Ulps) {
        self.ulps.get_or_insert_default().merge(ulps);
    }

    /// Adds elements that are equal.
    pub(super) fn equal(&mut self, count: u64) {
        self.elements += count;
        self.histogram[0] += count;
    }

    /// Adds an element that is not equal and uses this share.
    pub(super) fn near(&mut self, ratio: f64) {
        self.elements += 1;
        self.used = self.used.max(ratio);
        self.histogram[1 + EDGES.iter().take_while(|edge| ratio > **edge).count()] += 1;
    }

    /// Adds elements of which none uses more than this share, and so many are in each bucket.
    pub(super) fn add(&mut self, used: f64, counts: [u64; 8]) {
        self.used = self.used.max(used);
        self.elements += counts.iter().sum::<u64>();
        for (bucket, count) in self.histogram.iter_mut().zip(counts) {
            *bucket += count;
        }
    }
}
