//! A Llama-style decoder: embedding, layers of grouped-query attention and SwiGLU, norm, output.

mod block;
mod error;
mod form;
#[cfg(test)]
mod tests;

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::{KernelError, Tensor};

use crate::cache::Cache;
use crate::config::{Biases, Config};
use crate::weights::{LayerParameter, Parameter, Weights};
use block::{Layer, Pass};
pub use error::{ModelError, Place};
use form::Chooser;
pub use form::Form;

type Result<T = Resident> = std::result::Result<T, ModelError>;

/// A model of which the weights are in a device's memory.
///
/// Each method is given the device to compute on: the one that the model was loaded into, or one around it.
#[derive(Debug)]
pub struct Llama {
    config: Config,
    embedding: Resident,
    layers: Vec<Layer>,
    norm: Resident,
    output: Resident,
}

/// Of which positions the logits are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// Of each token that was given: `[T, V]`.
    All,
    /// Of the last one, which is what the next token is chosen by: `[1, V]`.
    Last,
}

impl Llama {
    /// Copies a model's weights into a device's memory, one by one. `progress` hears after each of them how many of how many
    /// are there.
    ///
    /// # Errors
    /// When a weight cannot be read, or the device cannot hold it.
    pub fn load(
        weights: &Weights,
        device: &dyn Device,
        form: Form,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Self> {
        let config = weights.config().clone();
        let mut loader = Loader {
            weights,
            device,
            chooser: Chooser::new(form),
            progress,
            done: 0,
            all: weights.parameters().count(),
        };
        let embedding = loader.matrix(Parameter::Embedding)?;
        let layers = (0..config.layers).map(|number| loader.layer(number)).collect::<Result<_>>()?;
        let norm = loader.vector(Parameter::Norm)?;
        let output = if config.tied { embedding.clone() } else { loader.matrix(Parameter::Output)? };
        Ok(Self { config, embedding, layers, norm, output })
    }

    /// The sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// An empty cache for this model.
    pub fn cache(&self) -> Cache {
        Cache::new(&self.config)
    }

    /// The logits of these tokens behind what the cache holds, in the device's memory. The cache is longer by them afterwards.
    ///
    /// # Errors
    /// When there is no token, one that the model does not know, or no room for them, when the cache is another model's; and
    /// what the device says. The cache is then as long as before, or empty when the device could not start what was noted.
    pub fn forward(&self, device: &dyn Device, ids: &[u32], cache: &mut Cache, positions: Positions) -> Result {
        let (mut x, rows) = (self.layers(device, ids, cache)?, ids.len());
        if positions == Positions::Last && rows > 1 {
            let last = Op::Narrow { x: &x, axis: 0, start: rows - 1, length: 1 };
            x = device.launch(last).map_err(at(Place::Output))?;
        }
        let logits = self.head(device, &x).map_err(at(Place::Output))?;
        cache.advance(rows);
        Ok(logits)
    }

    /// Computes what the cache has to hold of these tokens, and no logits.
    ///
    /// # Errors
    /// As [`logits`](Llama::logits).
    pub fn read(&self, device: &dyn Device, ids: &[u32], cache: &mut Cache) -> Result<()> {
        let x = self.layers(device, ids, cache)?;
        device.wait(&[&x]).inspect_err(|_| cache.clear()).map_err(at(Place::Output))?;
        cache.advance(ids.len());
        Ok(())
    }

    /// As [`forward`](Llama::forward), computed and copied to the host.
    ///
    /// # Errors
    /// As there. When the device fails only now, the cache is empty.
    pub fn logits(&self, device: &dyn Device, ids: &[u32], cache: &mut Cache, positions: Positions) -> Result<Tensor> {
        let logits = self.forward(device, ids, cache, positions)?;
        // It is unknown which of the cache's tensors were computed.
        device.download(&logits).inspect_err(|_| cache.clear()).map_err(at(Place::Output))
    }

    /// As [`logits`](Llama::logits) of the last token, into memory that is already allocated.
    ///
    /// # Errors
    /// As there.
    pub fn last_logits(
        &self,
        device: &dyn Device,
        ids: &[u32],
        cache: &mut Cache,
        logits: &mut Vec<f32>,
    ) -> Result<()> {
        let last = self.forward(device, ids, cache, Positions::Last)?;
        device.download_floats(&last, logits).inspect_err(|_| cache.clear()).map_err(at(Place::Output))
    }

    /// The attention of one layer by itself, without norm and residual: `x` `[T, hidden_size]` behind what the cache holds. The cache
    /// is longer afterwards; as only this layer has the new keys, it serves this layer only.
    ///
    /// # Errors
    /// When there is no such layer, no room, the cache is another model's, or the device fails.
    pub fn attention(&self, device: &dyn Device, layer: usize, x: &Resident, cache: &mut Cache) -> Result {
        let Some(block) = self.layers.get(layer) else {
            let message = format!("there is no layer {layer}: the model has {}", self.layers.len());
            return Err(at(Place::Layer(layer))(KernelError::Argument { function: "attention", message }));
        };
        self.fits(cache)?;
        let rows = x.shape().first().copied().unwrap_or_default();
        self.room(rows, cache.length())?;
        let attended = Pass::new(device, &self.config, cache.length(), rows)
            .and_then(|pass| block.attention(&pass, x, cache.layer(layer)));
        let y = attended.map_err(at(Place::Layer(layer)))?;
        cache.advance(rows);
        Ok(y)
    }

    /// What the last layer makes of these tokens, `[T, hidden_size]`.
    fn layers(&self, device: &dyn Device, ids: &[u32], cache: &mut Cache) -> Result {
        self.fits(cache)?;
        self.check(ids, cache.length())?;
        let mut x = device.launch(Op::Embedding { table: &self.embedding, ids }).map_err(at(Place::Embedding))?;
        let pass = Pass::new(device, &self.config, cache.length(), ids.len()).map_err(at(Place::Embedding))?;
        for (number, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&pass, &x, cache.layer(number)).map_err(at(Place::Layer(number)))?;
            // A lazy device computes this layer while the next one is noted. When it cannot, it is unknown which of the cache's
            // tensors were computed.
            device.start(&[&x]).inspect_err(|_| cache.clear()).map_err(at(Place::Layer(number)))?;
        }
        Ok(x)
    }

    fn head(&self, device: &dyn Device, x: &Resident) -> std::result::Result<Resident, KernelError> {
        let x = device.launch(Op::RmsNorm { x, weight: &self.norm, eps: self.config.eps })?;
        device.launch(Op::Linear { x: &x, weight: &self.output, add: None })
    }

    /// Whether these tokens could come behind `held` other ones.
    ///
    /// # Errors
    /// When there is none, one that the model does not know, or no room for them.
    pub fn check(&self, ids: &[u32], held: usize) -> Result<()> {
        if ids.is_empty() {
            return Err(ModelError::NoTokens);
        }
        if let Some(id) = ids.iter().find(|id| **id as usize >= self.config.vocabulary) {
            return Err(ModelError::UnknownToken { id: *id, vocabulary: self.config.vocabulary });
        }
        self.room(ids.len(), held)
    }

    fn fits(&self, cache: &Cache) -> Result<()> {
        if cache.fits(&self.config) { Ok(()) } else { Err(ModelError::OtherCache) }
    }

    fn room(&self, new: usize, held: usize) -> Result<()> {
        let context = self.config.max_position_embeddings;
        if held + new > context { Err(ModelError::ContextFull { held, new, context }) } else { Ok(()) }
    }
}

fn at(place: Place) -> impl Fn(KernelError) -> ModelError {
    move |source| ModelError::Kernel { place, source }
}

/// A model on its way into a device's memory.
struct Loader<'a> {
    weights: &'a Weights,
    device: &'a dyn Device,
    chooser: Chooser,
    progress: &'a mut dyn FnMut(usize, usize),
    done: usize,
    all: usize,
}

impl Loader<'_> {
    fn layer(&mut self, number: usize) -> Result<Layer> {
        use LayerParameter::{
            AttentionNorm, AttentionOutput, AttentionOutputBias, Down, FeedForwardNorm, Gate, Key, KeyBias,
        };
        use LayerParameter::{Query, QueryBias, Up, Value, ValueBias};
        let biases = self.weights.config().biases;
        let of = |parameter| Parameter::Layer(number, parameter);
        Ok(Layer {
            attention_norm: self.vector(of(AttentionNorm))?,
            query: self.matrix(of(Query))?,
            key: self.matrix(of(Key))?,
            value: self.matrix(of(Value))?,
            input_biases: match biases {
                Biases::None => None,
                Biases::Inputs | Biases::All => {
                    Some([self.bias(of(QueryBias))?, self.bias(of(KeyBias))?, self.bias(of(ValueBias))?])
                }
            },
            attention_output: self.matrix(of(AttentionOutput))?,
            output_bias: if biases == Biases::All { Some(self.bias(of(AttentionOutputBias))?) } else { None },
            feed_forward_norm: self.vector(of(FeedForwardNorm))?,
            gate: self.matrix(of(Gate))?,
            up: self.matrix(of(Up))?,
            down: self.matrix(of(Down))?,
        })
    }

    fn vector(&mut self, parameter: Parameter) -> Result {
        let vector = self.weights.vector(parameter)?;
        let made = self.device.upload(&vector).map_err(at(Place::Loading))?;
        self.note();
        Ok(made)
    }

    /// A bias as a matrix of one row, of which a device makes as many as there are tokens.
    fn bias(&mut self, parameter: Parameter) -> Result {
        let bias = self.weights.vector(parameter)?;
        let row = Tensor::new(&[1, bias.shape().first().copied().unwrap_or_default()], bias.data().clone());
        let made = row.and_then(|row| self.device.upload_matrix(&Matrix::Dense(row))).map_err(at(Place::Loading))?;
        self.note();
        Ok(made)
    }

    fn matrix(&mut self, parameter: Parameter) -> Result {
        let matrix = self.weights.matrix(parameter)?;
        let made = self.chooser.upload(self.device, matrix).map_err(at(Place::Loading))?;
        self.note();
        Ok(made)
    }

    fn note(&mut self) {
        self.done += 1;
        (self.progress)(self.done, self.all);
    }
}
