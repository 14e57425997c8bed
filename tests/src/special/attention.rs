//! Keys that a query does not see, and logits that are capped: type × special value × operand and place. Nothing gets past a mask, and
//! a cap makes of an infinite logit a finite one.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Keys, Logits, Mask, Tensor};

use super::layer::{Operand, Value, assert_normed, with};
use super::value::holding;
use crate::Checked;

const QUERIES: usize = 3;
const KEYS: usize = 4;
const SCALE: f64 = 0.5;

/// `[QUERIES, 2]`, `[KEYS, 2]`, `[KEYS, 3]` and a mask `[QUERIES, KEYS]`.
struct Operands {
    dtype: Dtype,
    q: Vec<f64>,
    k: Vec<f64>,
    v: Vec<f64>,
    mask: Vec<f64>,
}

impl Operands {
    /// Small whole numbers, with a special value at a place of an operand.
    fn new(dtype: Dtype, operand: Operand, place: usize, value: Value) -> Self {
        let at = |of: Operand| Some(place).filter(|_| of == operand);
        let special = value.of(dtype);
        Self {
            dtype,
            q: with(QUERIES * 2, 0, at(Operand::Query), special),
            k: with(KEYS * 2, 2, at(Operand::Key), special),
            v: with(KEYS * 3, 1, at(Operand::Value), special),
            mask: with(QUERIES * KEYS, 3, at(Operand::Mask), special),
        }
    }

    fn of(&self, operand: Operand) -> &[f64] {
        match operand {
            Operand::Query => &self.q,
            Operand::Key => &self.k,
            Operand::Value => &self.v,
            Operand::Mask => &self.mask,
        }
    }

    fn run(&self, kernels: &dyn Kernels, logits: Logits, keys: Keys, is_added: bool) -> Checked<Tensor> {
        let mask = holding(&[QUERIES, KEYS], self.dtype, &self.mask)?;
        kernels.scaled_dot_product_attention(
            &holding(&[1, 1, QUERIES, 2], self.dtype, &self.q)?,
            &holding(&[1, 1, KEYS, 2], self.dtype, &self.k)?,
            &holding(&[1, 1, KEYS, 3], self.dtype, &self.v)?,
            logits,
            Mask { keys, additive: is_added.then_some(&mask) },
        )
    }

    /// Attention as it is written down: of each query, of the keys that it sees and of no other.
    fn expected(&self, sees: impl Fn(usize, usize) -> bool, logit: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let row = |query: usize| {
            let seen: Vec<_> = (0..KEYS).filter(|key| sees(query, *key)).collect();
            let of_key = |key: &usize| {
                let dot = (0..2).map(|at| self.q[query * 2 + at] * self.k[key * 2 + at]).sum::<f64>();
                logit(dot * SCALE, self.mask[query * KEYS + key])
            };
            let logits: Vec<_> = seen.iter().map(of_key).collect();
            let is_nan = logits.iter().any(|logit| logit.is_nan());
            let most = if is_nan { f64::NAN } else { logits.iter().copied().fold(f64::NEG_INFINITY, f64::max) };
            let powers: Vec<_> = logits.iter().map(|logit| (logit - most).exp()).collect();
            let sum: f64 = powers.iter().sum();
            let value =
                |at: usize| seen.iter().zip(&powers).map(|(key, power)| power / sum * self.v[key * 3 + at]).sum();
            (0..3).map(value).collect::<Vec<f64>>()
        };
        (0..QUERIES).flat_map(row).collect()
    }
}

/// The same rule in other words: a query stands one behind its number, as there is one key more than queries.
fn sees(keys: Keys) -> impl Fn(usize, usize) -> bool {
    move |query, key| match keys {
        Keys::All => true,
        Keys::Causal => key <= query + 1,
        Keys::Window(window) => key <= query + 1 && query + 1 < key + window,
    }
}

/// At each place in turn: those that see it get what it makes, the others nothing of it.
#[conformance(
    of = "scaled_dot_product_attention",
    dtype(F32, F64, F16, BF16),
    operand(Key, Value, Mask),
    value(Nan, Infinity, MinusInfinity),
    keys(causal = Keys::Causal, window = Keys::Window(2)),
    added(no = false, yes = true)
)]
pub fn hidden_keys(
    kernels: &dyn Kernels,
    dtype: Dtype,
    operand: Operand,
    value: Value,
    keys: Keys,
    added: bool,
) -> Checked {
    for place in 0..Operands::new(dtype, operand, 0, value).of(operand).len() {
        let operands = Operands::new(dtype, operand, place, value);
        let made = operands.run(kernels, Logits::scaled(SCALE as f32), keys, added)?;
        let expected = operands.expected(sees(keys), |scaled, mask| if added { scaled + mask } else { scaled });
        assert_normed(&made, dtype, &expected, operands.of(operand));
    }
    Ok(())
}

#[conformance(
    of = "scaled_dot_product_attention",
    dtype(F32, F64, F16, BF16),
    operand(Query, Key, Value, Mask),
    value(Nan, Infinity, MinusInfinity, MinusZero)
)]
pub fn a_cap(kernels: &dyn Kernels, dtype: Dtype, operand: Operand, value: Value) -> Checked {
    for place in 0..Operands::new(dtype, operand, 0, value).of(operand).len() {
        let operands = Operands::new(dtype, operand, place, value);
        let made = operands.run(kernels, Logits::scaled(SCALE as f32).capped(2.0), Keys::All, true)?;
        let expected = operands.expected(|_, _| true, |scaled, mask| 2.0 * (scaled / 2.0).tanh() + mask);
        assert_normed(&made, dtype, &expected, operands.of(operand));
    }
    Ok(())
}
