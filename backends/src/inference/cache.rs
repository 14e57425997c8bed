//! The keys and values of the tokens that a model has seen.

use crate::device::{Device, Op, Resident};
use crate::error::KernelError;
use crate::inference::config::Config;
use crate::tensor::Tensor;

/// How many positions are allocated at a time.
pub const STEP: usize = 256;

/// What one session's tokens have left behind: append-only, in memory that is allocated [`STEP`] positions at a time.
#[derive(Debug)]
pub struct Cache {
    layers: Vec<Option<Entry>>,
    length: usize,
    /// One position's part of each tensor: heads and elements of a head.
    heads: usize,
    head_dim: usize,
    context: usize,
}

/// Keys and values of a layer, `[1, heads, capacity, head_dim]` each.
#[derive(Debug)]
struct Entry {
    keys: Resident,
    values: Resident,
}

impl Cache {
    /// An empty cache for a model of these sizes.
    pub fn new(config: &Config) -> Self {
        let layers = (0..config.layers).map(|_| None).collect();
        Self { layers, length: 0, heads: config.kv_heads, head_dim: config.head_dim, context: config.context }
    }

    /// How many tokens it holds.
    pub fn length(&self) -> usize {
        self.length
    }

    /// For how many tokens there is memory.
    pub fn capacity(&self) -> usize {
        self.layers.first().and_then(Option::as_ref).map_or(0, |entry| entry.keys.shape()[2])
    }

    /// Forgets what came after the first `length` tokens. The memory stays.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Forgets everything, and frees the memory.
    pub fn clear(&mut self) {
        self.length = 0;
        self.layers.iter_mut().for_each(|entry| *entry = None);
    }

    /// A layer's part of it.
    pub(super) fn layer(&mut self, number: usize) -> Slot<'_> {
        Slot { cache: self, number }
    }

    /// What the layers have appended counts from now on.
    pub(super) fn advance(&mut self, tokens: usize) {
        self.length += tokens;
    }
}

/// A layer's part of a cache.
pub(super) struct Slot<'a> {
    cache: &'a mut Cache,
    number: usize,
}

impl Slot<'_> {
    /// How many tokens the cache holds.
    pub fn length(&self) -> usize {
        self.cache.length
    }

    /// Appends keys and values, `[1, heads, T, head_dim]`, and returns them with all before them.
    pub fn append(
        &mut self,
        device: &dyn Device,
        keys: &Resident,
        values: &Resident,
    ) -> Result<(Resident, Resident), KernelError> {
        let (start, end) = (self.cache.length, self.cache.length + keys.shape()[2]);
        let entry = self.reserve(device, end)?;
        // The entry lets go of the old tensor at once, so that the device may write into its memory.
        entry.keys = device.launch(Op::Write { x: &entry.keys, part: keys, axis: 2, start })?;
        entry.values = device.launch(Op::Write { x: &entry.values, part: values, axis: 2, start })?;
        let seen = |x| device.launch(Op::Narrow { x, axis: 2, start: 0, length: end });
        Ok((seen(&entry.keys)?, seen(&entry.values)?))
    }

    /// The layer's entry, with room for this many tokens.
    fn reserve(&mut self, device: &dyn Device, tokens: usize) -> Result<&mut Entry, KernelError> {
        let Cache { heads, head_dim, context, length, .. } = *self.cache;
        let entry = &mut self.cache.layers[self.number];
        if entry.as_ref().is_none_or(|entry| entry.keys.shape()[2] < tokens) {
            let capacity = tokens.next_multiple_of(STEP).min(context.max(tokens));
            let zeros = Tensor::f32(&[1, heads, capacity, head_dim], vec![0.0; heads * capacity * head_dim])?;
            let larger = |old: Option<&Resident>| {
                let x = device.upload(&zeros)?;
                match old {
                    Some(old) if length > 0 => {
                        let part = device.launch(Op::Narrow { x: old, axis: 2, start: 0, length })?;
                        device.launch(Op::Write { x: &x, part: &part, axis: 2, start: 0 })
                    }
                    _ => Ok(x),
                }
            };
            let keys = larger(entry.as_ref().map(|entry| &entry.keys))?;
            let values = larger(entry.as_ref().map(|entry| &entry.values))?;
            *entry = Some(Entry { keys, values });
        }
        Ok(entry.as_mut().expect("what was missing has just been made"))
    }
}
