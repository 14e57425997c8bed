//! The safetensors format: the length of the header, the header as JSON, and the data.

mod config;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use safetensors::tensor::{Dtype, TensorInfo};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::stored::{Encoding, Named, Stored, Table, check_overlaps};
use super::tensor_error::TensorError;
use crate::text::{short, shown};
pub(super) use config::read_config;

/// Why a file is not read as safetensors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SafetensorsError {
    /// A file that ends before the header does.
    #[error(
        "the header ends at byte {end}, and the file has {length} bytes: it may have been cut off, or it is not a \
         safetensors file"
    )]
    Truncated {
        /// Where the header ends, as the file says.
        end: u64,
        /// How many bytes there are.
        length: u64,
    },
    /// A header that is no JSON, or other JSON.
    #[error("the header must be JSON with a `dtype`, a `shape` and `data_offsets` for each tensor: {}", short(.0))]
    Header(serde_json::Error),
    /// Bytes that are no tensor's.
    #[error(
        "the bytes {start}..{end} behind the header are no tensor's: the format leaves none out, so the file may be \
         damaged"
    )]
    Uncovered {
        /// The first of them.
        start: u64,
        /// Where the next tensor begins, or the file ends.
        end: u64,
    },
}

/// What is wrong with a file, or with a tensor in it.
#[derive(Debug)]
pub(super) enum Problem {
    File(SafetensorsError),
    Tensor(Named),
}

impl From<Named> for Problem {
    fn from(named: Named) -> Self {
        Self::Tensor(named)
    }
}

/// The tensors of a file. The `safetensors` crate's own reader keeps the last of two tensors of one name and does not say
/// which tensor's length is wrong, so only its types are used.
pub(super) fn read(bytes: &[u8]) -> Result<Table, Problem> {
    let length = bytes.len() as u64;
    let truncated = |end| Problem::File(SafetensorsError::Truncated { end, length });
    let (size, rest) = bytes.split_first_chunk().ok_or_else(|| truncated(8))?;
    let size = u64::from_le_bytes(*size);
    let header = usize::try_from(size).ok().and_then(|size| rest.get(..size));
    let header = header.ok_or_else(|| truncated(size.saturating_add(8)))?;
    let data = 8 + header.len();
    let Header(tensors) =
        serde_json::from_slice(header).map_err(|error| Problem::File(SafetensorsError::Header(error)))?;
    let tensors = tensors
        .into_iter()
        .map(|(name, info)| match stored(&info, data, bytes.len()) {
            Ok(stored) => Ok((name, stored)),
            Err(error) => Err((name, error)),
        })
        .collect::<Result<Table, Named>>()?;
    check_overlaps(&tensors)?;
    check_covered(&tensors, data, bytes.len()).map_err(Problem::File)?;
    Ok(tensors)
}

/// Whether the tensors, which do not overlap, are all that a file of `length` bytes holds from `data` on.
fn check_covered(tensors: &Table, data: usize, length: usize) -> Result<(), SafetensorsError> {
    let mut ranges: Vec<_> = tensors.values().map(|stored| stored.range.clone()).collect();
    ranges.sort_unstable_by_key(|range| range.start);
    let mut covered = data;
    for range in ranges.into_iter().chain(std::iter::once(length..length)) {
        if covered < range.start {
            return Err(SafetensorsError::Uncovered {
                start: (covered - data) as u64,
                end: (range.start - data) as u64,
            });
        }
        covered = range.end;
    }
    Ok(())
}

/// Where the tensor is in a file of `length` bytes, with its data from `data` on.
fn stored(info: &TensorInfo, data: usize, length: usize) -> Result<Stored, TensorError> {
    let TensorInfo { dtype, shape, data_offsets: (start, end) } = info;
    let encoding = match dtype {
        Dtype::F32 => Encoding::F32,
        Dtype::F16 => Encoding::F16,
        Dtype::BF16 => Encoding::BF16,
        other => return Err(TensorError::Dtype { found: other.to_string(), supported: "F32, F16 and BF16" }),
    };
    let expected = encoding.size(shape)?;
    let found = end.checked_sub(*start).ok_or(TensorError::Reversed { offsets: info.data_offsets })?;
    if found != expected {
        return Err(TensorError::Length {
            shape: shape.clone(),
            dtype: encoding.name(),
            expected: expected as u64,
            offsets: info.data_offsets,
        });
    }
    let range = match (data.checked_add(*start), data.checked_add(*end)) {
        (Some(first), Some(last)) if last <= length => first..last,
        _ => {
            let length = (length - data) as u64;
            return Err(TensorError::Outside { start: *start as u64, end: *end as u64, length });
        }
    };
    Ok(Stored { encoding, shape: shape.clone(), range })
}

/// The header without `__metadata__`, in which nothing appears twice.
struct Header(BTreeMap<String, TensorInfo>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut tensors = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let about = |error| A::Error::custom(format_args!("tensor `{}`: {error}", shown(&name)));
            let info = map.next_value().map_err(about)?;
            match tensors.entry(name) {
                Entry::Vacant(free) => free.insert(info),
                Entry::Occupied(taken) => {
                    return Err(A::Error::custom(format_args!("tensor `{}` appears twice", shown(taken.key()))));
                }
            };
        }
        Ok(Header(tensors))
    }
}
