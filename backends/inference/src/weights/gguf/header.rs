//! What stands in front of the data: the metadata, and where the tensors are.

use std::collections::BTreeMap;

use super::Problem;
use super::error::GgufError;
use super::metadata::{ALIGNMENT, Metadata};
use super::quantization::encoding;
use super::reader::Reader;
use crate::text::shown;
use crate::weights::stored::{Stored, Table, check_overlaps};
use crate::weights::tensor_error::TensorError;

pub(super) const MAGIC: [u8; 4] = *b"GGUF";
/// How many dimensions a tensor can have.
const MAX_DIMS: u32 = 4;
/// A key's length, the type and the value.
const LEAST_ENTRY: u64 = 8 + 4 + 1;
/// A name's length, the number of dimensions, the type and the offset.
const LEAST_TENSOR: u64 = 8 + 4 + 4 + 8;

/// A tensor as the file describes it.
struct Claim<'a> {
    name: &'a str,
    shape: Vec<u64>,
    kind: u32,
    offset: u64,
}

pub(super) fn read(bytes: &[u8]) -> Result<(Metadata<'_>, Table), Problem> {
    let mut reader = Reader::new(bytes);
    let (tensors, metadata) = read_metadata(&mut reader)?;
    let alignment = metadata.alignment()?;
    let mut claims = Vec::new();
    for index in 0..tensors {
        claims.push(claim(&mut reader, index)?);
    }
    let data = (reader.at() as u64).checked_next_multiple_of(alignment).unwrap_or(u64::MAX);
    let mut table = Table::new();
    for claim in claims {
        let name = claim.name;
        let stored = claim.stored(data, alignment, bytes.len() as u64).map_err(|error| (name.to_owned(), error))?;
        if table.insert(name.to_owned(), stored).is_some() {
            return Err((name.to_owned(), TensorError::Duplicate).into());
        }
    }
    check_overlaps(&table)?;
    Ok((metadata, table))
}

/// How many tensors there are, and the metadata.
fn read_metadata<'a>(reader: &mut Reader<'a>) -> Result<(usize, Metadata<'a>), GgufError> {
    if reader.array(&"the first word")? != MAGIC {
        return Err(GgufError::Magic);
    }
    match reader.u32(&"the version")? {
        2 | 3 => (),
        found if (1..=3).contains(&found.swap_bytes()) => return Err(GgufError::BigEndian),
        found => return Err(GgufError::Version { found }),
    }
    let tensors = reader.count(LEAST_TENSOR, &"the number of tensors")?;
    let entries = reader.count(LEAST_ENTRY, &"the number of metadata entries")?;
    let mut values = BTreeMap::new();
    for index in 0..entries {
        let key = reader.string(&format_args!("the key of metadata entry {index}"))?;
        let value = reader.value(&Named { what: "the value of", name: key })?;
        if values.insert(key, value).is_some() {
            return Err(GgufError::DuplicateKey { key: shown(key) });
        }
    }
    Ok((tensors, Metadata(values)))
}

fn claim<'a>(reader: &mut Reader<'a>, index: usize) -> Result<Claim<'a>, Problem> {
    let name = reader.string(&format_args!("the name of tensor {index}"))?;
    let dims = reader.u32(&Named { what: "the number of dimensions of tensor", name })?;
    if dims > MAX_DIMS {
        return Err((name.to_owned(), TensorError::Rank { found: dims, limit: MAX_DIMS }).into());
    }
    let mut shape = Vec::new();
    for _ in 0..dims {
        shape.push(reader.u64(&Named { what: "a dimension of tensor", name })?);
    }
    // The file has the fastest dimension first.
    shape.reverse();
    let kind = reader.u32(&Named { what: "the type of tensor", name })?;
    let offset = reader.u64(&Named { what: "the offset of tensor", name })?;
    Ok(Claim { name, shape, kind, offset })
}

impl Claim<'_> {
    /// Where the tensor is in a file of `length` bytes, with its data from `data` on.
    fn stored(self, data: u64, alignment: u64, length: u64) -> Result<Stored, TensorError> {
        let Self { shape: claimed, kind, offset, .. } = self;
        let encoding = encoding(kind)?;
        let shape: Result<Vec<usize>, _> = claimed.iter().map(|dim| usize::try_from(*dim)).collect();
        let shape = shape.map_err(|_| TensorError::Size { shape: claimed })?;
        let size = encoding.size(&shape)? as u64;
        if !offset.is_multiple_of(alignment) {
            return Err(TensorError::Misaligned { offset, alignment });
        }
        let end = offset.saturating_add(size);
        match (data.checked_add(offset), data.checked_add(end)) {
            // Both are less than the length of a slice.
            (Some(first), Some(last)) if last <= length => {
                Ok(Stored { encoding, shape, range: first as usize..last as usize })
            }
            _ => Err(TensorError::Outside { start: offset, end, length: length.saturating_sub(data) }),
        }
    }
}

/// Something with a name out of the file, which is made fit for a message when there is one.
struct Named<'a> {
    what: &'static str,
    name: &'a str,
}

impl std::fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.what, shown(self.name))
    }
}

impl Metadata<'_> {
    fn alignment(&self) -> Result<u64, Problem> {
        Ok(self.power_of_two(ALIGNMENT)?.unwrap_or(32))
    }
}
