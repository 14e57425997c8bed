//! The elements of an array that disagree, as they are found.

use super::element::{Exact, Float, Number};
use super::mismatch::{Allowed, Counts, Difference, Differences, Elsewhere, Largest};
use super::place::Place;
use super::source::Unraveled;
use super::{Dtype, View};

/// How many differing elements a mismatch shows.
const SHOWN: usize = 4;

/// What an element disagrees in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Nan,
    Infinite,
    SignedZero,
    Subnormal,
    Finite,
}

/// A pair of elements at a position in row-major order.
#[derive(Clone, Copy)]
struct Pair {
    at: usize,
    actual: Number,
    expected: Number,
}

pub(super) struct Found<'a> {
    unraveled: Unraveled<'a>,
    counts: Counts,
    first: Vec<(Pair, Option<f64>)>,
    absolute: Option<(f64, Pair)>,
    relative: Option<(f64, Pair)>,
    ulps: Option<(f64, Pair)>,
    /// The least and the greatest index on each axis.
    low: Vec<usize>,
    high: Vec<usize>,
}

impl<'a> Found<'a> {
    pub(super) fn new(shape: &'a [usize]) -> Self {
        Self {
            unraveled: Unraveled::new(shape),
            counts: Counts::default(),
            first: Vec::new(),
            absolute: None,
            relative: None,
            ulps: None,
            low: vec![usize::MAX; shape.len()],
            high: vec![0; shape.len()],
        }
    }

    pub(super) fn wrong(&self) -> usize {
        let Counts { nan, infinite, signed_zero, subnormal, finite } = self.counts;
        nan + infinite + signed_zero + subnormal + finite
    }

    /// The largest difference in units in the last place, infinite where one of the two is not finite.
    pub(super) fn ulps(&self) -> Option<f64> {
        self.counts.ulps(self.ulps.map(|(ulps, _)| ulps))
    }

    pub(super) fn float<T: Float>(&mut self, at: usize, kind: Kind, actual: T, expected: T, allowed: f64) {
        let pair = Pair { at, actual: actual.number(), expected: expected.number() };
        match kind {
            Kind::Nan => self.counts.nan += 1,
            Kind::Infinite => self.counts.infinite += 1,
            Kind::SignedZero => self.counts.signed_zero += 1,
            Kind::Subnormal => self.counts.subnormal += 1,
            Kind::Finite => self.counts.finite += 1,
        }
        let finite = !matches!(kind, Kind::Nan | Kind::Infinite);
        self.place(pair, (kind == Kind::Finite).then_some(allowed));
        if finite {
            let (difference, size) = ((actual.wide() - expected.wide()).abs(), expected.wide().abs());
            keep(&mut self.absolute, difference, pair);
            if size > 0.0 {
                keep(&mut self.relative, difference / size, pair);
            }
            keep(&mut self.ulps, difference / T::spacing(size), pair);
        }
    }

    pub(super) fn exact<T: Exact>(&mut self, at: usize, actual: T, expected: T) {
        let pair = Pair { at, actual: actual.number(), expected: expected.number() };
        self.counts.finite += 1;
        self.place(pair, None);
        if let Some((difference, size)) = actual.distance(expected) {
            keep(&mut self.absolute, difference, pair);
            if size > 0.0 {
                keep(&mut self.relative, difference / size, pair);
            }
        }
    }

    fn place(&mut self, pair: Pair, allowed: Option<f64>) {
        if self.first.len() < SHOWN {
            self.first.push((pair, allowed));
        }
        let index = self.unraveled.at(pair.at);
        for ((low, high), here) in self.low.iter_mut().zip(&mut self.high).zip(index) {
            *low = (*low).min(*here);
            *high = (*high).max(*here);
        }
    }

    pub(super) fn into_differences(mut self, path: String, view: &View<'_>, allowed: Allowed) -> Differences {
        let wrong = self.wrong();
        let dtype: Dtype = view.dtype();
        let mut index = |at| self.unraveled.at(at).to_vec();
        let mut largest = |found: Option<(f64, Pair)>| {
            found.map(|(value, Pair { at, actual, expected })| Largest { value, index: index(at), actual, expected })
        };
        let (absolute, relative, ulps) = (largest(self.absolute), largest(self.relative), largest(self.ulps));
        let first = self.first.into_iter().map(|(Pair { at, actual, expected }, allowed)| Difference {
            index: index(at),
            actual,
            expected,
            allowed,
        });
        Differences {
            path,
            dtype,
            shape: view.shape().to_vec(),
            total: view.len(),
            wrong,
            counts: self.counts,
            absolute,
            relative,
            ulps,
            first: first.collect(),
            bytes: None,
            place: Place::of(&self.low, &self.high, view.shape(), wrong),
            allowed,
            elsewhere: Elsewhere::default(),
        }
    }
}

/// Keeps the larger one, and the first of equal ones.
fn keep(largest: &mut Option<(f64, Pair)>, value: f64, pair: Pair) {
    if largest.is_none_or(|(so_far, _)| value > so_far) {
        *largest = Some((value, pair));
    }
}
