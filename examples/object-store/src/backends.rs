use crosscheck::{Unavailable, backend};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store_opendal::OpendalStore;
use opendal::{Operator, services};
use tempfile::TempDir;

use crate::Store;

#[backend(name = "in_memory", fresh)]
fn in_memory() -> Result<Box<Store>, Unavailable> {
    Ok(Box::new(Store { store: Box::new(InMemory::new()), _folder: None }))
}

#[backend(name = "local", fresh)]
fn local() -> Result<Box<Store>, Unavailable> {
    let folder = TempDir::new().expect("a folder");
    let store = LocalFileSystem::new_with_prefix(folder.path()).expect("the folder is there");
    Ok(Box::new(Store { store: Box::new(store), _folder: Some(folder) }))
}

#[backend(name = "opendal_memory", fresh)]
fn opendal_memory() -> Result<Box<Store>, Unavailable> {
    let operator = Operator::new(services::Memory::default()).expect("it has nothing to open");
    Ok(Box::new(Store { store: Box::new(OpendalStore::new(operator)), _folder: None }))
}

#[backend(name = "opendal_fs", fresh)]
fn opendal_fs() -> Result<Box<Store>, Unavailable> {
    let folder = TempDir::new().expect("a folder");
    let operator =
        Operator::new(services::Fs::default().root(&folder.path().to_string_lossy())).expect("the folder is there");
    Ok(Box::new(Store { store: Box::new(OpendalStore::new(operator)), _folder: Some(folder) }))
}
