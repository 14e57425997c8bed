//! The Rust declarations of mlx-c, as mlx-sys's own build script would generate them.
//!
//! The set-up starts a process for this: bindgen panics where it finds no libclang, and it can be told of one only through an
//! environment variable.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;

/// What to declare.
#[derive(Debug, Args)]
pub struct Request {
    /// The folder that `#include "mlx/c/…"` starts from
    #[arg(long)]
    root: PathBuf,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
    /// A folder of system headers, for a libclang that came without its own
    #[arg(long)]
    c_headers: Option<PathBuf>,
    /// The headers to declare, in order
    headers: Vec<PathBuf>,
}

/// Writes the declarations. The settings are those of mlx-sys's `src/bindgen_config.rs`.
///
/// # Errors
/// What bindgen says, or why the file cannot be written.
pub fn generate(request: &Request) -> Result<(), Box<dyn Error>> {
    let bindings = bindgen::Builder::default()
        .rust_target("1.73.0".parse()?)
        .clang_arg(format!("-I{}", request.root.display()))
        .clang_args(request.c_headers.iter().map(|folder| format!("-isystem{}", folder.display())))
        .blocklist_function("malloc")
        .blocklist_function("realloc")
        .headers(request.headers.iter().map(|header| header.to_string_lossy()))
        .generate()?;
    Ok(bindings.write_to_file(&request.out)?)
}
