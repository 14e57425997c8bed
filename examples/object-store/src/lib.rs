//! The checks that `object_store` publishes, run on its own backends and on those of Apache OpenDAL.

#![forbid(unsafe_code)]

mod backends;
pub mod checks;
mod exclusions;

use std::ops::Deref;

use crosscheck::Subject;
use object_store::ObjectStore;
use tempfile::TempDir;

/// The contract: `dyn ObjectStore` is another crate's, so that a type around it is the subject.
pub struct Store {
    store: Box<dyn ObjectStore>,
    /// What holds the objects of a file system, and is deleted behind the cell.
    _folder: Option<TempDir>,
}

impl Deref for Store {
    type Target = dyn ObjectStore;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

/// What a store may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Attributes beside the content, such as its type.
    Attributes,
    /// Copies and renames.
    Copies,
    /// Copies that never overwrite.
    CopiesIfNotExists,
    /// A tag that changes with the content, for conditional reads.
    ETags,
    /// Folders that are no objects.
    Folders,
    /// Uploads in parts.
    Multipart,
    /// Objects that are replaced only while they are what they were.
    Updates,
}

impl Subject for Store {
    type Feature = Feature;
    const BASELINE: &'static str = "in_memory";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["in_memory", "local", "opendal_fs", "opendal_memory"]);

    /// A runtime for each cell: its tasks end with it.
    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(future)
    }
}
