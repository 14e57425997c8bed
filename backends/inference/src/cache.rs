//! The keys and values of the tokens that a model has seen.

use crosscheck_backends::device::{Device, Op, Resident};
use crosscheck_backends::{KernelError, Tensor};

use crate::config::Config;

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
        Self {
            layers,
            length: 0,
            heads: config.kv_heads,
            head_dim: config.head_dim,
            context: config.max_position_embeddings,
        }
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

    /// Whether it was made for a model of these sizes.
    pub(super) fn fits(&self, config: &Config) -> bool {
        (self.layers.len(), self.heads, self.head_dim, self.context)
            == (config.layers, config.kv_heads, config.head_dim, config.max_position_embeddings)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::tiny;
    use crate::fake::{Fake, failure, host};

    fn config() -> Config {
        Config { layers: 2, kv_heads: 2, head_dim: 2, max_position_embeddings: 2 * STEP + 10, ..tiny() }
    }

    /// Positions of these numbers: each head and element has another one, and keys are negative.
    fn tensor(sign: f32, numbers: &[f32]) -> Tensor {
        let head = |head: f32| numbers.iter().flat_map(move |at| [at + head, at + head + 0.25]);
        let values: Vec<_> = head(0.0).chain(head(0.5)).map(|value| sign * value).collect();
        Tensor::f32(&[1, 2, numbers.len(), 2], values).unwrap()
    }

    /// A cache, and what it should hold.
    struct Seen {
        cache: Cache,
        numbers: Vec<f32>,
        next: f32,
    }

    impl Seen {
        fn new() -> Self {
            Self { cache: Cache::new(&config()), numbers: Vec::new(), next: 1.0 }
        }

        /// Appends new numbers to both layers, and looks at all that they return.
        #[track_caller]
        fn append(&mut self, device: &dyn Device, tokens: usize) {
            let from = self.numbers.len();
            for _ in 0..tokens {
                self.numbers.push(self.next);
                self.next += 1.0;
            }
            for layer in 0..2 {
                let upload = |sign| device.upload(&tensor(sign, &self.numbers[from..])).unwrap();
                let (keys, values) = self.cache.layer(layer).append(device, &upload(-1.0), &upload(1.0)).unwrap();
                assert_eq!(device.download(&keys).unwrap(), tensor(-1.0, &self.numbers));
                assert_eq!(device.download(&values).unwrap(), tensor(1.0, &self.numbers));
            }
            self.cache.advance(tokens);
            assert_eq!(self.cache.length(), self.numbers.len());
        }

        fn truncate(&mut self, length: usize) {
            self.cache.truncate(length);
            self.numbers.truncate(length);
            assert_eq!(self.cache.length(), self.numbers.len());
        }
    }

    #[test]
    fn memory_comes_in_steps_and_ends_with_the_context() {
        let (device, mut seen) = (host(), Seen::new());
        assert_eq!((seen.cache.capacity(), device.memory()), (0, Some(0)));
        let steps =
            [(STEP - 1, STEP), (1, STEP), (1, 2 * STEP), (STEP - 1, 2 * STEP), (1, 2 * STEP + 10), (9, 2 * STEP + 10)];
        for (tokens, capacity) in steps {
            seen.append(&*device, tokens);
            assert_eq!(seen.cache.capacity(), capacity, "after {}", seen.cache.length());
            // Keys and values of 2 layers, 2 heads of 2 elements of 4 bytes; and nothing of what was before.
            assert_eq!(device.memory(), Some(2 * 2 * 2 * 2 * 4 * capacity));
        }
        seen.cache.clear();
        seen.numbers.clear();
        assert_eq!((seen.cache.length(), seen.cache.capacity(), device.memory()), (0, 0, Some(0)));
        seen.append(&*device, 2);
    }

    /// From the middle of a step and from both sides of its end, over one end and over two.
    #[test]
    fn memory_grows_wherever_in_a_step_it_ends() {
        for held in [1, 100, STEP - 1, STEP, STEP + 1] {
            for more in [1, STEP - 100, STEP, STEP + 9] {
                let (device, mut seen) = (host(), Seen::new());
                seen.append(&*device, held);
                seen.append(&*device, more);
                let expected = (held + more).next_multiple_of(STEP).min(2 * STEP + 10);
                assert_eq!(seen.cache.capacity(), expected, "{held} and {more}");
                seen.append(&*device, 1);
            }
        }
    }

    #[test]
    fn what_comes_after_forgotten_tokens_takes_their_place() {
        let (device, mut seen) = (host(), Seen::new());
        seen.append(&*device, 20);
        seen.truncate(30);
        for length in [19, 7, 0, 1] {
            seen.truncate(length);
            let capacity = seen.cache.capacity();
            seen.append(&*device, 1);
            assert_eq!(seen.cache.capacity(), capacity);
            // Also where the memory becomes larger.
            seen.append(&*device, STEP);
            seen.append(&*device, 3);
        }
    }

    /// Each call of an append fails once, also one that makes the memory larger.
    #[test]
    fn a_failure_leaves_it_as_it_was() {
        // Two writes and two views; two new tensors before them; and a view and a write for what was in the old ones.
        for (before, calls) in [(5, 4), (0, 6), (STEP, 10)] {
            for call in 0..=calls {
                let (host, mut seen) = (host(), Seen::new());
                if before > 0 {
                    seen.append(&*host, before);
                }
                let [keys, values] = [-1.0, 1.0].map(|sign| host.upload(&tensor(sign, &[900.0])).unwrap());
                let fake = Fake::new(move |at, _| if at == call { failure() } else { Ok(()) });
                let appended = seen.cache.layer(0).append(&fake, &keys, &values);
                assert_eq!((appended.is_ok(), seen.cache.length()), (call == calls, before));
                seen.append(&*host, 2);
            }
        }
    }

    #[test]
    fn it_is_one_models() {
        let cache = Cache::new(&config());
        assert!(cache.fits(&config()));
        let others = [
            Config { layers: 1, ..config() },
            Config { kv_heads: 1, ..config() },
            Config { head_dim: 4, ..config() },
            Config { max_position_embeddings: 9, ..config() },
        ];
        assert!(others.iter().all(|other| !cache.fits(other)));
    }
}
