//! What the contract says that a call gives: each of its formulas written down once, index by index, in 64-bit floats. Nothing
//! of it is the reference's.

use crosscheck_backends::{Keys, Logits, Rope, RopeLayout};

use super::call::{Call, EPS, Levels, Reduced};
use super::function::order;
use super::grid::{Grid, broadcast, inserted, with, without};

/// What a call of these operands gives.
pub fn expected(call: &Call, operands: &[Grid]) -> Vec<Grid> {
    let one = match (call, operands) {
        (Call::Unary(unary), [x]) => Grid::make(x.shape(), |index| (unary.formula)(x.at(index))),
        (Call::Binary(binary), [a, b]) => Grid::make(&broadcast(a.shape(), b.shape()), |index| {
            (binary.formula)(a.broadcast_at(index), b.broadcast_at(index))
        }),
        (Call::Lane(lane, axis), [x]) => lanes(x, *axis, lane.formula),
        (Call::Reduce(lane, reduced), [x]) => reduce(x, reduced, lane.formula),
        (Call::Select, [condition, a, b]) => {
            let shape = broadcast(condition.shape(), &broadcast(a.shape(), b.shape()));
            Grid::make(&shape, |index| {
                if condition.broadcast_at(index) == 1.0 { a.broadcast_at(index) } else { b.broadcast_at(index) }
            })
        }
        // What is asked for is exact in both.
        (Call::Cast(_) | Call::Quantize(_), [x]) => x.clone(),
        (Call::Softmax(axis), [x]) => {
            let powers = lanes(x, *axis, |lane| lane.iter().map(|x| x.exp()).sum());
            Grid::make(x.shape(), |index| x.at(index).exp() / powers.at(&without(index, *axis)))
        }
        (Call::TopK { k, axis }, [x]) => return top_k(x, *k, *axis),
        (Call::Matmul, [a, b]) => matmul(a, b),
        (Call::RmsNorm, [x, weight]) => {
            let last = x.shape().len() - 1;
            let roots = lanes(x, last, |row| root(row, 0.0));
            Grid::make(x.shape(), |index| x.at(index) / roots.at(&index[..last]) * weight.at(&index[last..]))
        }
        (Call::LayerNorm, [x, weight, bias]) => {
            let last = x.shape().len() - 1;
            let means = lanes(x, last, mean);
            let roots = lanes(x, last, |row| root(row, mean(row)));
            Grid::make(x.shape(), |index| {
                let (row, at) = index.split_at(last);
                (x.at(index) - means.at(row)) / roots.at(row) * weight.at(at) + bias.at(at)
            })
        }
        (Call::Rope(rope), [x]) => Grid::make(x.shape(), |index| turned(x, index, rope)),
        (Call::Attention { logits, masked }, [q, k, v, mask @ ..]) => {
            attention([q, k, v], *logits, masked.keys(), mask.first().filter(|_| masked.is_added()))
        }
        (Call::Embedding, [table, ids]) => {
            let shape = [ids.shape(), &table.shape()[1..]].concat();
            Grid::make(&shape, |index| {
                let (column, id) = (index[index.len() - 1], ids.at(&index[..index.len() - 1]));
                table.at(&[id as usize, column])
            })
        }
        (Call::SliceAt(shape), [x, start]) => Grid::make(shape, |index| {
            let place: Vec<_> = index.iter().zip(start.values()).map(|(at, start)| at + *start as usize).collect();
            x.at(&place)
        }),
        (Call::UpdateAt, [x, part, start]) => Grid::make(x.shape(), |index| {
            let place = index.iter().zip(start.values()).map(|(at, start)| at.checked_sub(*start as usize));
            let place: Option<Vec<_>> = place.collect();
            let inside = |place: &Vec<usize>| place.iter().zip(part.shape()).all(|(at, length)| at < length);
            place.filter(inside).map_or_else(|| x.at(index), |place| part.at(&place))
        }),
        (Call::TakeAlongAxis(axis), [x, indices]) => {
            Grid::make(indices.shape(), |index| x.at(&with(index, *axis, indices.at(index) as usize)))
        }
        (Call::Concatenate(axis), parts) => concatenate(parts, *axis),
        (Call::Transpose(axes), [x]) => {
            let shape: Vec<_> = axes.iter().map(|axis| x.shape()[*axis]).collect();
            let mut place = vec![0; axes.len()];
            Grid::make(&shape, |index| {
                axes.iter().zip(index).for_each(|(axis, at)| place[*axis] = *at);
                x.at(&place)
            })
        }
        (Call::BroadcastTo(shape), [x]) => Grid::make(shape, |index| x.broadcast_at(index)),
        (Call::Dequantize(levels), [scales, biases]) => dequantize(levels, scales, biases),
        (Call::QuantizedMatmul(levels), [x, scales, biases]) => {
            let matrix = dequantize(levels, scales, biases);
            let transposed = Grid::make(&[matrix.shape()[1], matrix.shape()[0]], |at| matrix.at(&[at[1], at[0]]));
            matmul(x, &transposed)
        }
        _ => panic!("{call:?} is no call of {} tensors", operands.len()),
    };
    vec![one]
}

/// The elements along an axis through an index.
fn lane_of(x: &Grid, index: &[usize], axis: usize) -> Vec<f64> {
    let mut index = index.to_vec();
    let mut element = |at| {
        index[axis] = at;
        x.at(&index)
    };
    (0..x.shape()[axis]).map(&mut element).collect()
}

/// A number of each lane along an axis.
fn lanes(x: &Grid, axis: usize, mut number: impl FnMut(&[f64]) -> f64) -> Grid {
    Grid::make(&without(x.shape(), axis), |index| number(&lane_of(x, &inserted(index, axis, 0), axis)))
}

/// A number of all elements whose indices differ along the reduced axes only.
fn reduce(x: &Grid, Reduced { axes, kept }: &Reduced, number: impl Fn(&[f64]) -> f64) -> Grid {
    let is_reduced = |axis: usize| axes.as_ref().is_none_or(|axes| axes.contains(&axis));
    let split: Vec<_> = (0..x.shape().len()).map(is_reduced).collect();
    let part = |reduced: bool| -> Vec<_> {
        x.shape().iter().zip(&split).filter(|(_, split)| **split == reduced).map(|(length, _)| *length).collect()
    };
    let (outer, inner) = (part(false), part(true));
    let elements = Grid::make(&outer, |outer| {
        let terms = Grid::make(&inner, |inner| {
            let (mut outer, mut inner) = (outer.iter(), inner.iter());
            let next = |reduced: &bool| if *reduced { inner.next() } else { outer.next() };
            x.at(&split.iter().map(next).map(|at| at.copied().unwrap_or_default()).collect::<Vec<_>>())
        });
        number(terms.values())
    });
    let with_ones = |(length, reduced): (&usize, &bool)| if *reduced { 1 } else { *length };
    let full: Vec<_> = x.shape().iter().zip(&split).map(with_ones).collect();
    let mut values = elements.values().iter().copied();
    Grid::make(if *kept { &full } else { &outer }, |_| values.next().unwrap_or(f64::NAN))
}

fn mean(row: &[f64]) -> f64 {
    row.iter().sum::<f64>() / row.len() as f64
}

/// The root of the mean of squares and of what norms add to it.
fn root(row: &[f64], from: f64) -> f64 {
    let squares: Vec<_> = row.iter().map(|x| (x - from).powi(2)).collect();
    (mean(&squares) + f64::from(EPS)).sqrt()
}

fn top_k(x: &Grid, k: usize, axis: usize) -> Vec<Grid> {
    let mut orders = Vec::new();
    let numbers = lanes(x, axis, |lane| {
        orders.push(order(lane));
        (orders.len() - 1) as f64
    });
    let indices = Grid::make(&with(x.shape(), axis, k), |index| {
        orders[numbers.at(&without(index, axis)) as usize][index[axis]] as f64
    });
    let values = Grid::make(indices.shape(), |index| x.at(&with(index, axis, indices.at(index) as usize)));
    vec![values, indices]
}

fn matmul(a: &Grid, b: &Grid) -> Grid {
    let ([batch_of_a @ .., rows, terms], [batch_of_b @ .., _, columns]) = (a.shape(), b.shape()) else {
        panic!("no matrices: {:?} and {:?}", a.shape(), b.shape());
    };
    let shape = [&broadcast(batch_of_a, batch_of_b)[..], &[*rows, *columns]].concat();
    // A row of one and a column of the other, of the batch that is theirs.
    let (mut left, mut right) = (vec![0; shape.len()], vec![0; shape.len()]);
    Grid::make(&shape, |index| {
        let last = index.len() - 1;
        left.copy_from_slice(index);
        right.copy_from_slice(index);
        let term = |at| {
            (left[last], right[last - 1]) = (at, at);
            a.broadcast_at(&left) * b.broadcast_at(&right)
        };
        (0..*terms).map(term).sum::<f64>() + 0.0
    })
}

fn turned(x: &Grid, index: &[usize], rope: &Rope) -> f64 {
    let (last, dims) = (index.len() - 1, rope.dims);
    let at = index[last];
    if at >= dims {
        return x.at(index);
    }
    let (pair, is_second, partner) = match rope.layout {
        RopeLayout::Halves => (at % (dims / 2), at >= dims / 2, (at + dims / 2) % dims),
        RopeLayout::Interleaved => (at / 2, at % 2 == 1, at ^ 1),
    };
    let position = f64::from(rope.offset) + index[last - 1] as f64;
    let angle = position * f64::from(rope.scale) * f64::from(rope.base).powf(-2.0 * pair as f64 / dims as f64);
    let (own, other) = (x.at(index), x.at(&with(index, last, partner)));
    if is_second { own * angle.cos() + other * angle.sin() } else { own * angle.cos() - other * angle.sin() }
}

fn attention([q, k, v]: [&Grid; 3], logits: Logits, keys_seen: Keys, mask: Option<&Grid>) -> Grid {
    let (&[batch, heads, queries, width], &[_, kv_heads, keys, _]) = (q.shape(), k.shape()) else {
        panic!("no queries and keys: {:?} and {:?}", q.shape(), k.shape());
    };
    let value_width = v.shape()[3];
    fn row(x: &Grid, row: usize, width: usize) -> &[f64] {
        &x.values()[row * width..][..width]
    }
    let mut seen = Vec::with_capacity(batch * heads * queries * value_width);
    for at in 0..batch * heads * queries {
        let (b, h, t) = (at / queries / heads, at / queries % heads, at % queries);
        let first = (b * kv_heads + h / (heads / kv_heads)) * keys;
        let query = row(q, at, width);
        let logit = |s: usize| {
            // From the key to the position of the query.
            let behind = (t + keys) as i64 - (s + queries) as i64;
            let is_seen = match keys_seen {
                Keys::All => true,
                Keys::Causal => behind >= 0,
                Keys::Window(window) => usize::try_from(behind).is_ok_and(|behind| behind < window),
            };
            let scaled = dot(query, row(k, first + s, width)) * f64::from(logits.scale);
            let capped = logits.softcap.map_or(scaled, |cap| f64::from(cap) * (scaled / f64::from(cap)).tanh());
            let added = mask.map_or(0.0, |mask| mask.broadcast_at(&[b, h, t, s]));
            if is_seen { capped + added } else { f64::NEG_INFINITY }
        };
        let logits: Vec<_> = (0..keys).map(logit).collect();
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<_> = logits.iter().map(|logit| (logit - most).exp()).collect();
        let all: f64 = weights.iter().sum();
        let mut sums = vec![0.0; value_width];
        for (s, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            add_share(&mut sums, weight / all, row(v, first + s, value_width));
        }
        seen.extend(sums);
    }
    let mut seen = seen.into_iter();
    Grid::make(&[batch, heads, queries, value_width], |_| seen.next().unwrap_or(f64::NAN))
}

/// A loop, as in the grid.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (mut sum, mut at) = (0.0, 0);
    while at < x.len() {
        sum += x[at] * y[at];
        at += 1;
    }
    sum
}

/// Adds to each the share of another.
fn add_share(sums: &mut [f64], share: f64, x: &[f64]) {
    let mut at = 0;
    while at < sums.len() {
        sums[at] += share * x[at];
        at += 1;
    }
}

fn concatenate(parts: &[Grid], axis: usize) -> Grid {
    let length = parts.iter().map(|part| part.shape()[axis]).sum();
    Grid::make(&with(parts[0].shape(), axis, length), |index| {
        let mut at = index[axis];
        for part in parts {
            if at < part.shape()[axis] {
                return part.at(&with(index, axis, at));
            }
            at -= part.shape()[axis];
        }
        f64::NAN
    })
}

fn dequantize(levels: &Levels, scales: &Grid, biases: &Grid) -> Grid {
    let (columns, group) = (levels.columns, levels.quantization.group);
    Grid::make(&[scales.shape()[0], columns], |index| {
        let level = f64::from(levels.levels[index[0] * columns + index[1]]);
        let group = [index[0], index[1] / group];
        scales.at(&group) * level + biases.at(&group)
    })
}
