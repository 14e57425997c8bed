//! The files that are changed: those of the repository.

use std::fs;

use serde_json::Value;

use crate::error::{TaskError, io_error};
use crate::workspace::root;

/// Files of one kind.
#[derive(Debug)]
pub struct Kind {
    /// What the program is given to know it.
    pub name: &'static str,
    /// Whether values of JSON are changed too.
    pub is_json: bool,
    read: fn() -> Result<Vec<Vec<u8>>, TaskError>,
}

impl Kind {
    /// The files.
    pub fn seeds(&self) -> Result<Vec<Vec<u8>>, TaskError> {
        (self.read)()
    }
}

/// All kinds.
pub const KINDS: [Kind; 4] = [
    Kind { name: "template", is_json: false, read: templates },
    Kind { name: "tokenizer", is_json: true, read: || matching(&FOLDERS, is_tokenizer) },
    Kind {
        name: "gguf",
        is_json: false,
        read: || {
            matching(&["fixtures/loads", "fixtures/vocabularies", "backends/inference/fuzz/seeds/gguf"], |bytes| {
                bytes.starts_with(b"GGUF")
            })
        },
    },
    Kind {
        name: "safetensors",
        is_json: false,
        read: || matching(&["backends/inference/fuzz/seeds/safetensors"], |_| true),
    },
];

const FOLDERS: [&str; 2] = ["fixtures/tiny-llama", "fixtures/vocabularies"];

/// Those in folders, in the order of their names. A folder may not be there.
fn matching(folders: &[&str], is_one: fn(&[u8]) -> bool) -> Result<Vec<Vec<u8>>, TaskError> {
    let mut files = Vec::new();
    for folder in folders.iter().map(|folder| root().join(folder)).filter(|folder| folder.is_dir()) {
        let entries = fs::read_dir(&folder).map_err(io_error(&folder))?;
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()));
    }
    files.sort_unstable();
    let files = files.iter().map(|file| fs::read(file).map_err(io_error(file)));
    files.filter(|bytes| bytes.as_ref().map_or(true, |bytes| is_one(bytes))).collect()
}

fn is_tokenizer(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes).is_ok_and(|json| json["model"]["vocab"] != Value::Null)
}

/// The families' templates, and the small ones.
fn templates() -> Result<Vec<Vec<u8>>, TaskError> {
    let file = root().join("fixtures/loads/templates.jsonl");
    let text = fs::read_to_string(&file).map_err(io_error(&file))?;
    Ok(text.lines().flat_map(sources).collect())
}

fn sources(line: &str) -> Vec<Vec<u8>> {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let families = line["families"].as_object().into_iter().flat_map(|families| families.values());
    families.chain(line.get("template")).filter_map(|source| Some(source.as_str()?.as_bytes().to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_files() {
        for (kind, least) in KINDS.iter().zip([400, 1, 4, 3]) {
            let seeds = kind.seeds().unwrap();
            assert!(seeds.len() >= least, "{}: {}", kind.name, seeds.len());
            assert!(seeds.iter().all(|seed| !seed.is_empty()), "{}", kind.name);
        }
    }
}
