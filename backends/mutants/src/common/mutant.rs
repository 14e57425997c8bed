//! The reference with one of the faults that any kernel may have.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{
    Axes, Dtype, Gelu, KernelError, Kernels, Logits, Mask, Quantization, Quantized, Rope, Tensor,
};

use super::fault::{Common, Memory};

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// The reference, of which one function has a common fault.
pub struct CommonMutant {
    function: &'static str,
    fault: Common,
    memory: Memory,
}

impl CommonMutant {
    /// The reference, of which this function has this fault.
    pub fn new(function: &'static str, fault: Common) -> Self {
        Self { function, fault, memory: Memory::default() }
    }

    fn all(
        &self,
        function: &str,
        operands: &[&Tensor],
        kernel: impl Fn(&[&Tensor]) -> Result<Vec<Tensor>>,
    ) -> Result<Vec<Tensor>> {
        if function == self.function { self.fault.call(&self.memory, operands, kernel) } else { kernel(operands) }
    }

    fn one(&self, function: &str, operands: &[&Tensor], kernel: impl Fn(&[&Tensor]) -> Result) -> Result {
        let mut results = self.all(function, operands, |x| Ok(vec![kernel(x)?]))?;
        Ok(results.swap_remove(0))
    }
}

/// The words of a quantized matrix as integers, and its scales and biases.
fn parts(w: &Quantized) -> Result<[Tensor; 3]> {
    let words: Vec<_> = w.packed.iter().map(|word| *word as i32).collect();
    Ok([Tensor::i32(&[words.len()], words)?, w.scales.clone(), w.biases.clone()])
}

/// The matrix of which these are the parts.
fn of_parts(parts: &[&Tensor], columns: usize, quantization: Quantization) -> Quantized {
    let packed = parts[0].to_f64().iter().map(|word| *word as i64 as u32).collect();
    Quantized { packed, columns, scales: parts[1].clone(), biases: parts[2].clone(), quantization }
}

impl Kernels for CommonMutant {
    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("add", &[a, b], |x| Reference.add(x[0], x[1]))
    }

    fn sub(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("sub", &[a, b], |x| Reference.sub(x[0], x[1]))
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("mul", &[a, b], |x| Reference.mul(x[0], x[1]))
    }

    fn div(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("div", &[a, b], |x| Reference.div(x[0], x[1]))
    }

    fn maximum(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("maximum", &[a, b], |x| Reference.maximum(x[0], x[1]))
    }

    fn minimum(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("minimum", &[a, b], |x| Reference.minimum(x[0], x[1]))
    }

    fn equal(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("equal", &[a, b], |x| Reference.equal(x[0], x[1]))
    }

    fn not_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("not_equal", &[a, b], |x| Reference.not_equal(x[0], x[1]))
    }

    fn less(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("less", &[a, b], |x| Reference.less(x[0], x[1]))
    }

    fn less_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("less_equal", &[a, b], |x| Reference.less_equal(x[0], x[1]))
    }

    fn greater(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("greater", &[a, b], |x| Reference.greater(x[0], x[1]))
    }

    fn greater_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("greater_equal", &[a, b], |x| Reference.greater_equal(x[0], x[1]))
    }

    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        self.one("matmul", &[a, b], |x| Reference.matmul(x[0], x[1]))
    }

    fn neg(&self, x: &Tensor) -> Result {
        self.one("neg", &[x], |x| Reference.neg(x[0]))
    }

    fn exp(&self, x: &Tensor) -> Result {
        self.one("exp", &[x], |x| Reference.exp(x[0]))
    }

    fn log(&self, x: &Tensor) -> Result {
        self.one("log", &[x], |x| Reference.log(x[0]))
    }

    fn sqrt(&self, x: &Tensor) -> Result {
        self.one("sqrt", &[x], |x| Reference.sqrt(x[0]))
    }

    fn rsqrt(&self, x: &Tensor) -> Result {
        self.one("rsqrt", &[x], |x| Reference.rsqrt(x[0]))
    }

    fn round(&self, x: &Tensor) -> Result {
        self.one("round", &[x], |x| Reference.round(x[0]))
    }

    fn tanh(&self, x: &Tensor) -> Result {
        self.one("tanh", &[x], |x| Reference.tanh(x[0]))
    }

    fn sigmoid(&self, x: &Tensor) -> Result {
        self.one("sigmoid", &[x], |x| Reference.sigmoid(x[0]))
    }

    fn silu(&self, x: &Tensor) -> Result {
        self.one("silu", &[x], |x| Reference.silu(x[0]))
    }

    fn sum(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        self.one("sum", &[x], |x| Reference.sum(x[0], axes))
    }

    fn mean(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        self.one("mean", &[x], |x| Reference.mean(x[0], axes))
    }

    fn max(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        self.one("max", &[x], |x| Reference.max(x[0], axes))
    }

    fn min(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        self.one("min", &[x], |x| Reference.min(x[0], axes))
    }

    fn logsumexp(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        self.one("logsumexp", &[x], |x| Reference.logsumexp(x[0], axes))
    }

    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        self.one("softmax", &[x], |x| Reference.softmax(x[0], axis))
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        self.one("argmax", &[x], |x| Reference.argmax(x[0], axis))
    }

    fn argmin(&self, x: &Tensor, axis: usize) -> Result {
        self.one("argmin", &[x], |x| Reference.argmin(x[0], axis))
    }

    fn select(&self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
        self.one("select", &[a, b, condition], |x| Reference.select(x[2], x[0], x[1]))
    }

    fn cast(&self, x: &Tensor, dtype: Dtype) -> Result {
        self.one("cast", &[x], |x| Reference.cast(x[0], dtype))
    }

    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        self.one("gelu", &[x], |x| Reference.gelu(x[0], form))
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        self.one("rms_norm", &[x, weight], |x| Reference.rms_norm(x[0], x[1], eps))
    }

    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
        self.one("layer_norm", &[x, weight, bias], |x| Reference.layer_norm(x[0], x[1], x[2], eps))
    }

    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        self.one("rope", &[x], |x| Reference.rope(x[0], rope))
    }

    fn scaled_dot_product_attention(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        logits: Logits,
        mask: Mask<'_>,
    ) -> Result {
        let operands: Vec<_> = [q, k, v].into_iter().chain(mask.additive).collect();
        self.one("scaled_dot_product_attention", &operands, |x| {
            let mask = Mask { additive: x.get(3).copied(), ..mask };
            Reference.scaled_dot_product_attention(x[0], x[1], x[2], logits, mask)
        })
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        self.one("embedding", &[table, ids], |x| Reference.embedding(x[0], x[1]))
    }

    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        self.one("slice_at", &[x, start], |x| Reference.slice_at(x[0], x[1], shape))
    }

    fn update_at(&self, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
        self.one("update_at", &[x, part, start], |x| Reference.update_at(x[0], x[1], x[2]))
    }

    fn take_along_axis(&self, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
        self.one("take_along_axis", &[x, indices], |x| Reference.take_along_axis(x[0], x[1], axis))
    }

    fn concatenate(&self, parts: &[&Tensor], axis: usize) -> Result {
        self.one("concatenate", parts, |parts| Reference.concatenate(parts, axis))
    }

    fn transpose(&self, x: &Tensor, axes: &[usize]) -> Result {
        self.one("transpose", &[x], |x| Reference.transpose(x[0], axes))
    }

    fn broadcast_to(&self, x: &Tensor, shape: &[usize]) -> Result {
        self.one("broadcast_to", &[x], |x| Reference.broadcast_to(x[0], shape))
    }

    fn top_k(&self, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
        let both = self.all("top_k", &[x], |x| Reference.top_k(x[0], k, axis).map(|(values, at)| vec![values, at]))?;
        Ok((both[0].clone(), both[1].clone()))
    }

    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        let columns = w.shape().last().copied().unwrap_or_default();
        let made = self.all("quantize", &[w], |w| Ok(parts(&Reference.quantize(w[0], quantization)?)?.to_vec()))?;
        Ok(of_parts(&made.iter().collect::<Vec<_>>(), columns, quantization))
    }

    fn dequantize(&self, w: &Quantized) -> Result {
        let [packed, scales, biases] = parts(w)?;
        self.one("dequantize", &[&scales, &biases, &packed], |x| {
            Reference.dequantize(&of_parts(&[x[2], x[0], x[1]], w.columns, w.quantization))
        })
    }

    fn quantized_matmul(&self, x: &Tensor, w: &Quantized) -> Result {
        let [packed, scales, biases] = parts(w)?;
        self.one("quantized_matmul", &[x, &scales, &biases, &packed], |x| {
            Reference.quantized_matmul(x[0], &of_parts(&[x[3], x[1], x[2]], w.columns, w.quantization))
        })
    }
}
