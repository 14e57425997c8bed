//! A layer.

use crosscheck_backends::device::{Device, Op, Resident};
use crosscheck_backends::{KernelError, Rope};

use crate::cache::Slot;
use crate::config::Config;

type Result = std::result::Result<Resident, KernelError>;

/// What the layers have in common when some tokens go through them.
pub(super) struct Pass<'a> {
    device: &'a dyn Device,
    config: &'a Config,
    /// Of the queries and keys.
    rotation: Resident,
}

impl<'a> Pass<'a> {
    /// Of `length` tokens behind `held` other ones.
    pub fn new(
        device: &'a dyn Device,
        config: &'a Config,
        held: usize,
        length: usize,
    ) -> std::result::Result<Self, KernelError> {
        let rope = Rope {
            dims: config.head_dim,
            base: config.rope_base,
            scale: 1.0,
            // The context, which was looked at, is far below what an i32 counts.
            offset: held as i32,
            layout: config.rope_layout,
        };
        let rotation = device.launch(Op::Rotation { rope, length, width: config.head_dim })?;
        Ok(Self { device, config, rotation })
    }
}

/// The weights of a layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub attention_norm: Resident,
    pub query: Resident,
    pub key: Resident,
    pub value: Resident,
    pub attention_output: Resident,
    pub feed_forward_norm: Resident,
    pub gate: Resident,
    pub up: Resident,
    pub down: Resident,
}

impl Layer {
    /// `[T, hidden_size]` to the same, with both residuals.
    pub fn forward(&self, pass: &Pass<'_>, x: &Resident, slot: Slot<'_>) -> Result {
        let Pass { device, config, .. } = *pass;
        let normed = device.launch(Op::RmsNorm { x, weight: &self.attention_norm, eps: config.eps })?;
        let attended = self.attend(pass, &normed, slot)?;
        let x = device.launch(Op::Linear { x: &attended, weight: &self.attention_output, add: Some(x) })?;
        let normed = device.launch(Op::RmsNorm { x: &x, weight: &self.feed_forward_norm, eps: config.eps })?;
        let product = self.gated(device, &normed)?;
        device.launch(Op::Linear { x: &product, weight: &self.down, add: Some(&x) })
    }

    /// Attention of `[T, hidden_size]` to itself and to what the cache holds.
    pub fn attention(&self, pass: &Pass<'_>, x: &Resident, slot: Slot<'_>) -> Result {
        let attended = self.attend(pass, x, slot)?;
        pass.device.launch(Op::Linear { x: &attended, weight: &self.attention_output, add: None })
    }

    /// The heads of the attention, `[T, heads · head_dim]`.
    fn attend(&self, pass: &Pass<'_>, x: &Resident, mut slot: Slot<'_>) -> Result {
        let Pass { device, config, ref rotation } = *pass;
        let heads = |weight, count| heads(device, x, weight, count, config.head_dim);
        let q = device.launch(Op::Rope { x: &heads(&self.query, config.heads)?, rotation })?;
        let k = device.launch(Op::Rope { x: &heads(&self.key, config.kv_heads)?, rotation })?;
        let v = heads(&self.value, config.kv_heads)?;
        let (k, v) = slot.append(device, &k, &v)?;
        let scale = 1.0 / (config.head_dim as f32).sqrt();
        let y = device.launch(Op::Attention { q: &q, k: &k, v: &v, scale })?;
        let rows = x.shape().first().copied().unwrap_or_default();
        let y = if rows == 1 { y } else { device.launch(Op::Transpose { x: &y, axes: &[0, 2, 1, 3] })? };
        device.launch(Op::Reshape { x: &y, shape: &[rows, config.heads * config.head_dim] })
    }

    /// SwiGLU up to its last product: `silu(gate(x)) · up(x)`.
    fn gated(&self, device: &dyn Device, x: &Resident) -> Result {
        let gate = device.launch(Op::Linear { x, weight: &self.gate, add: None })?;
        let gate = device.launch(Op::Silu { x: &gate })?;
        let up = device.launch(Op::Linear { x, weight: &self.up, add: None })?;
        device.launch(Op::Mul { a: &gate, b: &up })
    }
}

/// A projection of `[T, hidden_size]`, as `[1, heads, T, head_dim]`.
fn heads(device: &dyn Device, x: &Resident, weight: &Resident, heads: usize, head_dim: usize) -> Result {
    let rows = x.shape().first().copied().unwrap_or_default();
    let y = device.launch(Op::Linear { x, weight, add: None })?;
    if rows == 1 {
        // The same elements in the same order.
        return device.launch(Op::Reshape { x: &y, shape: &[1, heads, 1, head_dim] });
    }
    let y = device.launch(Op::Reshape { x: &y, shape: &[1, rows, heads, head_dim] })?;
    device.launch(Op::Transpose { x: &y, axes: &[0, 2, 1, 3] })
}
