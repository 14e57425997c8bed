//! Kinds of values.

use crosscheck_backends::{Data, Dtype, Tensor};
use half::{bf16, f16};

use super::rule::Numbers;
use crate::Checked;

/// A kind of values of a type of floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Both zeros.
    Zeros,
    /// Below the least normal number, from the least one on.
    Subnormals,
    /// The least normal numbers.
    Least,
    /// Of a size that is usual, among them such whose sums and products have to be rounded, ties among them.
    Ordinary,
    /// The largest numbers.
    Largest,
    /// Both infinities.
    Infinities,
    /// NaN, with several payloads and both signs.
    Nans,
}

impl Kind {
    /// Ordinary ones first, so that a failure is shown with one of them.
    const ALL: [Self; 7] =
        [Self::Ordinary, Self::Zeros, Self::Subnormals, Self::Least, Self::Largest, Self::Infinities, Self::Nans];

    /// The values of this kind, with both signs.
    pub fn values(self, dtype: Dtype) -> Vec<f64> {
        let numbers = Numbers::of(dtype);
        let (quantum, least, most) = (numbers.quantum(), numbers.least(), numbers.most());
        let step = 2.0 * numbers.roundoff();
        let sizes = match self {
            Self::Zeros => vec![0.0],
            Self::Subnormals => vec![quantum, 2.0 * quantum, 3.0 * quantum, least / 2.0, least - quantum],
            Self::Least => vec![least, least + quantum, 1.5 * least, 3.0 * least],
            // A half step and a step and a half are ties when they are added to 1.
            Self::Ordinary => {
                let whole = 1.0 / step;
                let rounded = [1.0 / 3.0, 10.1, 0.7, 255.3].map(|x| numbers.nearest(x));
                let exact = [
                    1.0,
                    1.0 + step,
                    1.0 + 2.0 * step,
                    2.0 - step,
                    1.5,
                    3.0,
                    step / 2.0,
                    1.5 * step,
                    step,
                    whole,
                    whole + 1.0,
                ];
                [&exact[..], &rounded[..]].concat()
            }
            Self::Largest => vec![most, most * (1.0 - step), most / 2.0, 2_f64.powi(numbers.highest)],
            Self::Infinities => vec![f64::INFINITY],
            Self::Nans => return vec![f64::NAN; PAYLOADS],
        };
        let sizes: Vec<_> = sizes.into_iter().map(|size| numbers.nearest(size)).collect();
        sizes.iter().flat_map(|size| [*size, -size]).collect()
    }

    /// The values of all kinds.
    pub fn every(dtype: Dtype) -> Vec<f64> {
        Self::ALL.iter().flat_map(|kind| kind.values(dtype)).collect()
    }
}

/// How many NaNs there are.
const PAYLOADS: usize = 5;

/// A tensor of these values, each a number of the type. The NaNs are different ones: quiet and signaling, with both signs, and
/// with payloads that shorter types do not hold.
pub fn holding(shape: &[usize], dtype: Dtype, values: &[f64]) -> Checked<Tensor> {
    let mut data = Tensor::from_f64(shape, dtype, values)?.data().clone();
    fn replace<T>(elements: &mut [T], is_nan: impl Fn(&T) -> bool, nans: [T; PAYLOADS]) {
        let mut nans = nans.into_iter();
        let places = elements.iter_mut().filter(|element| is_nan(element));
        places.zip(&mut nans).for_each(|(element, nan)| *element = nan);
    }
    match &mut data {
        Data::F64(values) => replace(
            values,
            |x| x.is_nan(),
            [
                0x7ff0_0000_0000_0001,
                0x7ff8_0000_0000_0000,
                0xfff8_0000_0000_0000,
                0xfff0_0000_0000_0001,
                0x7fff_ffff_ffff_ffff,
            ]
            .map(f64::from_bits),
        ),
        Data::F32(values) => replace(
            values,
            |x| x.is_nan(),
            [0x7f80_0001, 0x7fc0_0000, 0xffc0_0000, 0xff80_0001, 0x7fff_ffff].map(f32::from_bits),
        ),
        Data::F16(values) => {
            replace(values, |x| x.is_nan(), [0x7c01, 0x7e00, 0xfe00, 0xfc01, 0x7fff].map(f16::from_bits));
        }
        Data::BF16(values) => {
            replace(values, |x| x.is_nan(), [0x7f81, 0x7fc0, 0xffc0, 0xff81, 0x7fff].map(bf16::from_bits));
        }
        Data::I64(_) | Data::I32(_) | Data::I8(_) | Data::U8(_) | Data::Bool(_) => {}
    }
    Tensor::new(shape, data)
}
