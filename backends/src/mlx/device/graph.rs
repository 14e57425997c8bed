//! The graph of what MLX has noted and not computed.

use std::ffi::{c_int, c_void};

use super::handle::tensor;
use crate::device::Resident;
use crate::error::KernelError;
use crate::mlx::error::Result;

// SAFETY: these are the C library's, as the standard declares them.
unsafe extern "C" {
    fn tmpfile() -> *mut mlx_sys::FILE;
    fn rewind(file: *mut mlx_sys::FILE);
    fn fread(to: *mut c_void, size: usize, count: usize, file: *mut mlx_sys::FILE) -> usize;
    fn fclose(file: *mut mlx_sys::FILE) -> c_int;
}

/// How many operations MLX has noted and not computed on the way to this tensor, and two more lines for what goes in and what
/// comes out: the lines of the graph that MLX prints. For tests that a decoder does not leave more behind with each token.
///
/// # Errors
/// When the tensor is in the memory of another device, or MLX cannot print its graph.
pub fn pending_operations(x: &Resident) -> Result<usize> {
    let function = "pending_operations";
    let array = tensor(function, x)?;
    let failed = |message: &str| KernelError::Backend { function, library: "MLX", message: message.to_owned() };
    let (mut lines, mut text) = (0, [0_u8; 4096]);
    // SAFETY: the file is open until it is closed at the end, the vector and the namer are valid until they are freed, and the
    // buffer is as long as the call says.
    unsafe {
        let file = tmpfile();
        if file.is_null() {
            return Err(failed("the C library cannot open a temporary file"));
        }
        let (namer, outputs) = (mlx_sys::mlx_node_namer_new(), mlx_sys::mlx_vector_array_new_value(array.as_ptr()));
        let status = mlx_sys::mlx_print_graph(file, namer, outputs);
        rewind(file);
        loop {
            match fread(text.as_mut_ptr().cast(), 1, text.len(), file) {
                0 => break,
                length => lines += text[..length].iter().filter(|byte| **byte == b'\n').count(),
            }
        }
        mlx_sys::mlx_vector_array_free(outputs);
        mlx_sys::mlx_node_namer_free(namer);
        fclose(file);
        if status != 0 {
            return Err(failed("the graph cannot be printed"));
        }
    }
    Ok(lines)
}
