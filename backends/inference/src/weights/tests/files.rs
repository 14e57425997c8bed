//! Files and folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::message;
use super::write::{Gguf, Safetensors};
use crate::weights::{Parameter, Weights};

/// A folder that is deleted in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("crosscheck-weights-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// What an error says of a file in it.
    fn message(&self, path: &Path) -> String {
        message(Weights::open(path)).replace(&self.0.display().to_string(), "FOLDER")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in a folder for what is left.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_model_is_a_folder_or_a_file() {
    let folder = Folder::new();
    let file = Safetensors::tiny("F16", true);
    folder.write("config.json", file.config());
    let weights = folder.write("model.safetensors", file.bytes());
    let other = folder.write("other.safetensors", file.bytes());
    // By what is in it, not by its name.
    let gguf = folder.write("tiny.bin", Gguf::tiny("Q4_0").bytes());
    for (path, tied) in [(&folder.0, false), (&weights, false), (&other, false), (&gguf, true)] {
        let weights = Weights::open(path).unwrap();
        assert_eq!(weights.config().tied, tied);
        weights.vector(Parameter::Norm).unwrap();
        weights.matrix(Parameter::Embedding).unwrap();
    }
}

#[test]
fn what_is_no_model_is_refused_by_name() {
    let folder = Folder::new();
    let missing = |message: String| message.split(" (os error").next().unwrap().to_owned();
    assert_eq!(
        missing(folder.message(&folder.0.join("none.gguf"))),
        "FOLDER/none.gguf cannot be read: No such file or directory"
    );
    assert_eq!(
        missing(folder.message(&folder.0)),
        "FOLDER/model.safetensors cannot be read: No such file or directory"
    );
    folder.write("model.safetensors.index.json", "{}");
    assert_eq!(
        folder.message(&folder.0),
        "FOLDER holds a model in several files, which is not supported: join them into one"
    );
    let file = Safetensors::tiny("F16", true);
    let weights = folder.write("model.safetensors", file.bytes());
    assert_eq!(missing(folder.message(&weights)), "FOLDER/config.json cannot be read: No such file or directory");
    let config = folder.write("config.json", file.config());
    assert_eq!(
        folder.message(&config),
        "FOLDER/config.json is not a model: give a GGUF file, a `.safetensors` file with `config.json` beside it, or a \
         folder with `config.json` and `model.safetensors`"
    );
    assert!(folder.message(&folder.write("empty", "")).contains("FOLDER/empty is not a model: "));
    assert_eq!(
        folder.message(&folder.write("empty.safetensors", "")),
        "FOLDER/empty.safetensors: the header ends at byte 8, and the file has 0 bytes: it may have been cut off, or it \
         is not a safetensors file"
    );
    fs::create_dir(folder.0.join("folder.safetensors")).unwrap();
    let inner = folder.0.join("folder.safetensors");
    fs::create_dir(inner.join("model.safetensors")).unwrap();
    assert!(folder.message(&inner).contains("FOLDER/folder.safetensors/model.safetensors is not a model: "));
    assert_eq!(
        folder.message(&folder.write("cut.gguf", "GGUF\u{3}\0")),
        "FOLDER/cut.gguf: the version at byte 4 takes 4 bytes, and 2 are left: the file may have been cut off"
    );
    folder.write("config.json", "[]");
    assert_eq!(
        folder.message(&weights),
        "FOLDER/config.json: it must be a JSON object: invalid type: sequence, expected an object with the sizes of a \
         model at line 1 column 0"
    );
}
