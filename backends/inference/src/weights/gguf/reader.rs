//! The values that GGUF files are made of. Nothing is copied and nothing allocated.

use std::fmt::Display;

use super::error::{GgufError, MAX_DEPTH};

type Result<T> = std::result::Result<T, GgufError>;

/// What is left of a file.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A value of the metadata.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    String(&'a str),
    Array(Array<'a>),
}

/// Values of one type, which have been read once without an error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Array<'a> {
    pub kind: Kind,
    pub count: usize,
    bytes: &'a [u8],
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    Bool,
    String,
    Array,
    U64,
    I64,
    F64,
}

impl Kind {
    /// Those of whole numbers.
    pub const WHOLE: [Self; 8] = [Self::U8, Self::I8, Self::U16, Self::I16, Self::U32, Self::I32, Self::U64, Self::I64];

    fn new(number: u32, what: &dyn Display) -> Result<Self> {
        Ok(match number {
            0 => Self::U8,
            1 => Self::I8,
            2 => Self::U16,
            3 => Self::I16,
            4 => Self::U32,
            5 => Self::I32,
            6 => Self::F32,
            7 => Self::Bool,
            8 => Self::String,
            9 => Self::Array,
            10 => Self::U64,
            11 => Self::I64,
            12 => Self::F64,
            found => return Err(GgufError::ValueType { what: what.to_string(), found }),
        })
    }

    /// How many bytes a value takes at least.
    fn least(self) -> u64 {
        match self {
            Self::U8 | Self::I8 | Self::Bool => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 | Self::String => 8,
            Self::Array => 12,
        }
    }
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How far it is from the beginning.
    pub fn at(&self) -> usize {
        self.at
    }

    fn left(&self) -> u64 {
        (self.bytes.len() - self.at) as u64
    }

    fn take(&mut self, needed: u64, what: &dyn Display) -> Result<&'a [u8]> {
        let end = usize::try_from(needed).ok().and_then(|needed| self.at.checked_add(needed));
        match end.and_then(|end| Some((end, self.bytes.get(self.at..end)?))) {
            Some((end, taken)) => {
                self.at = end;
                Ok(taken)
            }
            None => {
                let (what, at, left) = (what.to_string(), self.at as u64, self.left());
                Err(GgufError::Truncated { what, at, needed, left })
            }
        }
    }

    pub fn array<const N: usize>(&mut self, what: &dyn Display) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64, what)?);
        Ok(array)
    }

    pub fn u32(&mut self, what: &dyn Display) -> Result<u32> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub fn u64(&mut self, what: &dyn Display) -> Result<u64> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// A number of things of at least `each` bytes, which follow.
    pub fn count(&mut self, each: u64, what: &dyn Display) -> Result<usize> {
        let count = self.u64(what)?;
        self.check_count(count, each, what)
    }

    fn check_count(&self, count: u64, each: u64, what: &dyn Display) -> Result<usize> {
        let left = self.left();
        match usize::try_from(count) {
            Ok(small) if count <= left / each => Ok(small),
            _ => Err(GgufError::Count { what: what.to_string(), count, left, each }),
        }
    }

    pub fn string(&mut self, what: &dyn Display) -> Result<&'a str> {
        let length = self.u64(&format_args!("the length of {what}"))?;
        let at = self.at as u64;
        let bytes = self.take(length, what)?;
        str::from_utf8(bytes).map_err(|_| GgufError::Utf8 { what: what.to_string(), at })
    }

    /// The type of a value, and the value.
    pub fn value(&mut self, what: &dyn Display) -> Result<Value<'a>> {
        let kind = self.kind(what)?;
        self.value_of(kind, what, 0)
    }

    fn kind(&mut self, what: &dyn Display) -> Result<Kind> {
        Kind::new(self.u32(&format_args!("the type of {what}"))?, what)
    }

    fn value_of(&mut self, kind: Kind, what: &dyn Display, depth: usize) -> Result<Value<'a>> {
        Ok(match kind {
            Kind::U8 => Value::Unsigned(u8::from_le_bytes(self.array(what)?).into()),
            Kind::U16 => Value::Unsigned(u16::from_le_bytes(self.array(what)?).into()),
            Kind::U32 => Value::Unsigned(self.u32(what)?.into()),
            Kind::U64 => Value::Unsigned(self.u64(what)?),
            Kind::I8 => Value::Signed(i8::from_le_bytes(self.array(what)?).into()),
            Kind::I16 => Value::Signed(i16::from_le_bytes(self.array(what)?).into()),
            Kind::I32 => Value::Signed(i32::from_le_bytes(self.array(what)?).into()),
            Kind::I64 => Value::Signed(i64::from_le_bytes(self.array(what)?)),
            Kind::F32 => Value::Float(f32::from_le_bytes(self.array(what)?).into()),
            Kind::F64 => Value::Float(f64::from_le_bytes(self.array(what)?)),
            Kind::Bool => match (self.at as u64, self.array(what)?) {
                (_, [0]) => Value::Bool(false),
                (_, [1]) => Value::Bool(true),
                (at, [found]) => return Err(GgufError::Bool { what: what.to_string(), at, found }),
            },
            Kind::String => Value::String(self.string(what)?),
            Kind::Array => Value::Array(self.values(what, depth)?),
        })
    }

    fn values(&mut self, what: &dyn Display, depth: usize) -> Result<Array<'a>> {
        if depth == MAX_DEPTH {
            return Err(GgufError::Depth { what: what.to_string() });
        }
        let kind = self.kind(&format_args!("an element of {what}"))?;
        let count = self.count(kind.least(), &format_args!("the number of elements of {what}"))?;
        let start = self.at;
        match kind {
            Kind::Bool | Kind::String | Kind::Array => {
                for index in 0..count {
                    self.value_of(kind, &format_args!("element {index} of {what}"), depth + 1)?;
                }
            }
            // Any bytes are a number.
            _ => drop(self.take(count as u64 * kind.least(), what)?),
        }
        Ok(Array { kind, count, bytes: self.bytes.get(start..self.at).unwrap_or_default() })
    }
}

impl<'a> Array<'a> {
    /// The elements.
    pub fn values(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let (kind, mut reader) = (self.kind, Reader::new(self.bytes));
        (0..self.count).map_while(move |_| reader.value_of(kind, &"an element", 0).ok())
    }
}
