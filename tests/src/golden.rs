//! Every backend, the reference included, against values that other code computed: NumPy, in 64-bit floats.
//!
//! `fixtures/README.md` says how the file is made. Parameters that are no tensors stand here and in the script.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::OnceLock;

use crosscheck::compare::{Leaves, Terms, compare};
use crosscheck::conformance;
use crosscheck_backends::{Gelu, Kernels, Mask, Rope, RopeLayout, Tensor};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

const FILE: &str = "fixtures/kernels.safetensors";
const FORMAT: &str = "1";
static BYTES: &[u8] = include_bytes!("../../fixtures/kernels.safetensors");

/// A [`KernelError`](crosscheck_backends::KernelError) goes into it as it is, so that crosscheck finds a missing kernel.
type Outcome = Result<(), Box<dyn Error>>;

const ROPE: Rope = Rope { dims: 6, base: 500.0, scale: 0.75, offset: 7, layout: RopeLayout::Halves };

#[conformance(of = "matmul")]
fn matmul(kernels: &dyn Kernels) -> Outcome {
    assert_golden(&kernels.matmul(&load("matmul.a")?, &load("matmul.b")?)?, "matmul.expected")
}

#[conformance(of = "softmax")]
fn softmax(kernels: &dyn Kernels) -> Outcome {
    assert_golden(&kernels.softmax(&load("softmax.x")?, 1)?, "softmax.expected")
}

#[conformance(of = "rms_norm")]
fn rms_norm(kernels: &dyn Kernels) -> Outcome {
    let (x, weight) = (load("rms_norm.x")?, load("rms_norm.weight")?);
    assert_golden(&kernels.rms_norm(&x, &weight, 1e-3)?, "rms_norm.expected")
}

#[conformance(of = "layer_norm")]
fn layer_norm(kernels: &dyn Kernels) -> Outcome {
    let (x, weight, bias) = (load("layer_norm.x")?, load("layer_norm.weight")?, load("layer_norm.bias")?);
    assert_golden(&kernels.layer_norm(&x, &weight, &bias, 1e-3)?, "layer_norm.expected")
}

#[conformance(of = "silu")]
fn silu(kernels: &dyn Kernels) -> Outcome {
    assert_golden(&kernels.silu(&load("silu.x")?)?, "silu.expected")
}

#[conformance(of = "gelu")]
fn gelu_exact(kernels: &dyn Kernels) -> Outcome {
    assert_golden(&kernels.gelu(&load("gelu_exact.x")?, Gelu::Exact)?, "gelu_exact.expected")
}

#[conformance(of = "gelu")]
fn gelu_tanh(kernels: &dyn Kernels) -> Outcome {
    assert_golden(&kernels.gelu(&load("gelu_tanh.x")?, Gelu::Tanh)?, "gelu_tanh.expected")
}

#[conformance(of = "rope")]
fn rope_halves(kernels: &dyn Kernels) -> Outcome {
    assert_golden(&kernels.rope(&load("rope_halves.x")?, &ROPE)?, "rope_halves.expected")
}

#[conformance(of = "rope")]
fn rope_interleaved(kernels: &dyn Kernels) -> Outcome {
    let rope = Rope { layout: RopeLayout::Interleaved, ..ROPE };
    assert_golden(&kernels.rope(&load("rope_interleaved.x")?, &rope)?, "rope_interleaved.expected")
}

#[conformance(of = "scaled_dot_product_attention")]
fn attention_causal(kernels: &dyn Kernels) -> Outcome {
    let [q, k, v] = ["attention_causal.q", "attention_causal.k", "attention_causal.v"].map(load);
    let seen = kernels.scaled_dot_product_attention(&q?, &k?, &v?, 0.4, Mask::Causal)?;
    assert_golden(&seen, "attention_causal.expected")
}

#[conformance(of = "scaled_dot_product_attention")]
fn attention_additive(kernels: &dyn Kernels) -> Outcome {
    let [q, k, v] = ["attention_additive.q", "attention_additive.k", "attention_additive.v"].map(load);
    let mask = load("attention_additive.mask")?;
    let seen = kernels.scaled_dot_product_attention(&q?, &k?, &v?, 0.4, Mask::Additive(&mask))?;
    assert_golden(&seen, "attention_additive.expected")
}

/// Panics, as an assertion does, when a tensor is not the golden of this name; an error means that there is no such golden.
#[track_caller]
fn assert_golden(actual: &Tensor, name: &str) -> Outcome {
    match compare(&Leaves::of(actual), &Leaves::of(&load(name)?), &Terms::default()) {
        Ok(_) => Ok(()),
        Err(mismatch) => panic!("not the golden `{name}`: {mismatch}"),
    }
}

/// The golden tensor of this name.
fn load(name: &str) -> Result<Tensor, GoldenError> {
    static GOLDENS: OnceLock<Result<Goldens, GoldenError>> = OnceLock::new();
    GOLDENS.get_or_init(|| Goldens::parse(BYTES)).as_ref().map_err(Clone::clone)?.tensor(name)
}

/// The tensors of a file.
#[derive(Debug)]
struct Goldens(BTreeMap<String, Tensor>);

impl Goldens {
    fn parse(bytes: &[u8]) -> Result<Self, GoldenError> {
        let unreadable = |cause: safetensors::SafeTensorError| GoldenError::Unreadable { cause: cause.to_string() };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let format = header.metadata().as_ref().and_then(|metadata| metadata.get("format"));
        if format.is_none_or(|format| format != FORMAT) {
            return Err(GoldenError::Format { format: format.cloned() });
        }
        let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let tensors = file.iter().map(|(name, view)| Ok((name.to_owned(), tensor(name, &view)?)));
        tensors.collect::<Result<_, _>>().map(Self)
    }

    fn tensor(&self, name: &str) -> Result<Tensor, GoldenError> {
        self.0.get(name).cloned().ok_or_else(|| GoldenError::Missing {
            tensor: name.to_owned(),
            known: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }
}

fn tensor(name: &str, view: &TensorView<'_>) -> Result<Tensor, GoldenError> {
    let malformed = |cause: String| GoldenError::Malformed { tensor: name.to_owned(), cause };
    if view.dtype() != Dtype::F32 {
        return Err(malformed(format!("its elements are {} instead of F32", view.dtype())));
    }
    let (values, _) = view.data().as_chunks();
    let values: Vec<_> = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Tensor::f32(view.shape(), values).map_err(|error| malformed(error.to_string()))
}

/// Why there is no golden to compare with.
#[derive(Clone, Debug, PartialEq)]
enum GoldenError {
    /// The bytes are no safetensors file.
    Unreadable { cause: String },
    /// The file was written by another script than these checks are for.
    Format { format: Option<String> },
    /// A tensor is not one of f32 that its shape holds.
    Malformed { tensor: String, cause: String },
    /// There is no tensor of this name.
    Missing { tensor: String, known: String },
}

impl Error for GoldenError {}

impl fmt::Display for GoldenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { cause } => write!(f, "{FILE} cannot be read: {cause}"),
            Self::Format { format: Some(format) } => {
                write!(f, "{FILE} has the format `{format}`; these checks read `{FORMAT}`")
            }
            Self::Format { format: None } => write!(f, "{FILE} names no format; these checks read `{FORMAT}`"),
            Self::Malformed { tensor, cause } => write!(f, "{FILE}: tensor `{tensor}`: {cause}"),
            Self::Missing { tensor, known } => write!(f, "{FILE} holds no tensor `{tensor}` (known: {known})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one tensor, `x`, of two numbers in two dimensions.
    fn file(format: Option<&str>, dtype: Dtype) -> Vec<u8> {
        let data = vec![0; 2 * dtype.bitsize() / 8];
        let x = TensorView::new(dtype, vec![1, 2], &data).unwrap();
        let metadata = format.map(|format| [("format".to_owned(), format.to_owned())].into());
        safetensors::serialize([("x", x)], metadata).unwrap()
    }

    fn refusal(bytes: &[u8]) -> String {
        Goldens::parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn the_file_holds_tensors_of_f32() {
        let goldens = Goldens::parse(&file(Some("1"), Dtype::F32)).unwrap();
        assert_eq!(goldens.tensor("x"), Ok(Tensor::f32(&[1, 2], [0.0; 2]).unwrap()));
        assert_eq!(load("matmul.expected").unwrap().shape(), [2, 3, 4]);
    }

    #[test]
    fn a_truncated_file_is_refused_wherever_it_ends() {
        let whole = file(Some("1"), Dtype::F32);
        for length in 0..whole.len() {
            let refusal = refusal(&whole[..length]);
            assert!(refusal.starts_with("fixtures/kernels.safetensors cannot be read: "), "{length}: {refusal}");
        }
        assert!(matches!(Goldens::parse(&BYTES[..BYTES.len() - 1]), Err(GoldenError::Unreadable { .. })));
    }

    #[test]
    fn another_format_is_refused() {
        assert_eq!(
            refusal(&file(Some("2"), Dtype::F32)),
            "fixtures/kernels.safetensors has the format `2`; these checks read `1`"
        );
        assert_eq!(
            refusal(&file(None, Dtype::F32)),
            "fixtures/kernels.safetensors names no format; these checks read `1`"
        );
    }

    #[test]
    fn other_elements_are_refused() {
        assert_eq!(
            refusal(&file(Some("1"), Dtype::F64)),
            "fixtures/kernels.safetensors: tensor `x`: its elements are F64 instead of F32"
        );
    }

    #[test]
    fn a_missing_tensor_is_named_with_those_that_are_there() {
        let goldens = Goldens::parse(&file(Some("1"), Dtype::F32)).unwrap();
        assert_eq!(
            goldens.tensor("y").unwrap_err().to_string(),
            "fixtures/kernels.safetensors holds no tensor `y` (known: x)"
        );
    }
}
