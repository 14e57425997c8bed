//! A call of a program, as it stands in the index.

use std::error::Error;

use crosscheck_backends::{Axes, Data, Dtype, Gelu, Kernels, Keys, Logits, Mask, Tensor};
use half::{bf16, f16};
use serde::Deserialize;

use super::Tensors;
use crate::Checked;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What a call is given: a result of an earlier one, a tensor of the file, or a number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Operand {
    Result(usize),
    Tensor(String),
    Number(Number),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Number {
    F64(f64),
    F32(f64),
    F16(f64),
    BF16(f64),
    I64(i64),
    I32(i32),
    I8(i8),
    U8(u8),
    Bool(bool),
}

impl Number {
    fn tensor(self) -> Result<Tensor> {
        let data = match self {
            Self::F64(number) => Data::F64(vec![number]),
            // The index has what is of the type already.
            Self::F32(number) => Data::F32(vec![number as f32]),
            Self::F16(number) => Data::F16(vec![f16::from_f64(number)]),
            Self::BF16(number) => Data::BF16(vec![bf16::from_f64(number)]),
            Self::I64(number) => Data::I64(vec![number]),
            Self::I32(number) => Data::I32(vec![number]),
            Self::I8(number) => Data::I8(vec![number]),
            Self::U8(number) => Data::U8(vec![number]),
            Self::Bool(number) => Data::Bool(vec![number]),
        };
        Ok(Tensor::new(&[], data)?)
    }
}

/// The names of types as the index has them.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I8,
    U8,
    Bool,
}

impl From<Type> for Dtype {
    fn from(kind: Type) -> Self {
        match kind {
            Type::F64 => Self::F64,
            Type::F32 => Self::F32,
            Type::F16 => Self::F16,
            Type::BF16 => Self::BF16,
            Type::I64 => Self::I64,
            Type::I32 => Self::I32,
            Type::I8 => Self::I8,
            Type::U8 => Self::U8,
            Type::Bool => Self::Bool,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    Exact,
    Tanh,
}

/// Names and arguments are those of the contract; `reshape` is the reader's own.
#[derive(Debug, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    Add { a: Operand, b: Operand },
    Sub { a: Operand, b: Operand },
    Mul { a: Operand, b: Operand },
    Div { a: Operand, b: Operand },
    Maximum { a: Operand, b: Operand },
    Minimum { a: Operand, b: Operand },
    Equal { a: Operand, b: Operand },
    NotEqual { a: Operand, b: Operand },
    Less { a: Operand, b: Operand },
    LessEqual { a: Operand, b: Operand },
    Greater { a: Operand, b: Operand },
    GreaterEqual { a: Operand, b: Operand },
    Matmul { a: Operand, b: Operand },
    Neg { x: Operand },
    Exp { x: Operand },
    Log { x: Operand },
    Sqrt { x: Operand },
    Rsqrt { x: Operand },
    Round { x: Operand },
    Tanh { x: Operand },
    Sigmoid { x: Operand },
    Silu { x: Operand },
    Gelu { x: Operand, form: Form },
    Select { condition: Operand, a: Operand, b: Operand },
    Cast { x: Operand, dtype: Type },
    Sum(Reduction),
    Mean(Reduction),
    Max(Reduction),
    Min(Reduction),
    Logsumexp(Reduction),
    Argmax { x: Operand, axis: usize },
    Argmin { x: Operand, axis: usize },
    Softmax { x: Operand, axis: usize },
    TopK { x: Operand, k: usize, axis: usize },
    RmsNorm { x: Operand, weight: Operand, eps: f32 },
    LayerNorm { x: Operand, weight: Operand, bias: Operand, eps: f32 },
    ScaledDotProductAttention(Attention),
    Embedding { table: Operand, ids: Operand },
    SliceAt { x: Operand, start: Operand, shape: Vec<usize> },
    UpdateAt { x: Operand, part: Operand, start: Operand },
    TakeAlongAxis { x: Operand, indices: Operand, axis: usize },
    Concatenate { parts: Vec<Operand>, axis: usize },
    Transpose { x: Operand, axes: Vec<usize> },
    BroadcastTo { x: Operand, shape: Vec<usize> },
    Reshape { x: Operand, shape: Vec<usize> },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reduction {
    x: Operand,
    axes: Vec<usize>,
    #[serde(default)]
    kept: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attention {
    q: Operand,
    k: Operand,
    v: Operand,
    scale: f32,
    mask: Option<Operand>,
    #[serde(default)]
    causal: bool,
    window: Option<usize>,
    softcap: Option<f32>,
}

impl Call {
    /// Appends the results to those of the calls before.
    pub fn run(&self, kernels: &dyn Kernels, tensors: &Tensors, results: &mut Vec<Tensor>) -> Result<()> {
        let values = Values { results, tensors };
        let one = |x: &Operand, function: &dyn Fn(&Tensor) -> Checked<Tensor>| Ok(vec![function(&values.get(x)?)?]);
        let two = |a: &Operand, b: &Operand, function: &dyn Fn(&Tensor, &Tensor) -> Checked<Tensor>| {
            Ok(vec![function(&values.get(a)?, &values.get(b)?)?])
        };
        let made: Result<Vec<Tensor>> = match self {
            Self::Add { a, b } => two(a, b, &|a, b| kernels.add(a, b)),
            Self::Sub { a, b } => two(a, b, &|a, b| kernels.sub(a, b)),
            Self::Mul { a, b } => two(a, b, &|a, b| kernels.mul(a, b)),
            Self::Div { a, b } => two(a, b, &|a, b| kernels.div(a, b)),
            Self::Maximum { a, b } => two(a, b, &|a, b| kernels.maximum(a, b)),
            Self::Minimum { a, b } => two(a, b, &|a, b| kernels.minimum(a, b)),
            Self::Equal { a, b } => two(a, b, &|a, b| kernels.equal(a, b)),
            Self::NotEqual { a, b } => two(a, b, &|a, b| kernels.not_equal(a, b)),
            Self::Less { a, b } => two(a, b, &|a, b| kernels.less(a, b)),
            Self::LessEqual { a, b } => two(a, b, &|a, b| kernels.less_equal(a, b)),
            Self::Greater { a, b } => two(a, b, &|a, b| kernels.greater(a, b)),
            Self::GreaterEqual { a, b } => two(a, b, &|a, b| kernels.greater_equal(a, b)),
            Self::Matmul { a, b } => two(a, b, &|a, b| kernels.matmul(a, b)),
            Self::Neg { x } => one(x, &|x| kernels.neg(x)),
            Self::Exp { x } => one(x, &|x| kernels.exp(x)),
            Self::Log { x } => one(x, &|x| kernels.log(x)),
            Self::Sqrt { x } => one(x, &|x| kernels.sqrt(x)),
            Self::Rsqrt { x } => one(x, &|x| kernels.rsqrt(x)),
            Self::Round { x } => one(x, &|x| kernels.round(x)),
            Self::Tanh { x } => one(x, &|x| kernels.tanh(x)),
            Self::Sigmoid { x } => one(x, &|x| kernels.sigmoid(x)),
            Self::Silu { x } => one(x, &|x| kernels.silu(x)),
            Self::Gelu { x, form: Form::Exact } => one(x, &|x| kernels.gelu(x, Gelu::Exact)),
            Self::Gelu { x, form: Form::Tanh } => one(x, &|x| kernels.gelu(x, Gelu::Tanh)),
            Self::Select { condition, a, b } => {
                let condition = values.get(condition)?;
                two(a, b, &|a, b| kernels.select(&condition, a, b))
            }
            Self::Cast { x, dtype } => one(x, &|x| kernels.cast(x, (*dtype).into())),
            Self::Sum(reduction) => reduction.run(&values, &|x, axes| kernels.sum(x, axes)),
            Self::Mean(reduction) => reduction.run(&values, &|x, axes| kernels.mean(x, axes)),
            Self::Max(reduction) => reduction.run(&values, &|x, axes| kernels.max(x, axes)),
            Self::Min(reduction) => reduction.run(&values, &|x, axes| kernels.min(x, axes)),
            Self::Logsumexp(reduction) => reduction.run(&values, &|x, axes| kernels.logsumexp(x, axes)),
            Self::Argmax { x, axis } => one(x, &|x| kernels.argmax(x, *axis)),
            Self::Argmin { x, axis } => one(x, &|x| kernels.argmin(x, *axis)),
            Self::Softmax { x, axis } => one(x, &|x| kernels.softmax(x, *axis)),
            Self::TopK { x, k, axis } => {
                let (elements, indices) = kernels.top_k(&values.get(x)?, *k, *axis)?;
                Ok(vec![elements, indices])
            }
            Self::RmsNorm { x, weight, eps } => two(x, weight, &|x, weight| kernels.rms_norm(x, weight, *eps)),
            Self::LayerNorm { x, weight, bias, eps } => {
                let bias = values.get(bias)?;
                two(x, weight, &|x, weight| kernels.layer_norm(x, weight, &bias, *eps))
            }
            Self::ScaledDotProductAttention(attention) => Ok(vec![attention.run(kernels, &values)?]),
            Self::Embedding { table, ids } => two(table, ids, &|table, ids| kernels.embedding(table, ids)),
            Self::SliceAt { x, start, shape } => two(x, start, &|x, start| kernels.slice_at(x, start, shape)),
            Self::UpdateAt { x, part, start } => {
                let start = values.get(start)?;
                two(x, part, &|x, part| kernels.update_at(x, part, &start))
            }
            Self::TakeAlongAxis { x, indices, axis } => {
                two(x, indices, &|x, indices| kernels.take_along_axis(x, indices, *axis))
            }
            Self::Concatenate { parts, axis } => {
                let parts = parts.iter().map(|part| values.get(part)).collect::<Result<Vec<_>>>()?;
                Ok(vec![kernels.concatenate(&parts.iter().collect::<Vec<_>>(), *axis)?])
            }
            Self::Transpose { x, axes } => one(x, &|x| kernels.transpose(x, axes)),
            Self::BroadcastTo { x, shape } => one(x, &|x| kernels.broadcast_to(x, shape)),
            Self::Reshape { x, shape } => one(x, &|x| Tensor::new(shape, x.data().clone())),
        };
        let made = made?;
        results.extend(made);
        Ok(())
    }
}

impl Reduction {
    fn run(&self, values: &Values<'_>, reduce: &dyn Fn(&Tensor, Axes<'_>) -> Checked<Tensor>) -> Result<Vec<Tensor>> {
        let axes = Axes::of(&self.axes);
        Ok(vec![reduce(&values.get(&self.x)?, if self.kept { axes.kept() } else { axes })?])
    }
}

impl Attention {
    fn run(&self, kernels: &dyn Kernels, values: &Values<'_>) -> Result<Tensor> {
        let [q, k, v] = [values.get(&self.q)?, values.get(&self.k)?, values.get(&self.v)?];
        let mask = self.mask.as_ref().map(|mask| values.get(mask)).transpose()?;
        let keys = match (self.window, self.causal) {
            (Some(window), _) => Keys::Window(window),
            (None, true) => Keys::Causal,
            (None, false) => Keys::All,
        };
        let logits = Logits { scale: self.scale, softcap: self.softcap };
        let mask = Mask { keys, additive: mask.as_ref() };
        Ok(kernels.scaled_dot_product_attention(&q, &k, &v, logits, mask)?)
    }
}

/// What a call can be given.
struct Values<'a> {
    /// Of the calls before.
    results: &'a [Tensor],
    tensors: &'a Tensors,
}

impl Values<'_> {
    fn get(&self, operand: &Operand) -> Result<Tensor> {
        match operand {
            Operand::Result(at) => {
                let result = self.results.get(*at);
                result.cloned().ok_or_else(|| format!("there is no result {at}, only {}", self.results.len()).into())
            }
            Operand::Tensor(name) => (self.tensors)(name),
            Operand::Number(number) => number.tensor(),
        }
    }
}
