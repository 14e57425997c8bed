//! A layer.

use crosscheck_backends::device::{Device, Op, Resident};
use crosscheck_backends::{KernelError, Rope, RopeLayout, Tensor};

use crate::cache::Slot;
use crate::config::Config;

type Result = std::result::Result<Resident, KernelError>;

/// What the layers have in common when some tokens go through them.
pub(super) struct Pass<'a> {
    device: &'a dyn Device,
    config: &'a Config,
    /// Of the queries and keys.
    rotations: Vec<Turn>,
    /// How many rows.
    length: usize,
}

/// A rotation, and of which pairs of the queries and of the keys it is; without masks, of all.
struct Turn {
    rotation: Resident,
    masks: Option<[Resident; 2]>,
}

impl<'a> Pass<'a> {
    /// Of `length` tokens behind `held` other ones.
    pub fn new(
        device: &'a dyn Device,
        config: &'a Config,
        held: usize,
        length: usize,
    ) -> std::result::Result<Self, KernelError> {
        let turns = turns(config).into_iter().map(|(scale, pairs)| {
            let rope = Rope {
                dims: config.head_dim,
                base: config.rope_base,
                scale,
                // The context, which was looked at, is far below what an i32 counts.
                offset: held as i32,
                layout: config.rope_layout,
            };
            let rotation = device.launch(Op::Rotation { rope, length, width: config.head_dim })?;
            let masks = match pairs {
                Some(pairs) => {
                    let mask = |heads| device.upload(&mask(config, &pairs, heads, length)?);
                    Some([mask(config.heads)?, mask(config.kv_heads)?])
                }
                None => None,
            };
            Ok(Turn { rotation, masks })
        });
        Ok(Self { device, config, rotations: turns.collect::<std::result::Result<_, KernelError>>()?, length })
    }

    /// The queries (0) or keys (1) at their positions.
    fn rotate(&self, x: &Resident, which: usize) -> Result {
        let mut sum: Option<Resident> = None;
        for Turn { rotation, masks } in &self.rotations {
            let turned = self.device.launch(Op::Rope { x, rotation })?;
            let Some(masks) = masks else { return Ok(turned) };
            let part = self.device.launch(Op::Mul { a: &turned, b: &masks[which] })?;
            sum = Some(match &sum {
                Some(sum) => self.device.launch(Op::Add { a: sum, b: &part })?,
                None => part,
            });
        }
        Ok(sum.unwrap_or_else(|| x.clone()))
    }

    /// A row for each token, of a matrix of one.
    fn repeated(&self, bias: &Resident) -> Result {
        self.device.launch(Op::Embedding { table: bias, ids: &vec![0; self.length] })
    }
}

/// The scale of the positions, for all pairs, or for those that have the same one. A device has no rotation of which each pair
/// has a factor of its own: where they differ, the parts are rotated one after the other, and added.
fn turns(config: &Config) -> Vec<(f32, Option<Vec<bool>>)> {
    let factors = &config.rope_factors;
    let mut distinct: Vec<f32> = factors.clone();
    distinct.sort_unstable_by(f32::total_cmp);
    distinct.dedup();
    let scale = |factor: f32| (1.0 / f64::from(factor)) as f32;
    match distinct.as_slice() {
        [] => vec![(1.0, None)],
        [only] => vec![(scale(*only), None)],
        _ => distinct
            .iter()
            .map(|own| (scale(*own), Some(factors.iter().map(|factor| factor == own).collect())))
            .collect(),
    }
}

/// `[1, heads, length, head_dim]`: 1 where an element is of one of these pairs.
fn mask(config: &Config, pairs: &[bool], heads: usize, length: usize) -> std::result::Result<Tensor, KernelError> {
    let half = config.head_dim / 2;
    let pair = |element: usize| match config.rope_layout {
        RopeLayout::Halves => element % half,
        RopeLayout::Interleaved => element / 2,
    };
    let row = (0..config.head_dim).map(|element| if pairs[pair(element)] { 1.0 } else { 0.0 });
    let row: Vec<f32> = row.collect();
    Tensor::f32(&[1, heads, length, config.head_dim], row.repeat(heads * length))
}

/// The weights of a layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub attention_norm: Resident,
    pub query: Resident,
    pub key: Resident,
    pub value: Resident,
    pub attention_output: Resident,
    /// A row for each of the three, of a model that has them.
    pub input_biases: Option<[Resident; 3]>,
    pub output_bias: Option<Resident>,
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
        let x = match &self.output_bias {
            Some(bias) => device.launch(Op::Add { a: &x, b: &pass.repeated(bias)? })?,
            None => x,
        };
        let normed = device.launch(Op::RmsNorm { x: &x, weight: &self.feed_forward_norm, eps: config.eps })?;
        let product = self.gated(device, &normed)?;
        device.launch(Op::Linear { x: &product, weight: &self.down, add: Some(&x) })
    }

    /// Attention of `[T, hidden_size]` to itself and to what the cache holds.
    pub fn attention(&self, pass: &Pass<'_>, x: &Resident, slot: Slot<'_>) -> Result {
        let attended = self.attend(pass, x, slot)?;
        let added = self.output_bias.as_ref().map(|bias| pass.repeated(bias)).transpose()?;
        pass.device.launch(Op::Linear { x: &attended, weight: &self.attention_output, add: added.as_ref() })
    }

    /// The heads of the attention, `[T, heads · head_dim]`.
    fn attend(&self, pass: &Pass<'_>, x: &Resident, mut slot: Slot<'_>) -> Result {
        let Pass { device, config, .. } = *pass;
        let bias = |which: usize| {
            let biases = self.input_biases.as_ref();
            biases.map(|biases| pass.repeated(&biases[which])).transpose()
        };
        let heads =
            |weight, bias: Option<Resident>, count| heads(device, x, weight, bias.as_ref(), count, config.head_dim);
        let q = pass.rotate(&heads(&self.query, bias(0)?, config.heads)?, 0)?;
        let k = pass.rotate(&heads(&self.key, bias(1)?, config.kv_heads)?, 1)?;
        let v = heads(&self.value, bias(2)?, config.kv_heads)?;
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
fn heads(
    device: &dyn Device,
    x: &Resident,
    weight: &Resident,
    add: Option<&Resident>,
    heads: usize,
    head_dim: usize,
) -> Result {
    let rows = x.shape().first().copied().unwrap_or_default();
    let y = device.launch(Op::Linear { x, weight, add })?;
    if rows == 1 {
        // The same elements in the same order.
        return device.launch(Op::Reshape { x: &y, shape: &[1, heads, 1, head_dim] });
    }
    let y = device.launch(Op::Reshape { x: &y, shape: &[1, rows, heads, head_dim] })?;
    device.launch(Op::Transpose { x: &y, axes: &[0, 2, 1, 3] })
}
