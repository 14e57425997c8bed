//! The library behind the backend.

use std::ffi::CStr;

/// `MLX 0.32.2`; `None` where the library does not say it.
pub(super) fn version() -> Option<String> {
    // SAFETY: the string is made here, filled, read while it is valid, and freed once.
    let number = unsafe {
        let mut string = mlx_sys::mlx_string_new();
        let status = mlx_sys::mlx_version(&mut string);
        let data = mlx_sys::mlx_string_data(string);
        let number = (status == 0 && !data.is_null()).then(|| CStr::from_ptr(data).to_string_lossy().into_owned());
        mlx_sys::mlx_string_free(string);
        number
    };
    number.filter(|number| !number.is_empty()).map(|number| format!("MLX {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_says_its_version() {
        let version = version().unwrap();
        let number = version.strip_prefix("MLX ").unwrap();
        let parts: Vec<_> = number.split('.').collect();
        assert!(parts.len() >= 3 && parts[..2].iter().all(|part| part.parse::<u32>().is_ok()), "{version}");
    }
}
