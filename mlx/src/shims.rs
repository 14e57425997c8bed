//! The C and C++ files of ours that make mlx-c compile on Linux, and run as fast as it can. Each says itself what it is for.

/// A source file.
pub struct Shim {
    /// Its file name.
    pub name: &'static str,
    /// Its content.
    pub text: &'static str,
}

/// Supplies `std::format` where the compiler lacks it.
pub const FORMAT: Shim = Shim::new("format.h", include_str!("shims/format.h"));
/// Supplies the half-precision types off Arm.
pub const HALF: Shim = Shim::new("half.h", include_str!("shims/half.h"));
/// Supplies the clock of macOS that mlx-rs reads.
pub const MACH_TIME: Shim = Shim::new("mach_time.cpp", include_str!("shims/mach_time.cpp"));
/// Makes products of one row or one column quick.
pub const GEMV: Shim = Shim::new("gemv.cpp", include_str!("shims/gemv.cpp"));
/// Goes before mlx-c's headers when their bindings are made.
pub const BINDINGS_PROLOGUE: Shim = Shim::new("bindings_prologue.h", include_str!("shims/bindings_prologue.h"));
/// A program that tries the library.
pub const CHECK: Shim = Shim::new("check.cpp", include_str!("shims/check.cpp"));

/// Takes the build for CUDA where it can be loaded.
pub const LOADER: Shim = Shim::new("loader.cpp", include_str!("shims/loader.cpp"));
/// A program that tries whether a library can be loaded.
pub const TRY_LOAD: Shim = Shim::new("try_load.cpp", include_str!("shims/try_load.cpp"));

/// All that the usual build needs.
pub const ALL: [Shim; 6] = [FORMAT, HALF, MACH_TIME, GEMV, BINDINGS_PROLOGUE, CHECK];

/// What the build for CUDA needs besides.
pub const CUDA: [Shim; 2] = [LOADER, TRY_LOAD];

impl Shim {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }
}
