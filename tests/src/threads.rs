//! Each function of the contract, called from several threads at a time with different arguments: a buffer, a graph or a parameter
//! that calls share would give one of them what is another's.

use std::sync::Barrier;
use std::thread;

use crosscheck::conformance;
use crosscheck_backends::device::{Matrix, Op};
use crosscheck_backends::{
    Dtype, Gelu, KernelError, Kernels, Logits, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor,
};

use crate::Checked;
use crate::data::unit;

/// How many threads call, each with arguments of its own: two have a shape in common, and all but the shape is different.
const THREADS: usize = 4;
/// How often each thread calls. Its own arguments and, now and then, those of its neighbours.
const CALLS: usize = 24;

/// What a thread calls with.
struct Arguments {
    number: usize,
    shape: [usize; 2],
}

impl Arguments {
    fn all() -> [Self; THREADS] {
        [[5, 48], [5, 48], [3, 64], [17, 32]].map({
            let mut numbers = 0..;
            move |shape| Self { number: numbers.next().unwrap_or_default(), shape }
        })
    }

    /// An operand of this shape, another one in each thread.
    fn of(&self, operand: u64, shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
        unit(700 + 10 * self.number as u64 + operand, shape, dtype)
    }

    fn operand(&self, operand: u64) -> Checked<Tensor> {
        self.of(operand, &self.shape, Dtype::F32)
    }

    /// Numbers above 0.
    fn positive(&self) -> Checked<Tensor> {
        let values: Vec<_> = self.operand(0)?.to_f64().iter().map(|x| x.abs() + 0.1 + self.number as f64).collect();
        Tensor::from_f64(&self.shape, Dtype::F32, &values)
    }

    /// Another number in each thread.
    fn parameter(&self) -> f32 {
        0.25 * (self.number + 1) as f32
    }
}

/// Asserts that each call from several threads makes what it makes when nothing else runs. `prepare` makes the operands of a thread, and `call` calls
/// with them.
#[track_caller]
fn assert_apart<T: Sync + Send, R: PartialEq + std::fmt::Debug + Send + Sync>(
    prepare: impl Fn(&Arguments) -> Checked<T>,
    call: impl Fn(&T, &Arguments) -> Result<R, KernelError> + Sync,
) -> Checked {
    let arguments = Arguments::all();
    let operands = arguments.iter().map(prepare).collect::<Checked<Vec<_>>>()?;
    let alone = |at: usize| call(&operands[at], &arguments[at]);
    let expected = (0..THREADS).map(alone).collect::<Checked<Vec<_>>>()?;
    let begin = Barrier::new(THREADS);
    let run = |own: usize| {
        begin.wait();
        // One call in three is with somebody else's arguments.
        let turns = (0..CALLS).map(|turn| if turn % 3 == 2 { (own + turn) % THREADS } else { own });
        turns.map(|at| alone(at).map(|made| (at, made))).collect::<Checked<Vec<_>>>()
    };
    let made = thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..THREADS).map(|own| scope.spawn(move || run(own))).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    for (own, made) in made.into_iter().enumerate() {
        let made = made.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        for (turn, (at, made)) in made.into_iter().enumerate() {
            assert_eq!(made, expected[at], "call {turn} of thread {own}, with arguments {at}");
        }
    }
    Ok(())
}

/// Of one operand.
#[track_caller]
fn assert_unary(call: impl Fn(&Tensor, &Arguments) -> Checked<Tensor> + Sync) -> Checked {
    assert_apart(|arguments| arguments.operand(0), call)
}

/// Of two operands, of which one has rows only.
#[track_caller]
fn assert_binary(call: impl Fn(&Tensor, &Tensor) -> Checked<Tensor> + Sync) -> Checked {
    let prepare =
        |arguments: &Arguments| Ok((arguments.positive()?, arguments.of(1, &arguments.shape[1..], Dtype::F32)?));
    assert_apart(prepare, |(x, y), _| call(x, y))
}

#[conformance(of = "add")]
pub fn add(kernels: &dyn Kernels) -> Checked {
    assert_binary(|x, y| kernels.add(x, y))
}

#[conformance(of = "sub")]
pub fn sub(kernels: &dyn Kernels) -> Checked {
    assert_binary(|x, y| kernels.sub(x, y))
}

#[conformance(of = "mul")]
pub fn mul(kernels: &dyn Kernels) -> Checked {
    assert_binary(|x, y| kernels.mul(x, y))
}

#[conformance(of = "div")]
pub fn div(kernels: &dyn Kernels) -> Checked {
    assert_binary(|x, y| kernels.div(x, y))
}

#[conformance(of = "maximum")]
pub fn maximum(kernels: &dyn Kernels) -> Checked {
    assert_binary(|x, y| kernels.maximum(x, y))
}

#[conformance(of = "minimum")]
pub fn minimum(kernels: &dyn Kernels) -> Checked {
    assert_binary(|x, y| kernels.minimum(x, y))
}

/// Of two operands that are equal at about half of the places.
#[track_caller]
fn assert_relation(call: impl Fn(&Tensor, &Tensor) -> Checked<Tensor> + Sync) -> Checked {
    let whole =
        |x: Tensor| Tensor::from_f64(x.shape(), Dtype::F32, &x.to_f64().iter().map(|x| x.round()).collect::<Vec<_>>());
    let prepare = |arguments: &Arguments| Ok((whole(arguments.operand(0)?)?, whole(arguments.operand(1)?)?));
    assert_apart(prepare, |(x, y), _| call(x, y))
}

#[conformance(of = "equal")]
pub fn equal(kernels: &dyn Kernels) -> Checked {
    assert_relation(|x, y| kernels.equal(x, y))
}

#[conformance(of = "not_equal")]
pub fn not_equal(kernels: &dyn Kernels) -> Checked {
    assert_relation(|x, y| kernels.not_equal(x, y))
}

#[conformance(of = "less")]
pub fn less(kernels: &dyn Kernels) -> Checked {
    assert_relation(|x, y| kernels.less(x, y))
}

#[conformance(of = "less_equal")]
pub fn less_equal(kernels: &dyn Kernels) -> Checked {
    assert_relation(|x, y| kernels.less_equal(x, y))
}

#[conformance(of = "greater")]
pub fn greater(kernels: &dyn Kernels) -> Checked {
    assert_relation(|x, y| kernels.greater(x, y))
}

#[conformance(of = "greater_equal")]
pub fn greater_equal(kernels: &dyn Kernels) -> Checked {
    assert_relation(|x, y| kernels.greater_equal(x, y))
}

#[conformance(of = "select")]
pub fn select(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| {
        let condition = arguments.of(2, &arguments.shape, Dtype::Bool)?;
        Ok((condition, arguments.operand(0)?, arguments.operand(1)?))
    };
    assert_apart(prepare, |(condition, x, y), _| kernels.select(condition, x, y))
}

#[conformance(of = "neg")]
pub fn neg(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, _| kernels.neg(x))
}

#[conformance(of = "exp")]
pub fn exp(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, _| kernels.exp(x))
}

#[conformance(of = "round")]
pub fn round(kernels: &dyn Kernels) -> Checked {
    // Between −1 and 1 there is little to round.
    assert_apart(Arguments::positive, |x, _| kernels.round(x))
}

#[conformance(of = "tanh")]
pub fn tanh(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, _| kernels.tanh(x))
}

#[conformance(of = "sigmoid")]
pub fn sigmoid(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, _| kernels.sigmoid(x))
}

#[conformance(of = "silu")]
pub fn silu(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, _| kernels.silu(x))
}

#[conformance(of = "log")]
pub fn log(kernels: &dyn Kernels) -> Checked {
    assert_apart(Arguments::positive, |x, _| kernels.log(x))
}

#[conformance(of = "sqrt")]
pub fn sqrt(kernels: &dyn Kernels) -> Checked {
    assert_apart(Arguments::positive, |x, _| kernels.sqrt(x))
}

#[conformance(of = "rsqrt")]
pub fn rsqrt(kernels: &dyn Kernels) -> Checked {
    assert_apart(Arguments::positive, |x, _| kernels.rsqrt(x))
}

#[conformance(of = "gelu")]
pub fn gelu(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| {
        kernels.gelu(x, if arguments.number.is_multiple_of(2) { Gelu::Exact } else { Gelu::Tanh })
    })
}

#[conformance(of = "cast")]
pub fn cast(kernels: &dyn Kernels) -> Checked {
    let types = [Dtype::F16, Dtype::I64, Dtype::I32, Dtype::Bool];
    assert_unary(|x, arguments| kernels.cast(x, types[arguments.number]))
}

#[conformance(of = "sum")]
pub fn sum(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.sum(x, (arguments.number % 2).into()))
}

#[conformance(of = "mean")]
pub fn mean(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.mean(x, (arguments.number % 2).into()))
}

#[conformance(of = "max")]
pub fn max(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.max(x, (arguments.number % 2).into()))
}

#[conformance(of = "min")]
pub fn min(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.min(x, (arguments.number % 2).into()))
}

#[conformance(of = "logsumexp")]
pub fn logsumexp(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.logsumexp(x, (arguments.number % 2).into()))
}

#[conformance(of = "softmax")]
pub fn softmax(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.softmax(x, arguments.number % 2))
}

#[conformance(of = "argmin")]
pub fn argmin(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.argmin(x, arguments.number % 2))
}

#[conformance(of = "argmax")]
pub fn argmax(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.argmax(x, arguments.number % 2))
}

#[conformance(of = "top_k")]
pub fn top_k(kernels: &dyn Kernels) -> Checked {
    assert_apart(
        |arguments| arguments.operand(0),
        |x, arguments| kernels.top_k(x, 1 + arguments.number % 3, arguments.number % 2),
    )
}

#[conformance(of = "matmul")]
pub fn matmul(kernels: &dyn Kernels) -> Checked {
    let prepare =
        |arguments: &Arguments| Ok((arguments.operand(0)?, arguments.of(1, &[arguments.shape[1], 7], Dtype::F32)?));
    assert_apart(prepare, |(x, y), _| kernels.matmul(x, y))
}

#[conformance(of = "rms_norm")]
pub fn rms_norm(kernels: &dyn Kernels) -> Checked {
    let prepare =
        |arguments: &Arguments| Ok((arguments.operand(0)?, arguments.of(1, &arguments.shape[1..], Dtype::F32)?));
    assert_apart(prepare, |(x, weight), arguments| kernels.rms_norm(x, weight, arguments.parameter()))
}

#[conformance(of = "layer_norm")]
pub fn layer_norm(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| {
        let row = |operand| arguments.of(operand, &arguments.shape[1..], Dtype::F32);
        Ok((arguments.operand(0)?, row(1)?, row(2)?))
    };
    assert_apart(prepare, |(x, weight, bias), arguments| kernels.layer_norm(x, weight, bias, arguments.parameter()))
}

#[conformance(of = "rope")]
pub fn rope(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| {
        let [length, width] = arguments.shape;
        arguments.of(0, &[2, length, width], Dtype::F32)
    };
    assert_apart(prepare, |x, arguments| {
        let number = arguments.number;
        let layout = if number.is_multiple_of(2) { RopeLayout::Halves } else { RopeLayout::Interleaved };
        let base = 100.0 * (number + 1) as f32;
        let rope =
            Rope { dims: 16 + 4 * number, base, scale: arguments.parameter(), offset: 3 * number as i32, layout };
        kernels.rope(x, &rope)
    })
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn attention(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| {
        let [keys, width] = arguments.shape;
        let of = |operand, heads| arguments.of(operand, &[1, heads, keys, width], Dtype::F32);
        Ok(([of(0, 4)?, of(1, 2)?, of(2, 2)?], arguments.of(3, &[keys, keys], Dtype::F32)?))
    };
    assert_apart(prepare, |([q, k, v], mask), arguments| {
        let mask = [Mask::CAUSAL, Mask::additive(mask), Mask::NONE, Mask::CAUSAL][arguments.number];
        kernels.scaled_dot_product_attention(q, k, v, Logits::scaled(arguments.parameter()), mask)
    })
}

/// Some of the rows, others in each thread.
fn ids(arguments: &Arguments, count: usize) -> Checked<Tensor> {
    let rows = arguments.shape[0];
    let ids: Vec<_> = (0..count).map(|at| ((at * 3 + arguments.number) % rows) as i32).collect();
    Tensor::i32(&[count], ids)
}

#[conformance(of = "embedding")]
pub fn embedding(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| Ok((arguments.operand(0)?, ids(arguments, 9)?));
    assert_apart(prepare, |(table, ids), _| kernels.embedding(table, ids))
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn slice_at(kernels: &dyn Kernels) -> Checked {
    let start = |arguments: &Arguments| Tensor::i32(&[2], [arguments.number as i32 % 2, 2 * arguments.number as i32]);
    let prepare = |arguments: &Arguments| Ok((arguments.operand(0)?, start(arguments)?));
    assert_apart(prepare, |(x, start), arguments| kernels.slice_at(x, start, &[2, 9 + arguments.number]))
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn update_at(kernels: &dyn Kernels) -> Checked {
    let start = |arguments: &Arguments| Tensor::i32(&[2], [arguments.number as i32 % 2, 2 * arguments.number as i32]);
    let prepare =
        |arguments: &Arguments| Ok((arguments.operand(0)?, arguments.of(1, &[2, 9], Dtype::F32)?, start(arguments)?));
    assert_apart(prepare, |(x, part, start), _| kernels.update_at(x, part, start))
}

#[conformance(of = "take_along_axis")]
pub fn take_along_axis(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| {
        let [rows, columns] = arguments.shape;
        let indices: Vec<_> = (0..rows * columns).map(|at| ((at * 7 + arguments.number) % rows) as i32).collect();
        Ok((arguments.operand(0)?, Tensor::i32(&arguments.shape, indices)?))
    };
    assert_apart(prepare, |(x, indices), arguments| kernels.take_along_axis(x, indices, arguments.number % 2))
}

#[conformance(of = "concatenate")]
pub fn concatenate(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| Ok((arguments.operand(0)?, arguments.operand(1)?));
    assert_apart(prepare, |(x, y), arguments| kernels.concatenate(&[x, y], arguments.number % 2))
}

#[conformance(of = "transpose")]
pub fn transpose(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| kernels.transpose(x, if arguments.number == 1 { &[0, 1] } else { &[1, 0] }))
}

#[conformance(of = "broadcast_to")]
pub fn broadcast_to(kernels: &dyn Kernels) -> Checked {
    assert_unary(|x, arguments| {
        let [rows, columns] = arguments.shape;
        kernels.broadcast_to(x, &[1 + arguments.number, rows, columns])
    })
}

/// In another kind in each thread.
fn quantized(arguments: &Arguments) -> Quantization {
    Quantization { group: 32, bits: if arguments.number.is_multiple_of(2) { 4 } else { 8 } }
}

fn matrix(arguments: &Arguments) -> Checked<Tensor> {
    arguments.of(0, &[arguments.shape[0], 96], Dtype::F32)
}

/// As a kernel of its own makes it, so that nothing but what is called at the same time can be wrong.
fn packed(arguments: &Arguments) -> Checked<Quantized> {
    crosscheck_backends::reference::Reference.quantize(&matrix(arguments)?, quantized(arguments))
}

/// A device, which several threads use at a time: a row and more than a block of them, with parameters of their own.
#[conformance(of = "device")]
pub fn device(kernels: &dyn Kernels) -> Checked {
    let device = kernels.device()?;
    let matrix = device.upload_matrix(&Matrix::Dense(unit(790, &[32, 32], Dtype::F32)?))?;
    let prepare = |arguments: &Arguments| {
        let rows = if arguments.number.is_multiple_of(2) { 1 } else { 40 };
        let weight = device.upload(&arguments.of(1, &[32], Dtype::F32)?)?;
        Ok((rows, weight, arguments.of(0, &[rows, 32], Dtype::F32)?))
    };
    assert_apart(prepare, |(rows, weight, x), arguments| {
        let (x, number) = (device.upload(x)?, arguments.number);
        let normed = device.launch(Op::RmsNorm { x: &x, weight, eps: arguments.parameter() })?;
        let product = device.launch(Op::Linear { x: &normed, weight: &matrix, add: Some(&x) })?;
        let heads = device.launch(Op::Reshape { x: &product, shape: &[1, 1, *rows, 32] })?;
        let layout = if number < 2 { RopeLayout::Halves } else { RopeLayout::Interleaved };
        let rope = Rope { dims: 32, base: 100.0, scale: arguments.parameter(), offset: number as i32, layout };
        let rotation = device.launch(Op::Rotation { rope, length: *rows, width: 32 })?;
        let turned = device.launch(Op::Rope { x: &heads, rotation: &rotation })?;
        let scale = arguments.parameter();
        let seen = device.launch(Op::Attention { q: &turned, k: &turned, v: &heads, scale })?;
        device.download(&seen)
    })
}

#[conformance(of = "quantize", uses = "quantization")]
pub fn quantize(kernels: &dyn Kernels) -> Checked {
    assert_apart(matrix, |w, arguments| kernels.quantize(w, quantized(arguments)))
}

#[conformance(of = "dequantize", uses = "quantization")]
pub fn dequantize(kernels: &dyn Kernels) -> Checked {
    assert_apart(packed, |w, _| kernels.dequantize(w))
}

#[conformance(of = "quantized_matmul", uses = "quantization")]
pub fn quantized_matmul(kernels: &dyn Kernels) -> Checked {
    let prepare = |arguments: &Arguments| Ok((arguments.of(1, &[3, 96], Dtype::F32)?, packed(arguments)?));
    assert_apart(prepare, |(x, w), _| kernels.quantized_matmul(x, w))
}
