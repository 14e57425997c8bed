//! The choice of the next token.
//!
//! A [`Sampler`] does what Hugging Face's transformers does, in that order: the repetition penalty, the temperature, the `top_k`
//! most likely tokens, of these the most likely ones that have the share `top_p` together, the softmax, a draw.
//!
//! The same seed and logits give the same tokens everywhere. `exp` comes from `libm`, because the platform's differs from one
//! system to the next in the last bit. The probabilities are integers from then on, whose sum does not depend on the order, and
//! so is the draw.

mod error;
#[cfg(test)]
mod tests;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

pub use error::SamplingError;

/// How the next token is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// What logits are divided by. 0 takes the most likely token, and the lowest of equally likely ones; neither `top_k` nor
    /// `top_p` nor the seed matters then.
    pub temperature: f32,
    /// How many of the most likely tokens are left, the lower of equally likely ones first.
    pub top_k: Option<usize>,
    /// The share of all probability that the tokens have which are left: as few of the most likely ones as have it together, and
    /// one at least. 1 leaves all of them, and the smallest positive number the most likely one only.
    pub top_p: f32,
    /// What the logits of tokens that occurred are divided by, or multiplied by when they are negative.
    pub repetition_penalty: f32,
    /// What the draws depend on.
    pub seed: u64,
}

impl Default for Sampling {
    /// The most likely token, always.
    fn default() -> Self {
        Self { temperature: 0.0, top_k: None, top_p: 1.0, repetition_penalty: 1.0, seed: 0 }
    }
}

/// Chooses tokens one after the other.
#[derive(Clone, Debug)]
pub struct Sampler {
    sampling: Sampling,
    random: Pcg64,
    // Kept from one token to the next, for their memory.
    scores: Vec<f32>,
    ranks: Vec<u64>,
    candidates: Vec<Candidate>,
    work: Vec<Candidate>,
}

/// A token that can be drawn.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// The score and the token in one number, by [`rank`].
    rank: u64,
    /// The probability, as a multiple of that of the most likely token by 2⁻⁴⁰.
    weight: u64,
}

/// The weight of the most likely token. A sum of 2²³ of them fits a draw; a token that is 2⁴⁰ times less likely is not drawn.
const ONE: f64 = (1u64 << 40) as f64;
const MAX_LOGITS: usize = 1 << 23;

impl Sampler {
    /// A sampler at the beginning of its seed's draws.
    ///
    /// # Errors
    /// When a value of `sampling` is out of its range.
    pub fn new(sampling: Sampling) -> Result<Self, SamplingError> {
        let Sampling { temperature, top_k, top_p, repetition_penalty, seed } = sampling;
        if !(temperature >= 0.0 && temperature.is_finite()) {
            return Err(SamplingError::Temperature { value: temperature });
        }
        if top_k == Some(0) {
            return Err(SamplingError::TopK);
        }
        if !(top_p > 0.0 && top_p <= 1.0) {
            return Err(SamplingError::TopP { value: top_p });
        }
        if !(repetition_penalty > 0.0 && repetition_penalty.is_finite()) {
            return Err(SamplingError::RepetitionPenalty { value: repetition_penalty });
        }
        Ok(Self {
            sampling,
            random: Pcg64::seed_from_u64(seed),
            scores: Vec::new(),
            ranks: Vec::new(),
            candidates: Vec::new(),
            work: Vec::new(),
        })
    }

    /// How it chooses.
    pub fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// The next token, for the logits of all tokens and the tokens so far. A logit of `-inf` rules a token out.
    ///
    /// Each call with a temperature above 0 takes one number from the generator.
    ///
    /// # Errors
    /// When there is no token to choose, a logit is NaN or `+inf`, or, with a repetition penalty, an earlier token has no logit.
    /// Nothing is drawn then.
    pub fn next(&mut self, logits: &[f32], earlier: &[u32]) -> Result<u32, SamplingError> {
        self.score(logits, earlier)?;
        let best = best(&self.scores).ok_or(SamplingError::NothingLeft { count: logits.len() })?;
        if self.sampling.temperature == 0.0 {
            return Ok(best);
        }
        self.weigh(self.scores[best as usize]);
        let (cut, total) = self.cut();
        // The upper half of the product is below `total`, and so close to uniform as 64 bits can be.
        let mut rest = ((u128::from(self.random.next_u64()) * u128::from(total)) >> 64) as u64;
        for candidate in self.candidates.iter().filter(|candidate| candidate.rank >= cut) {
            match rest.checked_sub(candidate.weight) {
                Some(left) => rest = left,
                None => return Ok(token(candidate.rank)),
            }
        }
        unreachable!("the weights of what is left sum up to the total")
    }

    /// Checks the logits and sets the scores to them, with the penalty.
    fn score(&mut self, logits: &[f32], earlier: &[u32]) -> Result<(), SamplingError> {
        let count = logits.len();
        if count == 0 {
            return Err(SamplingError::NoLogits);
        }
        if count > MAX_LOGITS {
            return Err(SamplingError::TooManyLogits { count });
        }
        // NaN is not below anything. All of them are looked at, as that is done several at a time.
        let fit = logits.iter().fold(true, |fit, logit| fit & (*logit < f32::INFINITY));
        if !fit && let Some(token) = logits.iter().position(|logit| logit.is_nan() || *logit == f32::INFINITY) {
            let refused = if logits[token].is_nan() {
                SamplingError::NotANumber { token }
            } else {
                SamplingError::Infinite { token }
            };
            return Err(refused);
        }
        self.scores.clear();
        self.scores.extend_from_slice(logits);
        let penalty = self.sampling.repetition_penalty;
        if penalty == 1.0 {
            return Ok(());
        }
        for &token in earlier {
            let logit = *logits.get(token as usize).ok_or(SamplingError::EarlierToken { token, count })?;
            // From the logit and not the score: a token that occurred twice is penalised once.
            let score = if logit < 0.0 { logit * penalty } else { logit / penalty };
            // What overflows is as far away as a logit can be; what was ruled out stays so.
            let finite = logit.is_finite();
            self.scores[token as usize] = if finite { score.clamp(f32::MIN, f32::MAX) } else { logit };
        }
        Ok(())
    }

    /// Sets the candidates to the `top_k` tokens, in the order of the tokens.
    fn weigh(&mut self, best: f32) {
        let Self { sampling, scores, ranks, candidates, .. } = self;
        let temperature = f64::from(sampling.temperature);
        let left = (0u32..).zip(&*scores).filter(|(_, score)| **score > f32::NEG_INFINITY);
        let mut cut = 0;
        if let Some(k) = sampling.top_k.filter(|&k| k < scores.len()) {
            ranks.clear();
            ranks.extend(left.clone().map(|(token, &score)| rank(score, token)));
            // The order in which a selection leaves the rest is not specified: only the rank at the cut is used.
            if let Some(surplus) = ranks.len().checked_sub(k) {
                cut = *ranks.select_nth_unstable(surplus).1;
            }
        }
        let weight = |score: f32| {
            let x = (f64::from(score) - f64::from(best)) / temperature;
            // What would be rounded to 0 need not be computed.
            if x < -28.0 { 0 } else { (libm::exp(x) * ONE) as u64 }
        };
        candidates.clear();
        candidates.extend(
            left.map(|(token, &score)| (rank(score, token), score))
                .filter(|(rank, _)| *rank >= cut)
                .map(|(rank, score)| Candidate { rank, weight: weight(score) }),
        );
    }

    /// The rank of the last of the most likely candidates that have the share `top_p` together, and the sum of these weights.
    fn cut(&mut self) -> (u64, u64) {
        let total = self.candidates.iter().map(|candidate| candidate.weight).sum();
        if self.sampling.top_p == 1.0 {
            return (0, total);
        }
        // 1 at least and below the total, as `top_p` is above 0 and below 1.
        let mut missing = (f64::from(self.sampling.top_p) * total as f64).ceil() as u64;
        // Halves what may contain the cut, as a selection does, instead of sorting all of it.
        let mut sum = 0;
        self.work.clone_from(&self.candidates);
        let mut range = self.work.as_mut_slice();
        loop {
            let middle = range.len() / 2;
            range.select_nth_unstable_by_key(middle, |candidate| std::cmp::Reverse(candidate.rank));
            let above: u64 = range[..middle].iter().map(|candidate| candidate.weight).sum();
            let Candidate { rank, weight } = range[middle];
            if above >= missing {
                range = &mut range[..middle];
            } else if above + weight >= missing {
                return (rank, sum + above + weight);
            } else {
                missing -= above + weight;
                sum += above + weight;
                range = &mut range[middle + 1..];
            }
        }
    }
}

/// The first of the largest scores.
fn best(scores: &[f32]) -> Option<u32> {
    const PART: usize = 64;
    let mut best = (f32::NEG_INFINITY, None);
    for (part, scores) in (0u32..).step_by(PART).zip(scores.chunks(PART)) {
        // Whether a part has a larger one is seen for several at a time, and seldom so.
        if scores.iter().fold(false, |larger, score| larger | (*score > best.0)) {
            for (token, &score) in (part..).zip(scores) {
                if score > best.0 {
                    best = (score, Some(token));
                }
            }
        }
    }
    best.1
}

/// A number that is larger for a larger score, and for the lower of two tokens with the same.
fn rank(score: f32, token: u32) -> u64 {
    // -0 is 0.
    let bits = (score + 0.0).to_bits();
    let ordered = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
    u64::from(ordered) << 32 | u64::from(!token)
}

fn token(rank: u64) -> u32 {
    !(rank as u32)
}
