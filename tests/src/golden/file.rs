//! The file of golden tensors: reading it, and every reason not to.

use std::collections::BTreeMap;

use crosscheck_backends::{Data, KernelError, Tensor};
use crosscheck_fixtures::KERNELS;
use half::{bf16, f16};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};

pub const FILE: &str = "fixtures/kernels.safetensors";
const FORMAT: &str = "2";
crosscheck::fixture!("kernels.safetensors", KERNELS);

/// A field that the metadata have to have beside the format.
struct Field {
    name: &'static str,
    is_right: fn(&str) -> bool,
    /// What is wrong with a text that is not right.
    fault: &'static str,
}

const FIELDS: [Field; 5] = [
    Field { name: "script", is_right: |text| text.ends_with(".py"), fault: "is not a Python script" },
    Field { name: "sources", is_right: is_digest, fault: "is not a SHA-256 in hexadecimal digits" },
    Field { name: "seed", is_right: |text| text.parse::<u64>().is_ok(), fault: "is not a whole number" },
    Field { name: "numpy", is_right: is_version, fault: "is not a version" },
    Field { name: "torch", is_right: is_version, fault: "is not a version" },
];

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_version(text: &str) -> bool {
    let mut parts = text.split('.');
    parts.clone().count() > 1 && parts.all(|part| part.starts_with(|c: char| c.is_ascii_digit()))
}

/// The tensors of a file, all of which were read.
#[derive(Debug)]
pub struct Goldens(BTreeMap<String, Tensor>);

impl Goldens {
    /// The goldens of this suite. They are part of the executable, and read once.
    pub fn of_this_suite() -> Result<&'static Self, GoldenError> {
        static GOLDENS: std::sync::OnceLock<Result<Goldens, GoldenError>> = std::sync::OnceLock::new();
        GOLDENS.get_or_init(|| Goldens::parse(KERNELS)).as_ref().map_err(Clone::clone)
    }

    fn parse(bytes: &[u8]) -> Result<Self, GoldenError> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        // First of all: in another format, the rest may have other names and types.
        match metadata.get("format") {
            Some(format) if format == FORMAT => {}
            format => return Err(GoldenError::Format { format: format.cloned() }),
        }
        for Field { name: field, is_right, fault } in FIELDS {
            let Some(text) = metadata.get(field) else { return Err(GoldenError::NoField { field }) };
            if !is_right(text) {
                return Err(GoldenError::Field { field, text: text.clone(), fault });
            }
        }
        let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let tensors = file.iter().map(|(name, view)| match tensor(name, &view) {
            Ok(tensor) => Ok((name.to_owned(), tensor)),
            Err(fault) => Err(GoldenError::Tensor { tensor: name.to_owned(), fault }),
        });
        tensors.collect::<Result<_, _>>().map(Self)
    }

    /// The tensor of a case that has this key.
    pub fn get(&self, case: &str, key: &str) -> Result<&Tensor, GoldenError> {
        let name = format!("{case}.{key}");
        self.0.get(&name).ok_or_else(|| GoldenError::Missing { tensor: name, known: self.known(case) })
    }

    /// The keys of a case, or the cases when there is no such case.
    fn known(&self, case: &str) -> String {
        let names = || self.0.keys().map(|name| name.split_once('.').unwrap_or((name, "")));
        let keys: Vec<_> = names().filter(|(of, _)| *of == case).map(|(_, key)| key).collect();
        if keys.is_empty() {
            let mut cases: Vec<_> = names().map(|(case, _)| case).collect();
            cases.dedup();
            return format!("there are the cases {}", cases.join(", "));
        }
        format!("`{case}` has {}", keys.join(", "))
    }
}

fn unreadable(cause: SafeTensorError) -> GoldenError {
    match cause {
        SafeTensorError::MetadataIncompleteBuffer => GoldenError::Length,
        cause => GoldenError::Unreadable { cause: cause.to_string() },
    }
}

fn tensor(name: &str, view: &TensorView<'_>) -> Result<Tensor, TensorFault> {
    let data = match view.dtype() {
        Dtype::F32 => Data::F32(elements(view.data(), f32::from_le_bytes)),
        Dtype::F16 => Data::F16(elements(view.data(), f16::from_le_bytes)),
        Dtype::BF16 => Data::BF16(elements(view.data(), bf16::from_le_bytes)),
        Dtype::I32 => Data::I32(elements(view.data(), i32::from_le_bytes)),
        Dtype::BOOL => match view.data().iter().position(|byte| *byte > 1) {
            Some(at) => return Err(TensorFault::NotATruthValue { at, byte: view.data()[at] }),
            None => Data::Bool(view.data().iter().map(|byte| *byte == 1).collect()),
        },
        dtype => return Err(TensorFault::Dtype { dtype: dtype.to_string() }),
    };
    let tensor = Tensor::new(view.shape(), data).map_err(|error| TensorFault::Shape { error })?;
    let values = tensor.to_f64();
    if let Some(at) = values.iter().position(|value| value.is_nan()) {
        return Err(TensorFault::NaN { at });
    }
    // An infinite operand is a key that a mask hides.
    let is_expected = name.split_once('.').is_some_and(|(_, key)| key.starts_with("expected"));
    if let Some(at) = values.iter().position(|value| is_expected && value.is_infinite()) {
        return Err(TensorFault::Infinite { at });
    }
    if is_expected && values.is_empty() {
        return Err(TensorFault::Empty);
    }
    Ok(tensor)
}

fn elements<T, const N: usize>(bytes: &[u8], element: fn([u8; N]) -> T) -> Vec<T> {
    // The file's own header says how many bytes there are, and that they are whole elements.
    let (elements, _) = bytes.as_chunks();
    elements.iter().map(|bytes| element(*bytes)).collect()
}

/// Why there is no golden to compare with.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GoldenError {
    /// The bytes are no safetensors file.
    #[error("{FILE} cannot be read: {cause}")]
    Unreadable { cause: String },
    /// There are less bytes than the header describes, or more.
    #[error("{FILE} is not as long as its header says: it was cut off, or something was added to it")]
    Length,
    /// The file was written by another script than these checks are for.
    #[error("{FILE} {}; these checks read `{FORMAT}`", names(.format.as_deref()))]
    Format { format: Option<String> },
    /// The metadata do not say what they have to.
    #[error("{FILE}: its metadata have no field `{field}`")]
    NoField { field: &'static str },
    /// The metadata say something that makes no sense.
    #[error("{FILE}: the field `{field}` of its metadata {fault}: `{text}`")]
    Field { field: &'static str, text: String, fault: &'static str },
    /// A tensor cannot be a golden one.
    #[error("{FILE}: tensor `{tensor}`: {fault}")]
    Tensor { tensor: String, fault: TensorFault },
    /// There is no tensor of this name.
    #[error("{FILE} holds no tensor `{tensor}`; {known}")]
    Missing { tensor: String, known: String },
}

/// What is wrong with a tensor.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TensorFault {
    /// Elements of a type that the kernels do not know.
    #[error("its elements are {dtype} instead of F32, F16, BF16, I32 or BOOL")]
    Dtype { dtype: String },
    /// A shape that no tensor has.
    #[error("{error}")]
    Shape { error: KernelError },
    /// A truth value that is neither false nor true.
    #[error("element {at} is the byte {byte}, where 0 is false and 1 is true")]
    NotATruthValue { at: usize, byte: u8 },
    /// NaN agrees with NaN, whatever was computed; the checks of special values have it, and no golden.
    #[error("element {at} is NaN")]
    NaN { at: usize },
    /// An expected value that overflows is no longer what it was.
    #[error("element {at} is infinite, although it is expected of a kernel")]
    Infinite { at: usize },
    /// Everything agrees with nothing.
    #[error("it has no elements, although it is expected of a kernel")]
    Empty,
}

fn names(format: Option<&str>) -> String {
    format.map_or_else(|| "names no format".to_owned(), |format| format!("has the format `{format}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: [(&str, &str); 6] = [
        ("format", "2"),
        ("script", "kernels.py"),
        ("sources", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("seed", "7"),
        ("numpy", "2.4.6"),
        ("torch", "2.11.0"),
    ];

    /// A file with one tensor.
    fn with_metadata(metadata: &[(&str, &str)], name: &str, dtype: Dtype, shape: &[usize], data: &[u8]) -> Vec<u8> {
        let tensor = TensorView::new(dtype, shape.to_vec(), data).unwrap();
        let metadata = metadata.iter().map(|(field, text)| (field.to_string(), text.to_string())).collect();
        safetensors::serialize([(name, tensor)], Some(metadata)).unwrap()
    }

    fn file(name: &str, dtype: Dtype, shape: &[usize], data: &[u8]) -> Vec<u8> {
        with_metadata(&METADATA, name, dtype, shape, data)
    }

    /// Two numbers in two dimensions.
    fn small() -> Vec<u8> {
        file("case.x", Dtype::F32, &[1, 2], &[0; 8])
    }

    fn refusal(bytes: &[u8]) -> String {
        let refusal = Goldens::parse(bytes).unwrap_err().to_string();
        refusal.strip_prefix("fixtures/kernels.safetensors").expect("the file's name").to_owned()
    }

    fn read(dtype: Dtype, data: &[u8]) -> Tensor {
        let length = data.len() * 8 / dtype.bitsize();
        Goldens::parse(&file("case.x", dtype, &[1, length], data)).unwrap().get("case", "x").unwrap().clone()
    }

    #[test]
    fn each_type_of_elements_is_read() {
        let (half, brain) = (f16::from_f32(-1.5).to_le_bytes(), bf16::from_f32(3.0).to_le_bytes());
        assert_eq!(read(Dtype::F32, &0.5_f32.to_le_bytes()), Tensor::f32(&[1, 1], [0.5]).unwrap());
        assert_eq!(read(Dtype::F16, &half), Tensor::new(&[1, 1], Data::F16(vec![f16::from_f32(-1.5)])).unwrap());
        assert_eq!(read(Dtype::BF16, &brain), Tensor::new(&[1, 1], Data::BF16(vec![bf16::from_f32(3.0)])).unwrap());
        assert_eq!(read(Dtype::I32, &(-2_i32).to_le_bytes()), Tensor::i32(&[1, 1], [-2]).unwrap());
        assert_eq!(read(Dtype::BOOL, &[1, 0]), Tensor::bool(&[1, 2], [true, false]).unwrap());
    }

    #[test]
    fn the_file_of_this_suite_is_read() {
        let goldens = Goldens::of_this_suite().unwrap();
        assert_eq!(goldens.get("matmul_f32", "expected").unwrap().shape(), [2, 3, 3, 4]);
    }

    #[test]
    fn a_truncated_file_is_refused_wherever_it_ends() {
        let whole = small();
        for length in 0..whole.len() {
            let error = Goldens::parse(&whole[..length]).unwrap_err();
            assert!(matches!(error, GoldenError::Unreadable { .. } | GoldenError::Length), "{length}: {error}");
        }
        assert_eq!(Goldens::parse(&KERNELS[..KERNELS.len() - 1]).unwrap_err(), GoldenError::Length);
        let end = "its header says: it was cut off, or something was added to it";
        assert_eq!(refusal(&whole[..whole.len() - 1]), format!(" is not as long as {end}"));
        assert_eq!(refusal(&whole[..4]), " cannot be read: header too small");
    }

    #[test]
    fn trailing_bytes_are_refused() {
        for more in [&[0][..], &[0; 8]] {
            assert_eq!(Goldens::parse(&[&small()[..], more].concat()).unwrap_err(), GoldenError::Length);
        }
    }

    /// Either it is refused, or only a text or a number has changed.
    #[test]
    fn no_changed_byte_is_a_panic() {
        let whole = small();
        for at in 0..whole.len() {
            for byte in 0..=u8::MAX {
                let mut changed = whole.clone();
                changed[at] = byte;
                drop(Goldens::parse(&changed));
            }
        }
    }

    #[test]
    fn another_format_is_refused() {
        let other = METADATA.map(|(field, text)| (field, if field == "format" { "1" } else { text }));
        let refused = |metadata: &[_]| refusal(&with_metadata(metadata, "case.x", Dtype::F64, &[1], &[0; 8]));
        assert_eq!(refused(&other), " has the format `1`; these checks read `2`");
        assert_eq!(refused(&METADATA[1..]), " names no format; these checks read `2`");
        assert_eq!(refused(&[]), " names no format; these checks read `2`");
    }

    #[test]
    fn each_field_of_the_metadata_has_to_be_there() {
        for (missing, _) in &METADATA[1..] {
            let others: Vec<_> = METADATA.into_iter().filter(|(field, _)| field != missing).collect();
            let refused = refusal(&with_metadata(&others, "case.x", Dtype::F32, &[1], &[0; 4]));
            assert_eq!(refused, format!(": its metadata have no field `{missing}`"));
        }
    }

    #[test]
    fn a_field_that_makes_no_sense_is_refused() {
        for (wrong, text, fault) in [
            ("script", "", "is not a Python script"),
            ("sources", "0123", "is not a SHA-256 in hexadecimal digits"),
            ("seed", "-1", "is not a whole number"),
            ("numpy", "unknown", "is not a version"),
            ("torch", "", "is not a version"),
            ("torch", "2.", "is not a version"),
        ] {
            let metadata = METADATA.map(|(field, right)| (field, if field == wrong { text } else { right }));
            let refused = refusal(&with_metadata(&metadata, "case.x", Dtype::F32, &[1], &[0; 4]));
            assert_eq!(refused, format!(": the field `{wrong}` of its metadata {fault}: `{text}`"));
        }
    }

    #[test]
    fn elements_of_an_unknown_type_are_refused() {
        assert_eq!(
            refusal(&file("case.x", Dtype::F64, &[1], &[0; 8])),
            ": tensor `case.x`: its elements are F64 instead of F32, F16, BF16, I32 or BOOL"
        );
    }

    #[test]
    fn a_truth_value_is_one_or_zero() {
        assert_eq!(
            refusal(&file("case.x", Dtype::BOOL, &[2], &[1, 2])),
            ": tensor `case.x`: element 1 is the byte 2, where 0 is false and 1 is true"
        );
    }

    #[test]
    fn nan_is_refused_everywhere_and_infinity_where_it_is_expected() {
        let (nan, infinity) = (f32::NAN.to_le_bytes(), f16::NEG_INFINITY.to_le_bytes());
        for name in ["case.x", "case.expected"] {
            assert_eq!(refusal(&file(name, Dtype::F32, &[1], &nan)), format!(": tensor `{name}`: element 0 is NaN"));
        }
        assert_eq!(
            refusal(&file("case.expected_sum", Dtype::F16, &[1], &infinity)),
            ": tensor `case.expected_sum`: element 0 is infinite, although it is expected of a kernel"
        );
        assert!(Goldens::parse(&file("case.mask", Dtype::F16, &[1], &infinity)).is_ok());
    }

    #[test]
    fn nothing_is_no_expectation() {
        assert_eq!(
            refusal(&file("case.expected", Dtype::F32, &[0], &[])),
            ": tensor `case.expected`: it has no elements, although it is expected of a kernel"
        );
        assert!(Goldens::parse(&file("case.x", Dtype::F32, &[0], &[])).is_ok());
    }

    #[test]
    fn a_shape_that_no_tensor_has_is_refused() {
        assert_eq!(
            refusal(&file("case.x", Dtype::F32, &[0, 1 << 31], &[])),
            ": tensor `case.x`: tensor: shape [0, 2147483648] is too large: at most 2147483647 elements are supported"
        );
    }

    /// One of the two would be read, and it is not specified which.
    #[test]
    fn two_tensors_of_one_name_are_refused() {
        let header = |metadata: &str| {
            let x = |at| format!(r#""case.x":{{"dtype":"BOOL","shape":[1],"data_offsets":[{at},{}]}}"#, at + 1);
            format!(r#"{{"__metadata__":{{{metadata}}},{},{}}}"#, x(0), x(1))
        };
        let metadata = METADATA.map(|(field, text)| format!(r#""{field}":"{text}""#)).join(",");
        let header = header(&metadata);
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0, 1]].concat();
        assert!(Goldens::parse(&bytes).is_err());
    }

    #[test]
    fn a_missing_tensor_is_named_with_those_that_are_there() {
        let goldens = Goldens::parse(&small()).unwrap();
        let missing = |case, key| goldens.get(case, key).unwrap_err().to_string();
        assert_eq!(missing("case", "y"), "fixtures/kernels.safetensors holds no tensor `case.y`; `case` has x");
        assert_eq!(
            missing("other", "x"),
            "fixtures/kernels.safetensors holds no tensor `other.x`; there are the cases case"
        );
    }
}
