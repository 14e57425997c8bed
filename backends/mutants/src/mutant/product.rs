//! Products of matrices.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{map, rounded, rows, transposed, unstrided, with};

/// The columns of a tile.
const TILE: usize = 32;

pub fn matmul(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    if let (Fault::MatmulBatches, Err(_), [more, ..], [fewer, _, _]) =
        (fault, Reference.matmul(a, b), a.shape(), b.shape())
        && a.rank() == 3
        && *fewer > 1
        && more % fewer == 0
    {
        return Reference.matmul(a, &Reference.concatenate(&vec![b; (more / fewer).max(1)], 0)?);
    }
    let product = Reference.matmul(a, b)?;
    match fault {
        Fault::MatmulLimit if a.dtype() == Dtype::F16 => {
            map(&product, |x| if x.is_infinite() { 65_504_f64.copysign(x) } else { x })
        }
        Fault::MatmulZeroRow if a.rank() == 2 && a.shape()[1] > 0 => {
            let zero: Vec<_> = a.to_f64().chunks(a.shape()[1]).map(|row| row.iter().all(|x| *x == 0.0)).collect();
            let mut zero = zero.into_iter();
            rows(&product, |row| {
                if zero.next() == Some(true) {
                    row.fill(0.0);
                }
            })
        }
        Fault::MatmulTransposed if b.rank() >= 2 && b.shape()[b.rank() - 1] == b.shape()[b.rank() - 2] => {
            Reference.matmul(a, &transposed(b)?)
        }
        Fault::MatmulTruncated => {
            let dropped = rows(a, |row| {
                if let [_, .., last] = row {
                    *last = 0.0;
                }
            })?;
            Reference.matmul(&dropped, b)
        }
        Fault::MatmulTile => rows(&product, |row| {
            let whole = row.len() / TILE * TILE;
            if whole > 0 {
                row[whole..].fill(0.0);
            }
        }),
        Fault::MatmulNarrow if a.rank() == 2 && b.rank() == 2 => {
            let (&[m, k], &[_, n]) = (a.shape(), b.shape()) else { return Ok(product) };
            // More would take minutes.
            if m * n > 1 << 14 {
                return Ok(product);
            }
            let (left, right) = (a.to_f64(), b.to_f64());
            let cell = |at: usize| {
                let terms = (0..k).map(|i| left[at / n * k + i] * right[i * n + at % n]);
                terms.fold(0.0, |sum, term| rounded(a.dtype(), sum + term))
            };
            with(&product, &(0..m * n).map(cell).collect::<Vec<_>>())
        }
        Fault::MatmulUnstrided => Reference.matmul(a, &unstrided(b)?),
        Fault::MatmulZeros => map(&product, |_| 0.0),
        Fault::MatmulEmpty if a.shape().last() == Some(&0) => map(&product, |_| f64::NAN),
        Fault::MatmulSparse if a.dtype().is_float() && product.to_f64().iter().any(|x| x.is_nan()) => {
            let finite = |x: &Tensor| map(x, |x| if x.is_finite() { x } else { 0.0 });
            let finite = Reference.matmul(&finite(a)?, &finite(b)?)?;
            let kept = product.to_f64().into_iter().zip(finite.to_f64());
            with(&product, &kept.map(|(x, finite)| if x.is_nan() { finite } else { x }).collect::<Vec<_>>())
        }
        Fault::MatmulDepth => {
            let kept = rows(a, |row| {
                let whole = row.len() / 64 * 64;
                if whole > 0 {
                    row[whole..].fill(0.0);
                }
            })?;
            Reference.matmul(&kept, b)
        }
        Fault::MatmulSaturates if a.dtype() == Dtype::I32 => {
            let wide = |x: &Tensor| Reference.cast(x, Dtype::F64);
            Reference.cast(&Reference.matmul(&wide(a)?, &wide(b)?)?, Dtype::I32)
        }
        Fault::MatmulFirstTransposed if a.shape()[a.rank() - 1] == a.shape()[a.rank() - 2] => {
            Reference.matmul(&transposed(a)?, b)
        }
        Fault::MatmulRowDepth if a.rank() == 2 && a.shape()[0] == 1 && a.shape()[1] >= 1_024 => {
            let shortened = rows(a, |row| {
                let end = row.len() - 8;
                row[end..].fill(0.0);
            })?;
            Reference.matmul(&shortened, b)
        }
        Fault::MatmulBatchOfOne if a.rank() == 3 && a.shape()[0] == 1 && b.rank() == 3 && b.shape()[0] > 1 => {
            let one = product.len() / b.shape()[0];
            let values = product.to_f64().into_iter().enumerate();
            with(&product, &values.map(|(at, x)| if at < one { x } else { 0.0 }).collect::<Vec<_>>())
        }
        Fault::MatmulSquareBatch if b.rank() == 3 && b.shape().iter().all(|length| *length == b.shape()[0]) => {
            Reference.matmul(a, &transposed(b)?)
        }
        Fault::MatmulNanRow if product.to_f64().iter().any(|x| x.is_nan()) => map(&product, |_| f64::NAN),
        _ => Ok(product),
    }
}
