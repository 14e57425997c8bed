//! Why a device cannot be opened here.

use std::env::consts::{ARCH, OS};

use super::MlxDevice;

/// None where it can.
pub(super) fn reason(device: MlxDevice) -> Option<String> {
    match device {
        MlxDevice::Metal if !cfg!(target_os = "macos") => {
            Some(format!("Metal exists on Apple silicon only, and this is {OS} on {ARCH}"))
        }
        MlxDevice::Cuda if !cfg!(target_os = "linux") => {
            Some(format!("MLX computes on NVIDIA's GPUs under Linux only, and this is {OS} on {ARCH}"))
        }
        device if available(device) => None,
        MlxDevice::Cpu => Some("this build of MLX has no CPU device".to_owned()),
        MlxDevice::Metal => Some("MLX finds no Metal device on this machine".to_owned()),
        MlxDevice::Cuda => Some(without_cuda()),
    }
}

/// Whether MLX has the device. mlx-rs does not ask before it uses one, and panics.
fn available(device: MlxDevice) -> bool {
    // A guarded call makes mlx-rs install its error handler; mlx-c's own would end the process.
    if mlx_rs::Device::try_default().is_err() {
        return false;
    }
    let kind = match device {
        MlxDevice::Cpu => mlx_sys::mlx_device_type__MLX_CPU,
        MlxDevice::Metal | MlxDevice::Cuda => mlx_sys::mlx_device_type__MLX_GPU,
    };
    let mut available = false;
    // SAFETY: the handle is made here, used while it is valid, and freed once; `available` outlives the call.
    let status = unsafe {
        let handle = mlx_sys::mlx_device_new_type(kind, 0);
        let status = mlx_sys::mlx_device_is_available(&mut available, handle);
        mlx_sys::mlx_device_free(handle);
        status
    };
    status == 0 && available
}

/// What the library that is linked says about CUDA. It can say something only where MLX was set up with `--cuda`.
#[cfg(target_os = "linux")]
fn without_cuda() -> String {
    use std::ffi::{CStr, c_char, c_void};

    unsafe extern "C" {
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    }
    // SAFETY: the handle for all that is loaded is null on Linux, and the name ends with a zero.
    let function = unsafe { dlsym(std::ptr::null_mut(), c"crosscheck_mlx_without_cuda".as_ptr()) };
    if function.is_null() {
        return "this is MLX's build for processors; the set-up of MLX takes the one for NVIDIA's GPUs with `--cuda`"
            .to_owned();
    }
    // SAFETY: only our loader defines this name, as a function without arguments whose result is null or a string that stays.
    let reason = unsafe {
        let function: unsafe extern "C" fn() -> *const c_char = std::mem::transmute(function);
        let reason = function();
        (!reason.is_null()).then(|| CStr::from_ptr(reason).to_string_lossy().into_owned())
    };
    reason.unwrap_or_else(|| "MLX finds no NVIDIA GPU on this machine".to_owned())
}

/// Asked on Linux only.
#[cfg(not(target_os = "linux"))]
fn without_cuda() -> String {
    "MLX finds no NVIDIA GPU on this machine".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_there_and_a_gpu_is_or_says_why_not() {
        assert_eq!(reason(MlxDevice::Cpu), None);
        for (device, name, os) in [(MlxDevice::Metal, "Metal", "macos"), (MlxDevice::Cuda, "NVIDIA", "linux")] {
            match reason(device) {
                None => assert_eq!(OS, os),
                Some(reason) => assert!(reason.contains(name), "{reason}"),
            }
        }
    }
}
