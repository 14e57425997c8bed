//! The crate base64: with its engines `STANDARD` and `URL_SAFE`, and as forgiving as it can be told to be.

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, Engine};
use codec_suite::{Alphabet, Codec, Feature};
use crosscheck::{Action, Debt, Failure, RUN, Unavailable, xfail};

struct Base64 {
    standard: GeneralPurpose,
    url: GeneralPurpose,
}

impl Base64 {
    fn engine(&self, alphabet: Alphabet) -> &GeneralPurpose {
        match alphabet {
            Alphabet::Standard => &self.standard,
            Alphabet::Url => &self.url,
        }
    }
}

impl Codec for Base64 {
    fn encode(&self, bytes: &[u8], alphabet: Alphabet) -> String {
        self.engine(alphabet).encode(bytes)
    }

    fn decode(&self, text: &str, alphabet: Alphabet) -> Result<Vec<u8>, String> {
        self.engine(alphabet).decode(text).map_err(|error| error.to_string())
    }
}

#[crosscheck::backend(name = "base64")]
fn base64() -> Result<Box<dyn Codec>, Unavailable> {
    Ok(Box::new(Base64 { standard: STANDARD, url: URL_SAFE }))
}

#[crosscheck::backend(name = "base64_forgiving")]
fn base64_forgiving() -> Result<Box<dyn Codec>, Unavailable> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = |alphabet| GeneralPurpose::new(alphabet, config);
    Ok(Box::new(Base64 { standard: engine(&alphabet::STANDARD), url: engine(&alphabet::URL_SAFE) }))
}

#[crosscheck::exclusions("base64_forgiving")]
const fn base64_forgiving_takes(feature: Feature) -> Action {
    match feature {
        Feature::RefusesMissingPadding => {
            xfail("`Zm8` → `fo`, with `DecodePaddingMode::Indifferent`").because(Debt::WontFix).by(Failure::Panic)
        }
        Feature::RefusesTrailingBits => {
            xfail("`Zh==` → `f`, with `decode_allow_trailing_bits`").because(Debt::WontFix).by(Failure::Panic)
        }
        Feature::RefusesWhitespace => RUN,
    }
}
