//! Lengths by which libraries choose a way through their code: around each power of two, rows as long as a vocabulary, and the
//! shapes of attention and of quantized products that language models have.

use crosscheck::{Case, conformance};
use crosscheck_backends::{Dtype, Kernels, Logits, Quantization, Tensor};

use super::call::{Call, Levels, Masked};
use super::function::LANE;
use super::grid::Grid;
use super::numbers::{distinct, hash, steps, values};
use super::operation::{Operation, Types};
use super::specimen::Specimen;
use crate::Checked;

/// One less than a power of two, the power, and one more.
fn around_powers(powers: std::ops::RangeInclusive<u32>) -> impl Iterator<Item = usize> {
    powers.flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1])
}

fn lengths() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| match operation {
        Operation::Attention | Operation::Quantize | Operation::Dequantize | Operation::QuantizedMatmul => Vec::new(),
        _ => vec![("lengths".to_owned(), (operation, types))],
    })
}

/// Whether an operation is tried on rows of this length: of f32 on all of them, of other types on those beside a power of two; what is
/// done element by element, on the short ones and the longest.
fn is_tried(operation: Operation, dtype: Dtype, length: usize) -> bool {
    let apart = matches!(operation, Operation::Unary(_) | Operation::Binary(_) | Operation::Select | Operation::Cast);
    match dtype {
        Dtype::F32 => true,
        Dtype::F64 | Dtype::I64 | Dtype::I32 | Dtype::Bool if !apart => length % 2 == 1,
        _ => length % 2 == 1 && length < 1_100 || length == 4_097,
    }
}

/// A row, and two rows and columns.
#[conformance(cases(lengths))]
pub fn of_each_length(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    let (operation, types) = case;
    for (number, dtype) in types.dtypes().iter().enumerate() {
        // What is added up in 16 bits is compared elsewhere.
        if number > 0 && matches!(operation, Operation::Lane(_) | Operation::Softmax) {
            continue;
        }
        for length in around_powers(1..=12).filter(|length| is_tried(*operation, *dtype, *length)) {
            let shapes = [vec![length], vec![2, length], vec![length, 2]];
            let some = match length {
                0..260 => &shapes[..],
                _ => &shapes[length % 2..=length % 2],
            };
            for shape in some.iter().filter(|shape| operation.ranks().contains(&shape.len())) {
                // One of each: the others differ in what is repeated.
                for specimen in operation.specimens(shape, *dtype)?.into_iter().take(2) {
                    specimen.assert_holds(kernels)?;
                }
            }
        }
    }
    Ok(())
}

/// The matrix whose rows have two elements each that are not 0, and its product with another one, of which only their two rows
/// count.
fn assert_picks_rows(kernels: &dyn Kernels, dtype: Dtype, [m, k, n]: [usize; 3]) -> Checked {
    let places = |row: usize| [k - 1 - row % k, hash(9, row) as usize % k];
    let a = values(&[m, k], dtype, |at| {
        let [last, other] = places(at / k);
        f64::from(u8::from(at % k == last)) - 2.0 * f64::from(u8::from(at % k == other))
    })?;
    let b = steps(2, &[k, n], dtype, 31, 1.0)?;
    let all = b.to_f64();
    let expected = Grid::make(&[m, n], |index| {
        let [last, other] = places(index[0]);
        all[last * n + index[1]] - 2.0 * all[other * n + index[1]]
    });
    Specimen { call: Call::Matmul, operands: vec![a, b] }.assert_gives(kernels, &[expected])
}

/// Each of the three lengths around each power of two, beside small other ones.
#[conformance(
    of = "matmul",
    dtype(F32, F64, F16, BF16, I32 uses("integer_matmul")),
    of_which(rows = 0_usize, terms = 1, columns = 2)
)]
pub fn matrices_of_each_length(kernels: &dyn Kernels, dtype: Dtype, of_which: usize) -> Checked {
    for length in around_powers(4..=12).filter(|length| dtype == Dtype::F32 || length % 2 == 1) {
        for others in [[1, 16], [5, 9]] {
            let mut lengths = [others[0], others[1], others[0] + 2];
            lengths[of_which] = length;
            assert_picks_rows(kernels, dtype, lengths)?;
        }
    }
    Ok(())
}

/// Squares, and what is nearly one.
#[conformance(of = "matmul", dtype(F32, F64, F16, BF16, I32 uses("integer_matmul")))]
pub fn squares_of_each_length(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    for n in around_powers(1..=7) {
        assert_picks_rows(kernels, dtype, [n, n, n])?;
    }
    assert_picks_rows(kernels, dtype, [64, 128, 256])
}

/// Batches, heads of queries and of keys, queries, keys, and the widths of keys and of values.
const SHAPES_OF_ATTENTION: [(&str, [usize; 7]); 14] = [
    ("head_of_64", [1, 8, 8, 3, 65, 64, 64]),
    ("head_of_72", [2, 4, 2, 5, 40, 72, 72]),
    ("head_of_80", [1, 4, 4, 33, 33, 80, 80]),
    ("head_of_96", [2, 8, 4, 1, 130, 96, 96]),
    ("head_of_112", [1, 4, 1, 5, 517, 112, 112]),
    ("head_of_128", [1, 8, 2, 9, 257, 128, 128]),
    ("head_of_192", [1, 2, 1, 2, 129, 192, 128]),
    ("head_of_256", [1, 4, 2, 3, 100, 256, 256]),
    ("groups_of_8", [2, 16, 2, 2, 70, 64, 64]),
    ("groups_of_16", [1, 32, 2, 1, 128, 64, 64]),
    ("one_query_of_1024", [1, 4, 2, 1, 1_024, 64, 64]),
    ("one_query_of_1025", [2, 8, 1, 1, 1_025, 32, 32]),
    ("one_query_of_4099", [1, 2, 1, 1, 4_099, 64, 64]),
    ("many_queries", [1, 2, 1, 129, 130, 16, 24]),
];

/// A shape of attention, and a type.
#[derive(Clone, Copy, Debug)]
pub struct Attention {
    shape: [usize; 7],
    dtype: Dtype,
}

fn shapes_of_attention() -> Vec<Case<Attention>> {
    let of_dtype = |dtype: Dtype| {
        // Of the halves, the shapes that are not large.
        let shapes = SHAPES_OF_ATTENTION.into_iter().filter(move |(_, shape)| dtype == Dtype::F32 || shape[4] < 200);
        shapes.map(move |(name, shape)| {
            let case = Case::new(format!("{name}/{dtype}"), Attention { shape, dtype });
            case.of("scaled_dot_product_attention")
        })
    };
    [Dtype::F32, Dtype::F16, Dtype::BF16].into_iter().flat_map(of_dtype).collect()
}

#[conformance(
    cases(shapes_of_attention),
    masked(
        Not,
        Causal,
        Additive,
        AdditiveCausal,
        window_of_32 = Masked::Window(32),
        added_to_window_of_100 = Masked::AdditiveWindow(100)
    )
)]
pub fn attention_of_models(kernels: &dyn Kernels, case: &Attention, masked: Masked) -> Checked {
    let Attention { shape: [batch, heads, groups, queries, keys, width, value_width], dtype } = *case;
    let some = |number, shape: &[usize], step| steps(number, shape, dtype, 31, step);
    let mut operands = vec![
        some(1, &[batch, heads, queries, width], 1.0 / 32.0)?,
        some(2, &[batch, groups, keys, width], 1.0 / 32.0)?,
        some(3, &[batch, groups, keys, value_width], 0.25)?,
    ];
    if masked.is_added() {
        operands.push(some(4, &[queries, keys], 1.0 / 32.0)?);
    }
    // So large that few keys count, of which each query has others, and that 16 bits tell the logits apart.
    let scale = if dtype == Dtype::F32 { 1.0 } else { 0.5 };
    Specimen { call: Call::Attention { logits: Logits::scaled(scale), masked }, operands }.assert_holds(kernels)
}

/// As many queries as there may be in a block, and around it, with and without keys in front of them.
#[conformance(
    of = "scaled_dot_product_attention",
    masked(Not, Causal, window_of_5 = Masked::Window(5)),
    before(0, 3),
    dtype(F32, F16)
)]
pub fn each_number_of_queries(kernels: &dyn Kernels, masked: Masked, before: usize, dtype: Dtype) -> Checked {
    for queries in around_powers(2..=7).chain([6, 10, 12, 24, 48]) {
        let some = |number, shape: &[usize], step| steps(number, shape, dtype, 31, step);
        let operands = vec![
            some(1, &[1, 2, queries, 4], 1.0 / 16.0)?,
            some(2, &[1, 1, queries + before, 4], 1.0 / 16.0)?,
            some(3, &[1, 1, queries + before, 3], 0.25)?,
        ];
        Specimen { call: Call::Attention { logits: Logits::scaled(0.75), masked }, operands }.assert_holds(kernels)?;
    }
    Ok(())
}

/// Windows around each power of two, of one query and of several behind a cache: most of what is cached is out of sight. And a cap, as
/// Gemma 2 has both.
#[conformance(of = "scaled_dot_product_attention", queries(1, 9), softcap(none = None, some = Some(2.0)), dtype(F32, F16))]
pub fn each_window(kernels: &dyn Kernels, queries: usize, softcap: Option<f32>, dtype: Dtype) -> Checked {
    let keys = 270;
    let some = |number, shape: &[usize], step| steps(number, shape, dtype, 31, step);
    let operands = vec![
        some(1, &[1, 2, queries, 4], 1.0 / 16.0)?,
        some(2, &[1, 1, keys, 4], 1.0 / 16.0)?,
        some(3, &[1, 1, keys, 3], 0.25)?,
    ];
    for window in std::iter::once(1).chain(around_powers(2..=8)).chain([keys - 1, keys, keys + 1]) {
        let call = Call::Attention { logits: Logits { scale: 0.75, softcap }, masked: Masked::Window(window) };
        Specimen { call, operands: operands.clone() }.assert_holds(kernels)?;
    }
    Ok(())
}

/// As long as vocabularies are.
const VOCABULARIES: [usize; 2] = [32_769, 151_936];

/// Sixteen positions of a row, of which the last ones are behind what 15, 16 and 17 bits count.
fn far(length: usize) -> Vec<usize> {
    (0..16).map(|at| (length - 1) - at * (length - 1) / 17).collect()
}

fn vocabularies() -> Vec<Case<(&'static str, usize, usize)>> {
    let functions = ["argmax", "argmin", "top_k", "max", "min", "sum", "mean", "logsumexp", "softmax"];
    let of = |function| {
        let of_length = move |length| {
            (1..=3).map(move |rank| {
                Case::new(format!("{function}/{length}/rank_{rank}"), (function, length, rank)).of(function)
            })
        };
        VOCABULARIES.into_iter().flat_map(of_length)
    };
    functions.into_iter().flat_map(of).collect()
}

/// A row in which a few elements far behind are larger than the others, and a second one where that is affordable.
#[conformance(cases(vocabularies))]
pub fn rows_of_vocabularies(kernels: &dyn Kernels, case: &(&str, usize, usize)) -> Checked {
    let (function, length, rank) = *case;
    let rows = if length < 100_000 && rank > 1 { 2 } else { 1 };
    let shape = [&vec![1; rank.saturating_sub(2)][..], &[rows, length][usize::from(rank == 1)..]].concat();
    let axis = rank - 1;
    let places = far(length);
    let mut elements: Vec<_> = (0..rows * length).map(|at| -((at % 5) as f64)).collect();
    for row in 0..rows {
        // Each row has its own order of the large ones.
        let sizes = (0..16).map(|number| (number * 7 + row * 3) % 16 + 10);
        places.iter().zip(sizes).for_each(|(place, size)| elements[row * length + place] = size as f64);
    }
    if function == "argmin" {
        elements.iter_mut().for_each(|x| *x = -*x);
    }
    let of_dtype = |dtype| Tensor::from_f64(&shape, dtype, &elements);
    let x = of_dtype(Dtype::F32)?;
    let of_row = |row: usize| &elements[row * length..][..length];
    let place = |row: usize, size: usize| {
        places[(0..16).find(|number| (number * 7 + row * 3) % 16 + 10 == size).expect("each size once")]
    };
    let outer = &shape[..axis];
    let each = |number: &dyn Fn(usize) -> f64| {
        let mut row = 0;
        Grid::make(outer, |_| {
            row += 1;
            number(row - 1)
        })
    };
    let powers = |row: usize| of_row(row).iter().map(|x| x.exp()).sum::<f64>();
    let expected = match function {
        "argmax" => vec![each(&|row| place(row, 25) as f64)],
        "argmin" => vec![each(&|row| place(row, 25) as f64)],
        "top_k" => {
            let mut at = 0;
            let mut ranked = |number: &dyn Fn(usize, usize) -> f64| {
                Grid::make(&[outer, &[16]].concat(), |_| {
                    at += 1;
                    number((at - 1) / 16 % rows, (at - 1) % 16)
                })
            };
            vec![ranked(&|_, number| 25.0 - number as f64), ranked(&|row, number| place(row, 25 - number) as f64)]
        }
        "max" => vec![each(&|_| 25.0)],
        "min" => vec![each(&|_| -4.0)],
        "sum" => vec![each(&|row| of_row(row).iter().sum())],
        "mean" => vec![each(&|row| of_row(row).iter().sum::<f64>() / length as f64)],
        "logsumexp" => vec![each(&|row| powers(row).ln())],
        _ => {
            let powers: Vec<_> = (0..rows).map(powers).collect();
            let values = x.to_f64();
            let mut at = 0;
            vec![Grid::make(&shape, |_| {
                at += 1;
                values[at - 1].exp() / powers[(at - 1) / length]
            })]
        }
    };
    let call = match function {
        "top_k" => Call::TopK { k: 16, axis },
        "softmax" => Call::Softmax(axis),
        _ => Call::Lane(LANE.iter().find(|lane| lane.name == function).expect("it is one of them"), axis),
    };
    if matches!(function, "argmax" | "argmin" | "top_k" | "max" | "min") && length < 100_000 {
        for dtype in [Dtype::F16, Dtype::BF16] {
            Specimen { call: call.clone(), operands: vec![of_dtype(dtype)?] }.assert_gives(kernels, &expected)?;
        }
    }
    Specimen { call, operands: vec![x] }.assert_gives(kernels, &expected)
}

/// A product of rows with a few elements that are not 0 and a quantized matrix.
fn assert_picks_levels(
    kernels: &dyn Kernels,
    dtype: Dtype,
    quantization: Quantization,
    [m, n, k]: [usize; 3],
) -> Checked {
    let Quantization { group, bits } = quantization;
    let levels: Vec<_> = (0..n * k).map(|at| (hash(5, at) % (1 << bits)) as u32).collect();
    let groups = [n, k / group];
    let step = if bits == 4 { 1.0 / 8.0 } else { 1.0 / 128.0 };
    let (scales, biases) = (steps(6, &groups, dtype, 15, step)?, steps(7, &groups, dtype, 15, 0.25)?);
    let places = |row: usize| [k - 1 - row, hash(9, row) as usize % (k - m - 1)];
    let x = values(&[m, k], dtype, |at| {
        let [last, other] = places(at / k);
        f64::from(u8::from(at % k == last)) - 2.0 * f64::from(u8::from(at % k == other))
    })?;
    let (scale, bias) = (scales.to_f64(), biases.to_f64());
    let element = |row: usize, at: usize| {
        let number = row * groups[1] + at / group;
        scale[number] * f64::from(levels[row * k + at]) + bias[number]
    };
    let expected = Grid::make(&[m, n], |index| {
        let [last, other] = places(index[0]);
        element(index[1], last) - 2.0 * element(index[1], other)
    });
    let call = Call::QuantizedMatmul(Levels { columns: k, quantization, levels: levels.clone() });
    Specimen { call, operands: vec![x, scales, biases] }.assert_gives(kernels, &[expected])
}

/// One row and many, by matrices whose numbers of rows vectors divide, and with rows of 512 and its multiples.
#[conformance(of = "quantized_matmul", uses = "quantization", group(32, 64, 128), bits(4, 8), dtype(F32, F16, BF16))]
pub fn quantized_products_of_models(kernels: &dyn Kernels, group: usize, bits: u32, dtype: Dtype) -> Checked {
    let quantization = Quantization { group, bits };
    for n in [8, 16, 24, 64, 72] {
        for m in [1, 2, 6, 13, 33] {
            assert_picks_levels(kernels, dtype, quantization, [m, n, 512])?;
        }
    }
    for (n, k) in [(8, 1_024), (16, 2_048), (8, 4_096), (9, 512 + 128), (7, 1_024)] {
        for m in [1, 2, 9] {
            assert_picks_levels(kernels, dtype, quantization, [m, n, k])?;
        }
    }
    Ok(())
}

/// Numbers of rows, and of groups of columns, around each power of two.
#[conformance(of = "quantized_matmul", uses = "quantization", bits(4, 8))]
pub fn quantized_matrices_of_each_length(kernels: &dyn Kernels, bits: u32) -> Checked {
    for n in around_powers(1..=12) {
        let rows: &[usize] = if n < 600 { &[1, 2, 5] } else { &[1] };
        for m in rows {
            assert_picks_levels(kernels, Dtype::F32, Quantization { group: 32, bits }, [*m, n, 64])?;
        }
    }
    // As many groups.
    for groups in around_powers(2..=7) {
        for m in [1, 4] {
            assert_picks_levels(kernels, Dtype::F32, Quantization { group: 32, bits }, [m, 3, groups * 32])?;
        }
    }
    Ok(())
}

/// Elements of more tiles than one, in both directions.
#[conformance(of = "transpose", dtype(F32, F64, F16, I32, Bool))]
pub fn tiles_are_transposed(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    for shape in [[64, 64], [65, 33], [31, 130], [128, 65]] {
        let x = distinct(1, &shape, dtype)?;
        Specimen { call: Call::Transpose(vec![1, 0]), operands: vec![x] }.assert_holds(kernels)?;
    }
    for (shape, axes) in
        [(vec![2, 33, 5, 17], vec![0, 2, 1, 3]), (vec![17, 16, 16], vec![1, 0, 2]), (vec![16, 16, 17], vec![2, 1, 0])]
    {
        let x = distinct(1, &shape, dtype)?;
        Specimen { call: Call::Transpose(axes), operands: vec![x] }.assert_holds(kernels)?;
    }
    Ok(())
}

/// More ids than one, and rows of each width.
#[conformance(of = "embedding", dtype(F32, F16, I32))]
pub fn rows_of_each_width_are_found(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    for width in around_powers(1..=10) {
        let ids = Tensor::i32(&[3], [6, 0, 4])?;
        Specimen { call: Call::Embedding, operands: vec![distinct(1, &[7, width], dtype)?, ids] }
            .assert_holds(kernels)?;
    }
    Ok(())
}
