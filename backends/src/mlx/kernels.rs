//! The kernels, each as operations of MLX.

use std::sync::Arc;

use crosscheck::Receipt;
use mlx_rs::error::Exception;
use mlx_rs::fast;
use mlx_rs::{Array, ops};

use super::convert::{dims, to_host, words_to_host};
use super::device::Memory;
use super::error::{Result, failed};
use super::{Mlx, MlxDevice, account, attention};
use crate::device::Device;
use crate::kernels::Kernels;
use crate::params::{Axes, Gelu, Logits, Mask, Quantization, Quantized, Rope, RopeLayout};
use crate::tensor::{Dtype, Tensor};
use crate::validate;

/// Notes a call that was refused before MLX saw it.
fn refused<T>(inputs: Result<T>) -> Result<T> {
    inputs.inspect_err(|_| account::of_this_thread(|receipt| receipt.refusals += 1))
}

#[crosscheck::implements("mlx_cpu", "mlx_metal", "mlx_cuda")]
impl Kernels for Mlx {
    fn receipt(&self) -> Option<Receipt> {
        let device = match self.device {
            MlxDevice::Cpu => "MLX's CPU device",
            MlxDevice::Metal => "MLX's Metal device",
            MlxDevice::Cuda => "MLX's CUDA device",
        };
        let mut receipt = account::take();
        receipt.device = device.to_owned();
        Some(receipt)
    }

    fn about(&self) -> Option<String> {
        super::version::version()
    }

    fn device(&self) -> Result<Arc<dyn Device>> {
        Ok(Arc::new(Memory::new(*self)))
    }

    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::arithmetic("add", a, b))?;
        self.binary("add", a, b, |a, b| a.add(b))
    }

    fn sub(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::arithmetic("sub", a, b))?;
        self.binary("sub", a, b, |a, b| a.subtract(b))
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::arithmetic("mul", a, b))?;
        self.binary("mul", a, b, |a, b| a.multiply(b))
    }

    fn div(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::div(a, b))?;
        if a.dtype().is_float() {
            return self.binary("div", a, b, |a, b| a.divide(b));
        }
        // MLX's `floor_divide` is C++'s division, which cuts off. The smallest integer by −1 ends the process there; in 64 bits
        // the quotient is a number, and the cast to 32 bits wraps it.
        self.binary("div", a, b, |a, b| a.as_type::<i64>()?.floor_divide(b.as_type::<i64>()?)?.as_type::<i32>())
    }

    fn maximum(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::arithmetic("maximum", a, b))?;
        self.binary("maximum", a, b, |a, b| ops::maximum(a, b))
    }

    fn minimum(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::arithmetic("minimum", a, b))?;
        self.binary("minimum", a, b, |a, b| ops::minimum(a, b))
    }

    fn neg(&self, x: &Tensor) -> Result {
        refused(validate::numbers("neg", x))?;
        self.unary("neg", x, Array::negative)
    }

    fn exp(&self, x: &Tensor) -> Result {
        refused(validate::floats("exp", x))?;
        self.unary("exp", x, Array::exp)
    }

    fn log(&self, x: &Tensor) -> Result {
        refused(validate::floats("log", x))?;
        self.unary("log", x, Array::log)
    }

    fn sqrt(&self, x: &Tensor) -> Result {
        refused(validate::floats("sqrt", x))?;
        self.unary("sqrt", x, Array::sqrt)
    }

    fn rsqrt(&self, x: &Tensor) -> Result {
        refused(validate::floats("rsqrt", x))?;
        self.unary("rsqrt", x, Array::rsqrt)
    }

    fn round(&self, x: &Tensor) -> Result {
        refused(validate::floats("round", x))?;
        self.unary("round", x, |x| x.round(None))
    }

    fn tanh(&self, x: &Tensor) -> Result {
        refused(validate::floats("tanh", x))?;
        self.unary("tanh", x, |x| ops::tanh(x))
    }

    fn sigmoid(&self, x: &Tensor) -> Result {
        refused(validate::floats("sigmoid", x))?;
        self.unary("sigmoid", x, |x| ops::sigmoid(x))
    }

    fn equal(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::elementwise("equal", a, b))?;
        self.binary("equal", a, b, |a, b| a.eq(b))
    }

    fn not_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::elementwise("not_equal", a, b))?;
        self.binary("not_equal", a, b, |a, b| a.ne(b))
    }

    fn less(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::elementwise("less", a, b))?;
        self.binary("less", a, b, |a, b| a.lt(b))
    }

    fn less_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::elementwise("less_equal", a, b))?;
        self.binary("less_equal", a, b, |a, b| a.le(b))
    }

    fn greater(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::elementwise("greater", a, b))?;
        self.binary("greater", a, b, |a, b| a.gt(b))
    }

    fn greater_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::elementwise("greater_equal", a, b))?;
        self.binary("greater_equal", a, b, |a, b| a.ge(b))
    }

    fn select(&self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::select(condition, a, b))?;
        let condition = self.upload("select", condition)?;
        self.binary("select", a, b, |a, b| ops::select(&condition, a, b))
    }

    fn cast(&self, x: &Tensor, dtype: Dtype) -> Result {
        self.unary("cast", x, |x| x.as_dtype(dtype.into()))
    }

    fn sum(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        refused(validate::numbers("sum", x))?;
        let reduced = dims("sum", &refused(validate::axes("sum", x, axes))?)?;
        self.unary("sum", x, |x| x.sum_axes(&reduced, axes.are_kept()))
    }

    fn mean(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        refused(validate::floats("mean", x))?;
        let reduced = dims("mean", &refused(validate::axes("mean", x, axes))?)?;
        self.unary("mean", x, |x| x.mean_axes(&reduced, axes.are_kept()))
    }

    fn max(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        let reduced = dims("max", &refused(validate::extreme("max", x, axes))?)?;
        self.unary("max", x, |x| x.max_axes(&reduced, axes.are_kept()))
    }

    fn min(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        let reduced = dims("min", &refused(validate::extreme("min", x, axes))?)?;
        self.unary("min", x, |x| x.min_axes(&reduced, axes.are_kept()))
    }

    fn logsumexp(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        refused(validate::floats("logsumexp", x))?;
        let reduced = dims("logsumexp", &refused(validate::axes("logsumexp", x, axes))?)?;
        self.unary("logsumexp", x, |x| x.logsumexp_axes(&reduced, axes.are_kept()))
    }

    // MLX's own `topk` sorts nothing and says no indices. Its sort is stable and puts NaN last; back to front on both sides
    // of it, NaN and the first of equal ones come first.
    fn top_k(&self, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
        let function = "top_k";
        refused(validate::top_k(x, k, axis))?;
        self.refuse_on_cpu(
            function,
            x.shape()[axis] == 0,
            "its sort divides by the length of the axis, which ends the process",
        )?;
        let (last, axis) = (x.shape()[axis] as i32 - 1, axis as i32);
        let x = self.upload(function, x)?;
        let largest = || {
            let order = ops::argsort_axis(x.flip(mlx_rs::Axes::Axis(axis))?, axis)?.flip(mlx_rs::Axes::Axis(axis))?;
            let indices = Array::from_int(last).subtract(order.as_type::<i32>()?)?;
            let indices = indices.take_axis(ops::arange::<i32, i32>(None, k as i32, None)?, axis)?;
            Ok((x.take_along_axis(&indices, axis)?, indices))
        };
        self.on_device(function, || {
            let (values, indices) = largest().map_err(|error: Exception| failed(function, &error))?;
            Ok((to_host(function, &values)?, to_host(function, &indices)?))
        })
    }

    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        refused(validate::matmul(a, b))?;
        let (a, b) = (self.upload("matmul", a)?, self.upload("matmul", b)?);
        self.run("matmul", || ops::matmul(&a, &b))
    }

    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        refused(validate::floats("softmax", x))?;
        refused(validate::along("softmax", x, axis))?;
        let x = self.upload("softmax", x)?;
        self.run("softmax", || ops::softmax_axis(&x, axis as i32, true))
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        refused(validate::norm("rms_norm", x, &[weight], eps))?;
        let (x, weight) = (self.upload("rms_norm", x)?, self.upload("rms_norm", weight)?);
        self.run("rms_norm", || fast::rms_norm(&x, Some(&weight), eps))
    }

    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
        refused(validate::norm("layer_norm", x, &[weight, bias], eps))?;
        let device = |tensor| self.upload("layer_norm", tensor);
        let (x, weight, bias) = (device(x)?, device(weight)?, device(bias)?);
        self.run("layer_norm", || fast::layer_norm(&x, &weight, &bias, eps))
    }

    // mlx-rs's own `nn::silu` and `nn::gelu` are these formulas, compiled; to compile for the CPU, MLX starts a C++ compiler.
    fn silu(&self, x: &Tensor) -> Result {
        refused(validate::floats("silu", x))?;
        let x = self.upload("silu", x)?;
        self.run("silu", || x.multiply(ops::sigmoid(&x)?))
    }

    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        refused(validate::floats("gelu", x))?;
        let x = self.upload("gelu", x)?;
        // A scalar of its own dtype: an f32 would make the result an f32. No other dtype starts from an f64, which Metal does
        // not have.
        let constant = |value: f64| match x.dtype() {
            mlx_rs::Dtype::Float64 => Ok(Array::from_f64(value)),
            dtype => Array::from_f32(value as f32).as_dtype(dtype),
        };
        self.run("gelu", || match form {
            Gelu::Exact => {
                let erf = ops::erf(x.divide(constant(std::f64::consts::SQRT_2)?)?)?;
                // Halved first: twice a large f16 is infinite.
                x.multiply(constant(0.5)?)?.multiply(erf.add(constant(1.0)?)?)
            }
            Gelu::Tanh => {
                let cube = x.multiply(&x)?.multiply(&x)?.multiply(constant(0.044715)?)?;
                let inner = x.add(cube)?.multiply(constant(std::f64::consts::FRAC_2_PI.sqrt())?)?;
                x.multiply(constant(0.5)?)?.multiply(ops::tanh(inner)?.add(constant(1.0)?)?)
            }
        })
    }

    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        refused(validate::rope(x, rope))?;
        let x = self.upload("rope", x)?;
        let traditional = rope.layout == RopeLayout::Interleaved;
        let turned = |x: &Array| fast::rope(x, rope.dims as i32, traditional, rope.base, rope.scale, rope.offset, None);
        self.run("rope", || match x.ndim() {
            // MLX wants three dimensions.
            2 => turned(&x.expand_dims(0)?)?.squeeze_axes(&[0]),
            _ => turned(&x),
        })
    }

    fn scaled_dot_product_attention(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        logits: Logits,
        mask: Mask<'_>,
    ) -> Result {
        let function = "scaled_dot_product_attention";
        refused(validate::attention(q, k, v, logits, mask))?;
        let (q, k, v) = (self.upload(function, q)?, self.upload(function, k)?, self.upload(function, v)?);
        let added = mask.additive.map(|mask| self.upload(function, mask)).transpose()?;
        self.run(function, || attention::attention([&q, &k, &v], logits, mask.keys, added.as_ref()))
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        refused(validate::embedding(table, ids))?;
        let (table, ids) = (self.upload("embedding", table)?, self.upload("embedding", ids)?);
        self.run("embedding", || table.take_axis(&ids, 0))
    }

    // mlx-rs 0.33 has no `slice` whose start is an array; gathering along each axis does the same on the device.
    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        refused(validate::slice_at(x, start, shape))?;
        let (x, start) = (self.upload("slice_at", x)?, self.upload("slice_at", start)?);
        self.run("slice_at", || {
            let mut part = x;
            for (axis, length) in shape.iter().enumerate() {
                let first = start.take_axis(Array::from_int(axis as i32), 0)?;
                let indices = ops::arange::<i32, i32>(None, *length as i32, None)?.add(first)?;
                part = part.take_axis(&indices, axis as i32)?;
            }
            Ok(part)
        })
    }

    // Nor one of `slice_update`: the elements are put one by one into the tensor as a row.
    fn update_at(&self, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
        let function = "update_at";
        refused(validate::update_at(x, part, start))?;
        let (shape, lengths) = (dims(function, x.shape())?, dims(function, part.shape())?);
        let (count, part_count) = (x.len() as i32, part.len() as i32);
        let start = self.upload(function, start)?;
        self.binary(function, x, part, |x, part| {
            let mut positions = Array::from_int(0);
            for (axis, length) in lengths.iter().enumerate() {
                let stride: i32 = shape[axis + 1..].iter().product();
                let first = start.take_axis(Array::from_int(axis as i32), 0)?;
                let along = ops::arange::<i32, i32>(None, *length, None)?.add(first)?;
                let along = along.multiply(Array::from_int(stride))?;
                positions = positions.expand_dims(-1)?.add(along)?;
            }
            let (positions, part) = (positions.reshape(&[part_count])?, part.reshape(&[part_count])?);
            x.reshape(&[count])?.put_along_axis(positions, part, 0)?.reshape(&shape)
        })
    }

    fn take_along_axis(&self, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
        refused(validate::take_along_axis(x, indices, axis))?;
        self.binary("take_along_axis", x, indices, |x, indices| x.take_along_axis(indices, axis as i32))
    }

    fn concatenate(&self, parts: &[&Tensor], axis: usize) -> Result {
        refused(validate::concatenate(parts, axis))?;
        let parts = parts.iter().map(|part| self.upload("concatenate", part)).collect::<Result<Vec<_>>>()?;
        self.run("concatenate", || ops::concatenate(&parts, axis as i32))
    }

    fn transpose(&self, x: &Tensor, axes: &[usize]) -> Result {
        refused(validate::transpose(x, axes))?;
        let axes: Vec<_> = axes.iter().map(|axis| *axis as i32).collect();
        self.unary("transpose", x, |x| x.transpose_axes(&axes))
    }

    fn broadcast_to(&self, x: &Tensor, shape: &[usize]) -> Result {
        refused(validate::broadcast_to(x, shape))?;
        let shape = dims("broadcast_to", shape)?;
        self.unary("broadcast_to", x, |x| ops::broadcast_to(x, &shape))
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        refused(validate::extreme("argmax", x, axis))?;
        let x = self.upload("argmax", x)?;
        self.run("argmax", || ops::indexing::argmax_axis(&x, axis as i32, false)?.as_type::<i32>())
    }

    fn argmin(&self, x: &Tensor, axis: usize) -> Result {
        refused(validate::extreme("argmin", x, axis))?;
        let x = self.upload("argmin", x)?;
        self.run("argmin", || ops::indexing::argmin_axis(&x, axis as i32, false)?.as_type::<i32>())
    }

    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        let function = "quantize";
        refused(validate::quantize(w, quantization))?;
        let columns = w.shape().last().copied().unwrap_or_default();
        let w = self.upload(function, w)?;
        let Quantization { group, bits } = quantization;
        self.on_device(function, || {
            let (packed, scales, biases) =
                ops::quantize(&w, group as i32, bits as i32).map_err(|error| failed(function, &error))?;
            Ok(Quantized {
                packed: words_to_host(function, &packed)?,
                columns,
                scales: to_host(function, &scales)?,
                biases: to_host(function, &biases)?,
                quantization,
            })
        })
    }

    fn dequantize(&self, w: &Quantized) -> Result {
        let function = "dequantize";
        refused(validate::dequantize(w))?;
        let Quantization { group, bits } = w.quantization;
        let [packed, scales, biases] = self.upload_quantized(function, w)?;
        self.run(function, || ops::dequantize(&packed, &scales, &biases, group as i32, bits as i32))
    }

    fn quantized_matmul(&self, x: &Tensor, w: &Quantized) -> Result {
        let function = "quantized_matmul";
        refused(validate::quantized_matmul(x, w))?;
        let of_nothing = x.is_empty() || w.scales.is_empty();
        self.refuse_on_cpu(function, of_nothing, "it divides by numbers of rows and columns, which ends the process")?;
        let Quantization { group, bits } = w.quantization;
        let [packed, scales, biases] = self.upload_quantized(function, w)?;
        self.unary(function, x, |x| {
            ops::quantized_matmul(x, &packed, &scales, &biases, true, group as i32, bits as i32)
        })
    }
}
