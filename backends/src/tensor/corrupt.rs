//! Tensors that are wrong, for `--strength`.

use crosscheck::{Corrupt, Corruption};

use super::{Data, Dtype, Tensor};

/// Along the first axis elements can be missing; else the shape stays.
impl Corrupt for Tensor {
    fn corrupt(&mut self, how: Corruption) -> bool {
        let rows = match (how, self.shape.first()) {
            (Corruption::Emptied, Some(rows)) if *rows > 0 => 0,
            (Corruption::Shortened, Some(rows)) if *rows > 0 => rows - 1,
            (Corruption::Emptied | Corruption::Shortened, _) => return false,
            _ => return self.data.corrupt(how),
        };
        self.shape[0] = rows;
        self.data.truncate(self.shape.iter().product());
        true
    }
}

impl Corrupt for Data {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match self {
            Self::F64(values) => values.corrupt(how),
            Self::F32(values) => values.corrupt(how),
            Self::F16(values) => values.corrupt(how),
            Self::BF16(values) => values.corrupt(how),
            Self::I64(values) => values.corrupt(how),
            Self::I32(values) => values.corrupt(how),
            Self::I8(values) => values.corrupt(how),
            Self::U8(values) => values.corrupt(how),
            Self::Bool(values) => values.corrupt(how),
        }
    }
}

impl Data {
    fn truncate(&mut self, length: usize) {
        match self {
            Self::F64(values) => values.truncate(length),
            Self::F32(values) => values.truncate(length),
            Self::F16(values) => values.truncate(length),
            Self::BF16(values) => values.truncate(length),
            Self::I64(values) => values.truncate(length),
            Self::I32(values) => values.truncate(length),
            Self::I8(values) => values.truncate(length),
            Self::U8(values) => values.truncate(length),
            Self::Bool(values) => values.truncate(length),
        }
    }
}

impl Corrupt for Dtype {}
