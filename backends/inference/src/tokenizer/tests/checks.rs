//! The checks that a tokenizer has to pass, as functions, so that a wrong one can be shown to fail the one that is for it.

use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::weights::Weights;

/// What is checked.
pub(crate) trait Codec {
    fn encode(&self, text: &str, special: Special) -> Result<Vec<u32>>;
    fn decode(&self, ids: &[u32]) -> Result<String>;
    /// The pieces of a stream, and what is left.
    fn stream(&self, ids: &[u32]) -> Result<Vec<String>>;
    fn vocabulary(&self) -> usize;
}

impl Codec for Tokenizer {
    fn encode(&self, text: &str, special: Special) -> Result<Vec<u32>> {
        self.encode(text, special)
    }

    fn decode(&self, ids: &[u32]) -> Result<String> {
        self.decode(ids, Show::Special)
    }

    fn stream(&self, ids: &[u32]) -> Result<Vec<String>> {
        let mut decoder = self.stream(Show::Special);
        let mut pieces: Vec<String> = ids.iter().map(|&id| decoder.push(id)).collect::<Result<_>>()?;
        pieces.push(decoder.finish());
        Ok(pieces)
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary()
    }
}

/// Decodes without the first space, as tokenizers do that put one there when they encode.
struct DropsLeadingSpace(Tokenizer);

impl Codec for DropsLeadingSpace {
    fn encode(&self, text: &str, special: Special) -> Result<Vec<u32>> {
        self.0.encode(text, special)
    }

    fn decode(&self, ids: &[u32]) -> Result<String> {
        let text = self.0.decode(ids, Show::Special)?;
        Ok(text.strip_prefix(' ').map_or(text.clone(), str::to_owned))
    }

    fn stream(&self, ids: &[u32]) -> Result<Vec<String>> {
        let mut pieces = Codec::stream(&self.0, ids)?;
        if let Some(first) = pieces.iter_mut().find(|piece| !piece.is_empty())
            && first.starts_with(' ')
        {
            first.remove(0);
        }
        Ok(pieces)
    }

    fn vocabulary(&self) -> usize {
        self.0.vocabulary()
    }
}

pub(crate) type Checked = std::result::Result<(), String>;

fn for_all<S: Strategy>(strategy: S, holds: impl Fn(S::Value) -> std::result::Result<(), TestCaseError>) -> Checked {
    let config = Config { cases: 512, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&strategy, holds).map_err(|error| error.to_string())
}

/// Element 7 of the test strategy: what holds for each text and each sequence of tokens.
pub(crate) fn invariants(codec: &dyn Codec) -> Checked {
    let end = codec.vocabulary() as u32;
    for special in [Special::Parse, Special::AsText] {
        for_all(text(), |text| {
            let ids = codec.encode(&text, special).unwrap();
            prop_assert!(ids.iter().all(|id| *id < end), "{ids:?} are not all below {end}");
            prop_assert!(ids.len() <= text.len(), "{} tokens for {} bytes", ids.len(), text.len());
            prop_assert_eq!(codec.encode(&text, special).unwrap(), ids, "the second time");
            Ok(())
        })?;
    }
    // A special token parts what stands before and after it.
    for_all((text(), text()), |(before, after)| {
        let parts = [&*before, "<|im_end|>", &*after];
        let ids = parts.map(|part| codec.encode(part, Special::Parse).unwrap()).concat();
        prop_assert_eq!(codec.encode(&parts.concat(), Special::Parse).unwrap(), ids);
        Ok(())
    })?;
    // Text that is only text has no special token in it.
    for_all(text(), |text| {
        let ids = codec.encode(&text, Special::AsText).unwrap();
        prop_assert!(ids.iter().all(|id| *id > 2), "{ids:?}");
        Ok(())
    })?;
    for_all(prop::collection::vec(0..end, 0..40), |ids| {
        prop_assert_eq!(codec.stream(&ids).unwrap().concat(), codec.decode(&ids).unwrap());
        Ok(())
    })
}

/// Element 12: the tokens are those of Hugging Face's tokenizer, but for bytes that have none.
pub(crate) fn ids_are_the_expected(codec: &dyn Codec, cases: &[Case]) -> Checked {
    for case in cases {
        let Case::Text { name, kind, text, ids, special, decoded } = case else { continue };
        let special = if *special { Special::Parse } else { Special::AsText };
        if decoded != text {
            // Hugging Face dropped what it has no token for.
            match codec.encode(text, special) {
                Err(TokenizerError::NoToken { .. }) => continue,
                other => return Err(format!("{kind} {name}: {text:?} lacks tokens and became {other:?}")),
            }
        }
        let made = codec.encode(text, special).map_err(|error| format!("{kind} {name}: {error}"))?;
        if made != *ids {
            return Err(format!("{kind} {name}: {text:?} is {ids:?} and became {made:?}"));
        }
    }
    Ok(())
}

/// Element 21: text that is encoded and decoded is what it was.
pub(crate) fn text_comes_back(codec: &dyn Codec, cases: &[Case]) -> Checked {
    for case in cases {
        let Case::Text { name, kind, ids, decoded, .. } = case else { continue };
        let made = codec.decode(ids).map_err(|error| format!("{kind} {name}: {error}"))?;
        if made != *decoded {
            return Err(format!("{kind} {name}: {ids:?} is {decoded:?} and became {made:?}"));
        }
    }
    for special in [Special::Parse, Special::AsText] {
        for texts in [text().boxed(), any::<String>().boxed()] {
            for_all(texts, |text| {
                let ids = codec.encode(&text, special).unwrap();
                prop_assert_eq!(codec.decode(&ids).unwrap(), text);
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// The tiny tokenizer, in each form that there is of it.
fn all() -> [Tokenizer; 3] {
    let weights = Weights::open(folder().join("tiny-llama.gguf")).unwrap();
    let in_file = Tokenizer::from_gguf(weights.vocabulary().unwrap()).unwrap();
    [tiny(), Tokenizer::from_gguf(&gguf()).unwrap(), in_file]
}

#[test]
fn invariants_hold() {
    for tokenizer in all() {
        invariants(&tokenizer).unwrap();
    }
}

#[test]
fn ids_are_those_of_hugging_face() {
    for tokenizer in all() {
        ids_are_the_expected(&tokenizer, &cases()).unwrap();
    }
}

#[test]
fn every_text_comes_back() {
    for tokenizer in all() {
        text_comes_back(&tokenizer, &cases()).unwrap();
    }
}

#[test]
fn a_decoder_that_drops_a_leading_space_fails_where_text_has_to_come_back_and_nowhere_else() {
    let (mutant, cases) = (DropsLeadingSpace(tiny()), cases());
    invariants(&mutant).unwrap();
    ids_are_the_expected(&mutant, &cases).unwrap();
    let from_the_list = text_comes_back(&mutant, &cases).unwrap_err();
    assert!(from_the_list.starts_with("whitespace space:"), "{from_the_list}");
    let from_chance = text_comes_back(&mutant, &[]).unwrap_err();
    assert!(from_chance.contains("minimal failing input: \" \""), "{from_chance}");
}
