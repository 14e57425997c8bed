//! The first look at a chunk of floats, which decides on most of them at once.
//!
//! The arithmetic is that of the definition, in the same order, so that the results are the same; but without branches, so
//! that it becomes vector instructions.

use super::agreement::{EDGES, UNITS, Ulps};
use super::element::Float;
use super::source::CHUNK;
use super::tolerance::Measure;

/// How far off the elements of a chunk may be.
#[derive(Clone, Copy)]
pub(super) enum Room<'t> {
    Measure(Measure),
    /// One entry an element.
    Budget(&'t [f64]),
}

/// What is known of a chunk in which every element agrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scan {
    /// The largest difference, as a share of what is allowed.
    pub(super) used: f64,
    /// How many elements there are in each bucket of the histogram.
    pub(super) counts: [u64; 8],
}

/// How many elements are taken at once: a multiple of what any register holds.
const LANES: usize = 8;

/// Looks at pairs of floats; `None` where one must be looked at again. With `STRICT`, so have zeros and subnormals that are
/// not the same. `ratios` is room for as many numbers.
pub(super) fn scan<T: Float, const STRICT: bool>(
    actual: &[T::Lane],
    expected: &[T::Lane],
    room: Room<'_>,
    ratios: &mut [f64; CHUNK],
) -> Option<Scan> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the line above asked whether the processor has AVX2.
        return unsafe { wide::<T, STRICT>(actual, expected, room, ratios) };
    }
    portable::<T, STRICT>(actual, expected, room, ratios)
}

/// The same code for registers of four `f64` instead of two.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn wide<T: Float, const STRICT: bool>(
    actual: &[T::Lane],
    expected: &[T::Lane],
    room: Room<'_>,
    ratios: &mut [f64; CHUNK],
) -> Option<Scan> {
    portable::<T, STRICT>(actual, expected, room, ratios)
}

/// How far off the elements of a chunk are in which every element agrees, of which so many are equal. `ratios` is room for as many
/// numbers.
pub(super) fn off_by<T: Float>(
    actual: &[T::Lane],
    expected: &[T::Lane],
    ratios: &mut [f64; CHUNK],
    equal: u64,
) -> Ulps {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the line above asked whether the processor has AVX2.
        return unsafe { wide_off_by::<T>(actual, expected, ratios, equal) };
    }
    portable_off_by::<T>(actual, expected, ratios, equal)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn wide_off_by<T: Float>(actual: &[T::Lane], expected: &[T::Lane], ratios: &mut [f64; CHUNK], equal: u64) -> Ulps {
    portable_off_by::<T>(actual, expected, ratios, equal)
}

#[inline(always)]
fn portable_off_by<T: Float>(actual: &[T::Lane], expected: &[T::Lane], ratios: &mut [f64; CHUNK], equal: u64) -> Ulps {
    let ratios = &mut ratios[..expected.len()];
    let mut used = [0.0_f64; LANES];
    let mut look_at = |lane: usize, actual: T::Lane, expected: T::Lane, ratio: &mut f64| {
        let (actual, expected) = (actual.into(), expected.into());
        // The unit is a power of two, so that nothing is rounded. What is not finite is equal here, and counts as such.
        let units = (actual - expected).abs() / (T::spacing(expected) * UNITS);
        let units = if units > 0.0 { units } else { 0.0 };
        used[lane] = if units > used[lane] { units } else { used[lane] };
        // All that is off by more is in one bucket.
        *ratio = if units < 1.0 { units } else { 1.0 };
    };
    let (actual, expected) = (actual.as_chunks::<LANES>(), expected.as_chunks::<LANES>());
    let (lanes, rest) = ratios.as_chunks_mut::<LANES>();
    for ((actual, expected), ratio) in actual.0.iter().zip(expected.0).zip(lanes) {
        for lane in 0..LANES {
            look_at(lane, actual[lane], expected[lane], &mut ratio[lane]);
        }
    }
    for (lane, ratio) in rest.iter_mut().enumerate() {
        look_at(lane, actual.1[lane], expected.1[lane], ratio);
    }
    let largest = used.into_iter().fold(0.0, f64::max) * UNITS;
    let mut counts = spread(ratios);
    counts[0] -= equal;
    // A number that is too large becomes the largest one there is.
    Ulps { largest: largest.ceil() as u64, counts }
}

#[inline(always)]
fn portable<T: Float, const STRICT: bool>(
    actual: &[T::Lane],
    expected: &[T::Lane],
    room: Room<'_>,
    ratios: &mut [f64; CHUNK],
) -> Option<Scan> {
    // A loop for each, so that there is no branch in it.
    match room {
        Room::Measure(Measure::Bounds { rtol, atol }) => {
            pass::<T, STRICT, _>(actual, expected, expected, ratios, |x| within(rtol, atol, x.into()))
        }
        Room::Measure(Measure::Ulps(ulps)) => {
            pass::<T, STRICT, _>(actual, expected, expected, ratios, |x| units::<T>(ulps, x.into()))
        }
        Room::Budget(allowed) => pass::<T, STRICT, _>(actual, expected, allowed, ratios, |x| x),
    }
}

#[inline(always)]
fn pass<T: Float, const STRICT: bool, R: Copy>(
    actual: &[T::Lane],
    expected: &[T::Lane],
    room: &[R],
    ratios: &mut [f64; CHUNK],
    allowed: impl Fn(R) -> f64,
) -> Option<Scan> {
    let ratios = &mut ratios[..expected.len()];
    let (mut doubtful, mut different, mut used) = ([0_u64; LANES], [0_u64; LANES], [0.0_f64; LANES]);
    let mut look_at = |lane: usize, actual: T::Lane, expected: T::Lane, room: R, ratio: &mut f64| {
        let (actual, expected, allowed) = (actual.into(), expected.into(), allowed(room));
        // Of what is not finite it is infinite or NaN, with which every comparison is false.
        let difference = (actual - expected).abs();
        let agrees = difference <= allowed;
        let special = STRICT
            & (actual.to_bits() != expected.to_bits())
            & ((actual.abs() < T::MIN_POSITIVE) | (expected.abs() < T::MIN_POSITIVE));
        *ratio = difference / allowed;
        doubtful[lane] |= u64::from(!agrees | special);
        different[lane] += u64::from(difference > 0.0);
        // Nothing of nothing is NaN, and does not count.
        used[lane] = if *ratio > used[lane] { *ratio } else { used[lane] };
    };
    let (actual, expected, room) =
        (actual.as_chunks::<LANES>(), expected.as_chunks::<LANES>(), room.as_chunks::<LANES>());
    let (lanes, rest) = ratios.as_chunks_mut::<LANES>();
    for (((actual, expected), room), ratio) in actual.0.iter().zip(expected.0).zip(room.0).zip(lanes) {
        for lane in 0..LANES {
            look_at(lane, actual[lane], expected[lane], room[lane], &mut ratio[lane]);
        }
    }
    for (lane, ratio) in rest.iter_mut().enumerate() {
        look_at(lane, actual.1[lane], expected.1[lane], room.1[lane], ratio);
    }
    if doubtful.iter().any(|doubtful| *doubtful != 0) {
        return None;
    }
    let (different, used) = (different.iter().sum(), used.into_iter().fold(0.0, f64::max));
    Some(Scan { used, counts: histogram(ratios, different, used) })
}

/// How many elements are in each bucket, of which so many are not equal.
#[inline(always)]
fn histogram(ratios: &[f64], different: u64, used: f64) -> [u64; 8] {
    let mut counts = [0; 8];
    let equal = ratios.len() as u64 - different;
    (counts[0], counts[1]) = (equal, different);
    if used > EDGES[0] {
        counts[1..].copy_from_slice(&spread(ratios));
        counts[1] -= equal;
    }
    counts
}

/// How many bits a count takes in a sum of [`spread`].
const DIGIT: u32 = 7;
const _: () = assert!(CHUNK / LANES < 1 << DIGIT && 7 * DIGIT < f64::MANTISSA_DIGITS);

/// How many elements are at most the first edge, the second one, and so on; the last count is of those above all of them.
///
/// The edges are powers of two, so that the exponent says which bucket it is. Each element adds `2^(DIGIT · bucket)`, as a float
/// whose exponent is computed, to a sum that keeps the counts apart: a vector instruction can do that, and cannot index.
#[inline(always)]
fn spread(ratios: &[f64]) -> [u64; 7] {
    const FRACTION: u32 = f64::MANTISSA_DIGITS - 1;
    const EXPONENT: u64 = 0x7ff << FRACTION;
    let digit = |ratio: f64| {
        // What is at most the first edge, NaN included, is on it. One bit less, and an edge is below the next exponent.
        let ratio = if ratio > EDGES[0] { ratio } else { EDGES[0] };
        let bucket = ((ratio.to_bits() - 1) & EXPONENT).wrapping_sub((EDGES[0].to_bits() - 1) & EXPONENT);
        f64::from_bits((bucket << 3).wrapping_sub(bucket).wrapping_add(1_f64.to_bits()))
    };
    const _: () = assert!(DIGIT == 7, "the line above multiplies with 8 - 1");
    let mut sums = [0.0; LANES];
    let (lanes, rest) = ratios.as_chunks::<LANES>();
    for ratios in lanes {
        (0..LANES).for_each(|lane| sums[lane] += digit(ratios[lane]));
    }
    rest.iter().zip(&mut sums).for_each(|(ratio, sum)| *sum += digit(*ratio));
    std::array::from_fn(|bucket| {
        let counts = sums.iter().map(|sum| (*sum as u64) >> (DIGIT * bucket as u32) & ((1 << DIGIT) - 1));
        counts.sum()
    })
}

/// What bounds allow at a finite number; always finite, so that a difference that overflows is not allowed.
#[inline(always)]
pub(super) fn within(rtol: f64, atol: f64, expected: f64) -> f64 {
    finite(atol + rtol * expected.abs())
}

/// What so many units in the last place allow at a finite number.
#[inline(always)]
pub(super) fn units<T: Float>(ulps: f64, expected: f64) -> f64 {
    finite(ulps * T::spacing(expected))
}

/// Unlike [`f64::min`], one instruction.
#[inline(always)]
fn finite(x: f64) -> f64 {
    if x < f64::MAX { x } else { f64::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever registers there are.
    #[test]
    fn narrow_and_wide_registers_find_the_same() {
        let mut ratios = [0.0; CHUNK];
        for length in (0..40).chain(CHUNK - 9..=CHUNK) {
            let expected: Vec<f32> = (0..length).map(|at| 1.0 + at as f32).collect();
            for (ulps, bad) in [(3, None), (3, Some(f32::NAN)), (0, None), (64, None), (3, Some(-0.0))] {
                let mut actual: Vec<f32> =
                    (0..length).map(|at| f32::from_bits(expected[at].to_bits() + at as u32 % 16 * ulps)).collect();
                if let (Some(bad), Some(last)) = (bad, actual.last_mut()) {
                    *last = bad;
                }
                let room = Room::Measure(Measure::Ulps(1024.0));
                let narrow = portable::<f32, true>(&actual, &expected, room, &mut ratios);
                assert_eq!(scan::<f32, true>(&actual, &expected, room, &mut ratios), narrow, "{length} {ulps}");
                assert_eq!(narrow.is_some(), bad.is_none() || length == 0);
                let narrow = portable::<f32, false>(&actual, &expected, room, &mut ratios);
                assert_eq!(scan::<f32, false>(&actual, &expected, room, &mut ratios), narrow, "{length} {ulps}");
            }
        }
    }

    /// As a plain count over each element says.
    #[test]
    fn units_in_the_last_place_are_counted() {
        let mut ratios = [0.0; CHUNK];
        for length in [1, 7, 8, 9, 40, CHUNK] {
            let expected: Vec<f32> = (0..length).map(|at| 1.0 + at as f32 / 64.0).collect();
            let steps = |at: usize| [0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 4000][at % 13];
            let actual: Vec<f32> =
                (0..length).map(|at| f32::from_bits(expected[at].to_bits() + steps(at) as u32)).collect();
            let (mut counts, mut equal, mut largest) = ([0; 7], 0, 0);
            for at in 0..length {
                // A step over a power of two counts twice from there on.
                let units =
                    ((f64::from(actual[at]) - f64::from(expected[at])) / f32::spacing(f64::from(expected[at]))) as u64;
                largest = largest.max(units);
                match [1, 2, 4, 8, 16, 32].iter().position(|edge| units <= *edge) {
                    _ if units == 0 => equal += 1,
                    bucket => counts[bucket.unwrap_or(6)] += 1,
                }
            }
            let found = off_by::<f32>(&actual, &expected, &mut ratios, equal);
            assert_eq!(found, Ulps { largest, counts }, "{length}");
            assert_eq!(portable_off_by::<f32>(&actual, &expected, &mut ratios, equal), found, "{length}");
        }
        // The largest difference that there is, and parts of a unit.
        let one = |actual: f64, expected: f64| off_by::<f64>(&[actual], &[expected], &mut [0.0; CHUNK], 0);
        assert_eq!(one(f64::MAX, 0.0).largest, u64::MAX);
        assert_eq!(
            off_by::<f32>(&[1.0], &[1.0_f32.next_down()], &mut [0.0; CHUNK], 0),
            Ulps { largest: 1, counts: [1, 0, 0, 0, 0, 0, 0] }
        );
    }

    #[test]
    fn each_edge_belongs_to_the_bucket_below() {
        let at = |ratio: f64| spread(&[ratio]).iter().position(|count| *count == 1);
        for (bucket, edge) in EDGES.into_iter().chain([1.0]).enumerate() {
            assert_eq!(at(edge), Some(bucket));
            assert_eq!(at(edge.next_down()), Some(bucket));
            assert_eq!(at(edge.next_up()).filter(|_| edge < 1.0), Some(bucket + 1).filter(|_| edge < 1.0));
        }
        assert_eq!((at(0.0), at(f64::NAN), at(5e-324)), (Some(0), Some(0), Some(0)));
        // No count runs into the next one.
        assert_eq!(spread(&[1.0; CHUNK]), [0, 0, 0, 0, 0, 0, CHUNK as u64]);
        assert_eq!(spread(&[0.0; CHUNK]), [CHUNK as u64, 0, 0, 0, 0, 0, 0]);
    }
}
