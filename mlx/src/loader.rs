//! The library that stands in for mlx-c where MLX is built for CUDA: it takes that build where it can be loaded, and the usual one
//! elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compiler::Compiler;
use crate::error::{Doing, MlxError};
use crate::{mlxc, shims};

/// mlx-c for the build for CUDA, beside the loader.
pub const CUDA_LIBRARY: &str = "libmlxc-cuda.so";
/// NVIDIA's driver, as programs know it.
pub const CUDA_DRIVER: &str = "libcuda.so.1";

/// What the loader chooses by.
pub struct Loader<'a> {
    /// Without it, the build for CUDA is not looked at.
    pub driver: &'a str,
    /// The folder of the usual build.
    pub usual: PathBuf,
}

impl Loader<'_> {
    /// Compiles it into `staging`, to be moved to `folder`.
    pub fn build(&self, compiler: &Compiler, bindings: &Path, staging: &Path, folder: &Path) -> Result<(), MlxError> {
        let library = mlxc::library(compiler.target());
        let text = fs::read_to_string(bindings).doing(|| format!("reading {}", bindings.display()))?;
        compiler.write("functions.h", &functions(&text))?;
        let source = compiler.write(shims::LOADER.name, &self.source(&self.usual.join(&library))?)?;
        compiler.shared_library(&[source], &folder.join(&library), &[], &staging.join(&library))
    }

    fn source(&self, usual: &Path) -> Result<String, MlxError> {
        let usual = usual.to_str().ok_or_else(|| MlxError::PathNotUtf8(usual.to_owned()))?;
        let names = [("CUDA_DRIVER", self.driver), ("CUDA_LIBRARY", CUDA_LIBRARY), ("PROCESSOR_LIBRARY", usual)];
        let defined = names.map(|(name, text)| format!("#define {name} {}\n", quoted(text)));
        Ok(defined.concat() + shims::LOADER.text)
    }
}

/// A line for each function.
fn functions(bindings: &str) -> String {
    mlxc::functions(bindings).iter().map(|name| format!("FUNCTION({name})\n")).collect()
}

/// A C string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(all(test, target_os = "linux", target_arch = "x86_64"))]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::compiler::to_linker;
    use crate::platform::{Arch, Target};
    use crate::process;

    /// What a driver has.
    const ONE_GPU: &str = "int cuInit(unsigned) { return 0; } int cuDeviceGetCount(int* n) { *n = 1; return 0; }";
    /// The sum of the library for CUDA.
    const CUDA_ADD: &str = "int mlx_add(int a, int b) { return 1000 + a + b; }";

    /// What MLX reads once.
    const TF32: &str = "MLX_ENABLE_TF32";

    /// A program that calls two functions by a loader.
    struct Program {
        base: PathBuf,
        compiler: Compiler,
    }

    impl Program {
        /// With a library for processors, and a driver that is missing.
        fn new(test: &str) -> Self {
            let base = std::env::temp_dir().join(format!("crosscheck-mlx-loader-{test}-{}", std::process::id()));
            for folder in ["work", "us\"ual", "folder"] {
                fs::create_dir_all(base.join(folder)).unwrap();
            }
            let program =
                Self { compiler: Compiler::find(Target::Linux(Arch::X86_64), &base.join("work")).unwrap(), base };
            program.library("us\"ual/libmlxc.so", "int mlx_add(int a, int b) { return a + b; }");
            let bindings = program.base.join("bindings.rs");
            fs::write(&bindings, "pub fn mlx_add(a: i32); pub fn mlx_sub(a: f64);").unwrap();
            let driver = program.base.join("driver.so");
            let loader = Loader { driver: driver.to_str().unwrap(), usual: program.base.join("us\"ual") };
            let folder = program.base.join("folder");
            loader.build(&program.compiler, &bindings, &folder, &folder).unwrap();
            program
        }

        /// One of the libraries, whose sum is of this kind.
        fn library(&self, path: &str, add: &str) {
            let source = format!(
                "#include <cstdlib>\nextern \"C\" {{\n{add}\ndouble mlx_sub(double a, double b) {{ return a - b; }}\n\
                 long mach_approximate_time() {{ return 7; }}\n}}\n"
            );
            let source = self.compiler.write("library.cpp", &source).unwrap();
            self.compiler.shared_library(&[source], Path::new("known"), &[], &self.base.join(path)).unwrap();
        }

        /// Its status and what it prints.
        fn run(&self) -> (Option<i32>, String) {
            self.run_with(None)
        }

        /// The same, where MLX's variable has a value.
        fn run_with(&self, tf32: Option<&str>) -> (Option<i32>, String) {
            let main = "#include <cstdio>\n\
                        extern \"C\" { int mlx_add(int, int); double mlx_sub(double, double); const char* crosscheck_mlx_without_cuda(); }\n\
                        int main() {\n\
                        const char* reason = crosscheck_mlx_without_cuda();\n\
                        std::printf(\"%d %g %s\", mlx_add(2, 3), mlx_sub(2.5, 1), reason ? reason : \"CUDA\");\n}\n";
            let main = self.compiler.write("main.cpp", main).unwrap();
            let mut flags = to_linker(&["--no-as-needed"]);
            flags.push(self.base.join("folder/libmlxc.so").into());
            let program = self.compiler.program(&main, &flags).unwrap();
            let mut program = Command::new(program);
            program.env_remove(TF32).envs(tf32.map(|value| (TF32, value)));
            let output = process::output(&mut program).unwrap();
            let printed = [output.stdout, output.stderr].concat();
            (output.status.code(), String::from_utf8(printed).unwrap())
        }
    }

    impl Drop for Program {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.base);
        }
    }

    #[test]
    fn without_a_driver_the_library_for_processors_is_called() {
        let program = Program::new("processors");
        program.library("folder/libmlxc-cuda.so", CUDA_ADD);
        let (status, printed) = program.run();
        assert_eq!(status, Some(0));
        assert!(printed.starts_with("5 1.5 there is no NVIDIA driver on this machine: "), "{printed}");
        assert!(printed.contains("driver.so: cannot open shared object file"), "{printed}");
    }

    #[test]
    fn with_a_driver_the_library_for_cuda_is_called() {
        let program = Program::new("cuda");
        program.library("driver.so", ONE_GPU);
        program.library("folder/libmlxc-cuda.so", CUDA_ADD);
        assert_eq!(program.run(), (Some(0), "1005 1.5 CUDA".to_owned()));
    }

    #[test]
    fn products_of_floats_have_their_digits_unless_somebody_wants_less() {
        let program = Program::new("digits");
        program.library("driver.so", ONE_GPU);
        let variable = format!("int mlx_add(int, int) {{ const char* is = getenv(\"{TF32}\"); return is ? *is : 0; }}");
        program.library("folder/libmlxc-cuda.so", &variable);
        let read = |value: char| (Some(0), format!("{} 1.5 CUDA", u32::from(value)));
        assert_eq!(program.run(), read('0'));
        assert_eq!(program.run_with(Some("1")), read('1'));
    }

    #[test]
    fn beside_a_driver_without_a_gpu_the_library_for_processors_is_called() {
        let program = Program::new("none");
        program.library("folder/libmlxc-cuda.so", CUDA_ADD);
        let drivers = [
            (
                "int cuInit(unsigned) { return 100; } int cuDeviceGetCount(int*) { return 3; }",
                "finds no GPU: its error 100",
            ),
            (
                "int cuInit(unsigned) { return 0; } int cuDeviceGetCount(int*) { return 3; }",
                "finds no GPU: its error 3",
            ),
            ("int cuInit(unsigned) { return 0; } int cuDeviceGetCount(int* n) { *n = 0; return 0; }", "finds no GPU"),
        ];
        for (driver, reason) in drivers {
            program.library("driver.so", driver);
            let expected = format!("5 1.5 the NVIDIA driver of this machine {reason}");
            assert_eq!(program.run(), (Some(0), expected));
        }
        program.library("driver.so", "int cuInit(unsigned) { return 0; }");
        let (status, printed) = program.run();
        assert_eq!(status, Some(0));
        assert!(printed.starts_with("5 1.5 the NVIDIA driver of this machine is none: "), "{printed}");
        assert!(printed.ends_with("undefined symbol: cuDeviceGetCount"), "{printed}");
    }

    #[test]
    fn beside_a_driver_a_library_for_cuda_that_cannot_be_loaded_is_left_alone() {
        let program = Program::new("broken");
        program.library("driver.so", ONE_GPU);
        let (status, printed) = program.run();
        assert_eq!(status, Some(0));
        assert!(printed.starts_with("5 1.5 NVIDIA's libraries cannot be loaded: "), "{printed}");
        assert!(
            printed.contains("libmlxc-cuda.so") && printed.ends_with("; set MLX up with `--cuda --again`"),
            "{printed}"
        );
    }

    #[test]
    fn without_a_library_or_one_of_its_functions_the_program_says_so_and_ends() {
        let program = Program::new("ends");
        program.library("us\"ual/libmlxc.so", "");
        let (status, printed) = program.run();
        assert_eq!(status, Some(127), "{printed}");
        assert!(printed.starts_with("MLX cannot be loaded: ") && printed.contains("mlx_add"), "{printed}");
        fs::remove_file(program.base.join("us\"ual/libmlxc.so")).unwrap();
        let (status, printed) = program.run();
        assert_eq!(status, Some(127), "{printed}");
        assert!(printed.starts_with("MLX cannot be loaded: ") && printed.contains("us\"ual/libmlxc.so"), "{printed}");
    }
}
