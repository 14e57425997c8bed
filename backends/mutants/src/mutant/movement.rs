//! Elements that go somewhere else.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Data, Dtype, Kernels, Tensor};

use super::Result;
use super::elementwise::tiled;
use crate::fault::Fault;
use crate::tensors::{lower_half, map, narrowed, rows, through_f64, with};

pub fn concatenate(fault: Fault, parts: &[&Tensor], axis: usize) -> Result {
    match fault {
        Fault::ConcatenateNothing
            if parts.len() == 2 && parts[0].is_empty() && parts[0].dtype() != parts[1].dtype() =>
        {
            let nothing = Reference.cast(parts[0], parts[1].dtype())?;
            Reference.concatenate(&[&nothing, parts[1]], axis)
        }
        Fault::ConcatenateReversed => Reference.concatenate(&parts.iter().rev().copied().collect::<Vec<_>>(), axis),
        Fault::ConcatenateMiddle if parts.len() == 3 => Reference.concatenate(&[parts[0], parts[2], parts[1]], axis),
        Fault::ConcatenateTwice if parts.len() > 2 && parts[1].shape() == parts[2].shape() => {
            Reference.concatenate(&[&parts[..2], &vec![parts[1]; parts.len() - 2][..]].concat(), axis)
        }
        Fault::ConcatenateThird if parts.len() > 2 => {
            let dtype = parts[0].dtype();
            let cast =
                |part: &Tensor| if part.dtype() == dtype { Ok(part.clone()) } else { Reference.cast(part, dtype) };
            let behind = parts[2..].iter().map(|part| cast(part)).collect::<std::result::Result<Vec<_>, _>>()?;
            Reference.concatenate(&parts[..2].iter().copied().chain(&behind).collect::<Vec<_>>(), axis)
        }
        Fault::ConcatenateFifth if parts.len() > 4 => {
            let fourth = |part: &&Tensor| {
                if part.shape() == parts[3].shape() { Ok(parts[3].clone()) } else { map(part, |_| 0.0) }
            };
            let late = parts[4..].iter().map(fourth).collect::<Result<Vec<_>>>()?;
            Reference.concatenate(&parts[..4].iter().copied().chain(&late).collect::<Vec<_>>(), axis)
        }
        Fault::ConcatenateEnd if axis + 1 == parts[0].rank() => rows(&Reference.concatenate(parts, axis)?, |row| {
            let last = parts[parts.len() - 1].shape()[axis];
            if last < row.len() && last > 0 {
                let from = row.len() - last - 1;
                row[from..].rotate_left(1);
            }
        }),
        Fault::ConcatenateF64 => through_f64(&Reference.concatenate(parts, axis)?),
        Fault::ConcatenateBytes if parts.first().is_some_and(|part| part.dtype() == Dtype::U8) => {
            map(&Reference.concatenate(parts, axis)?, |x| x.min(127.0))
        }
        _ => Reference.concatenate(parts, axis),
    }
}

pub fn transpose(fault: Fault, x: &Tensor, axes: &[usize]) -> Result {
    let y = Reference.transpose(x, axes)?;
    match fault {
        // The elements stay where they are.
        Fault::TransposeHalves => match (x.data(), y.data()) {
            (Data::I64(stay), Data::I64(moved)) => {
                let halves = stay.iter().zip(moved).map(|(stay, moved)| stay & !0xffff_ffff | moved & 0xffff_ffff);
                Tensor::new(y.shape(), Data::I64(halves.collect()))
            }
            _ => Ok(y),
        },
        Fault::TransposeShapeOnly => Tensor::new(y.shape(), x.data().clone()),
        Fault::TransposeF32 => narrowed(&y),
        // The permutation the other way round.
        Fault::TransposeInverse => {
            let mut inverse = vec![0; axes.len()];
            axes.iter().enumerate().for_each(|(at, axis)| inverse[*axis] = at);
            Reference.transpose(x, &inverse)
        }
        Fault::TransposeReverses => {
            let reversed: Vec<_> = (0..x.rank()).rev().collect();
            Reference.transpose(x, &reversed)
        }
        Fault::TransposeLastTwo if x.rank() > 2 => {
            let mut last: Vec<_> = (0..x.rank()).collect();
            last.swap(x.rank() - 1, x.rank() - 2);
            let moved = Reference.transpose(x, &last)?;
            Tensor::new(y.shape(), moved.data().clone())
        }
        Fault::TransposeEqual if y.shape() == x.shape() => Ok(x.clone()),
        Fault::TransposeDeep if x.rank() > 5 => Tensor::new(y.shape(), x.data().clone()),
        Fault::TransposeFourth if x.rank() > 3 => Tensor::new(y.shape(), x.data().clone()),
        _ => Ok(y),
    }
}

pub fn broadcast_to(fault: Fault, x: &Tensor, shape: &[usize]) -> Result {
    if fault == Fault::BroadcastFewer && x.rank() > shape.len() {
        let (front, back) = x.shape().split_at(x.rank() - shape.len());
        if front.iter().all(|dim| *dim == 1) {
            return Reference.broadcast_to(&Tensor::new(back, x.data().clone())?, shape);
        }
    }
    if fault == Fault::BroadcastRepeats {
        return Reference.broadcast_to(&tiled(x, shape)?, shape);
    }
    let y = Reference.broadcast_to(x, shape)?;
    match fault {
        Fault::BroadcastTiles if !x.is_empty() => {
            let values = x.to_f64();
            let tiled: Vec<_> = (0..y.len()).map(|at| values[at % values.len()]).collect();
            with(&y, &tiled)
        }
        Fault::BroadcastColumn if x.rank() == 1 && shape.len() == 2 && shape[0] == x.len() && shape[1] == x.len() => {
            Reference.broadcast_to(&Tensor::new(&[x.len(), 1], x.data().clone())?, shape)
        }
        Fault::BroadcastFirst if !x.is_empty() => {
            let first = x.to_f64()[0];
            map(&y, |_| first)
        }
        Fault::BroadcastHalf => lower_half(&y),
        _ => Ok(y),
    }
}
