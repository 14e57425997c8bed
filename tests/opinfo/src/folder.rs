//! The folder that the programs stand in.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crosscheck_backends::Tensor;
use crosscheck_fixtures::tensor_of;
use crosscheck_kernel_suite::program::Files;
use safetensors::SafeTensors;

/// Names the folder; without it, it is the one that `cargo xtask opinfo` writes.
const VARIABLE: &str = "OPINFO";
const INDEX: &str = "nodes.tsv";
const PROGRAMS: &str = "programs.jsonl";
const TENSORS: &str = "nodes.safetensors";

/// What is in it. It is read once, and kept as long as the process lives.
pub struct Folder {
    index: &'static str,
    programs: &'static str,
    tensors: SafeTensors<'static>,
}

impl Folder {
    /// The folder of this process.
    pub fn get() -> Result<&'static Self, String> {
        static FOLDER: OnceLock<Result<Folder, String>> = OnceLock::new();
        let folder = FOLDER.get_or_init(|| {
            let named = std::env::var_os(VARIABLE).map(PathBuf::from);
            Self::read(&named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/opinfo")))
        });
        folder.as_ref().map_err(Clone::clone)
    }

    fn read(folder: &Path) -> Result<Self, String> {
        let wrong = |path: &Path, cause: &dyn std::fmt::Display| {
            format!("{}: {cause}: `cargo xtask opinfo` writes it", path.display())
        };
        let text = |name: &str| {
            let path = folder.join(name);
            let text = fs::read_to_string(&path).map_err(|error| wrong(&path, &error))?;
            Ok::<&'static str, String>(text.leak())
        };
        let path = folder.join(TENSORS);
        let bytes: &'static [u8] = fs::read(&path).map_err(|error| wrong(&path, &error))?.leak();
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| wrong(&path, &error))?;
        Ok(Self { index: text(INDEX)?, programs: text(PROGRAMS)?, tensors })
    }

    /// The files that say the programs.
    pub fn files(&self) -> Files {
        Files { index: (INDEX, self.index), programs: (PROGRAMS, self.programs) }
    }

    /// A tensor by its name.
    pub fn tensor(&self, name: &str) -> Result<Tensor, Box<dyn Error>> {
        let view = self.tensors.tensor(name).map_err(|error| format!("{TENSORS}: {error}"))?;
        tensor_of(&view).map_err(|cause| format!("{TENSORS}: tensor `{name}`: {cause}").into())
    }
}
