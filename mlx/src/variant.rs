//! Which of MLX's builds for a machine.

use crate::error::MlxError;
use crate::platform::{Arch, Platform, Target};

/// One of the builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// For processors, and on Apple silicon for Metal.
    Usual,
    /// For processors and NVIDIA's GPUs.
    Cuda,
}

impl Variant {
    /// The build for CUDA, where there is one for this machine.
    pub fn cuda(platform: Platform) -> Result<(Self, Target), MlxError> {
        let target = match platform {
            Platform::Here(target @ Target::Linux(Arch::X86_64)) => return Ok((Self::Cuda, target)),
            Platform::Here(target) => target.triple(),
            Platform::MlxRs => "this system",
        };
        Err(MlxError::NoCuda { target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuda_is_set_up_where_there_is_a_recipe() {
        let linux = Target::Linux(Arch::X86_64);
        assert_eq!(Variant::cuda(Platform::Here(linux)).unwrap(), (Variant::Cuda, linux));
        let refused = |platform| Variant::cuda(platform).unwrap_err().to_string();
        assert_eq!(
            refused(Platform::Here(Target::AppleSilicon)),
            "`--cuda` is for Linux on x86-64: there is no recipe for aarch64-apple-darwin"
        );
        assert!(refused(Platform::Here(Target::Linux(Arch::Aarch64))).ends_with("for aarch64-unknown-linux-gnu"));
        assert!(refused(Platform::MlxRs).ends_with("for this system"));
    }
}
