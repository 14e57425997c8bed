//! Has the Rust declarations of mlx-c written by a process of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::compiler::Compiler;
use crate::error::{Doing, MlxError};
use crate::platform::Target;
use crate::sources::MlxC;
use crate::{process, shims, wheel};

/// Which libclang read the headers.
pub enum Libclang {
    /// One that was on the machine.
    Installed,
    /// The pinned wheel's.
    Downloaded,
}

/// Writes `out`, which fits what mlx-rs hands over on this processor, by the program that takes a `Request`.
pub fn write(
    program: fn() -> Command,
    compiler: &Compiler,
    mlx_c: &MlxC,
    work: &Path,
    out: &Path,
) -> Result<Libclang, MlxError> {
    let libclang = generate(program, compiler, mlx_c, work, out)?;
    let text = fs::read_to_string(out).doing(|| format!("reading {}", out.display()))?;
    let text = mend(&text).ok_or_else(|| MlxError::Layout {
        folder: out.to_owned(),
        missing: "`mlx_pad` has no parameter `mode` of type `*const c_char`".to_owned(),
    })?;
    fs::write(out, text).doing(|| format!("writing {}", out.display()))?;
    Ok(libclang)
}

/// Declares the text that `mlx_pad` takes as `*const i8`; none where there is no such declaration.
///
/// C's `char` has no sign on Arm outside Apple's systems, so that `c_char` is `u8` there. mlx-rs 0.33.0 hands over all text as
/// `*const c_char`, by the types of `CStr`, `CString` and its own variables, but for the mode of `pad`: `PadMode::as_c_str` returns
/// `*const i8` by name. It is the only function with such a type, so this is the only declaration that is changed; where `c_char`
/// is `i8` the change is none.
fn mend(bindings: &str) -> Option<String> {
    let (before, rest) = bindings.split_once("pub fn mlx_pad")?;
    // Another function's name may begin in the same way.
    let rest = Some(rest).filter(|rest| rest.trim_start().starts_with('('))?;
    let (declaration, after) = rest.split_once(';')?;
    let (first, mode) = declaration.split_once("mode")?;
    let (declared, last) = mode.split_once(',')?;
    // Spaces are where rustfmt puts them, or where it would remove them if this machine has none.
    let declared: String = declared.split_whitespace().collect();
    let is_text = declared.starts_with(":*const") && declared.ends_with("::c_char");
    is_text.then(|| format!("{before}pub fn mlx_pad{first}mode: *const i8,{last};{after}"))
}

/// Has `out` written with the machine's libclang if it has one that works, else with a downloaded one.
fn generate(
    program: fn() -> Command,
    compiler: &Compiler,
    mlx_c: &MlxC,
    work: &Path,
    out: &Path,
) -> Result<Libclang, MlxError> {
    let installed = run(request(program(), compiler, mlx_c, out), work);
    let Err(installed_error) = installed else {
        return Ok(Libclang::Installed);
    };
    if std::env::var_os("LIBCLANG_PATH").is_some() {
        // The user chose one: what is wrong with it should not be glossed over.
        return Err(installed_error);
    }
    // The program that loads it may be built for another machine than this one, which then is emulated.
    wheel::libclang(Target::of_rustc().unwrap_or(compiler.target())).fetch(work, &work.join("clang"))?;
    let native = work.join(format!("clang/libclang-{}.data/platlib/clang/native", wheel::LIBCLANG_VERSION));
    let mut command = request(program(), compiler, mlx_c, out);
    command.env("LIBCLANG_PATH", native);
    if let Some(folder) = compiler.c_headers() {
        command.arg("--c-headers").arg(folder);
    }
    run(command, work)?;
    Ok(Libclang::Downloaded)
}

fn request(mut command: Command, compiler: &Compiler, mlx_c: &MlxC, out: &Path) -> Command {
    command
        .arg("--root")
        .arg(&mlx_c.root)
        .arg("--out")
        .arg(out)
        .arg(compiler.shim(&shims::BINDINGS_PROLOGUE))
        .args(&mlx_c.headers)
        .env("RUST_BACKTRACE", "0");
    command
}

fn run(mut command: Command, work: &Path) -> Result<(), MlxError> {
    process::run(&mut command, "writing the bindings of mlx-c", work, "run the set-up by Cargo").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_of_pad_is_of_the_type_that_mlx_rs_hands_over() {
        let other = "    pub fn mlx_norm(ord: *const ::std::os::raw::c_char, mode: *const ::std::os::raw::c_char);\n";
        let pad = |mode: &str| {
            format!(
                "{other}    pub fn mlx_pad(\n        a: mlx_array,\n        mode: {mode},\n        s: mlx_stream,\n    );\n{other}"
            )
        };
        assert_eq!(mend(&pad("*const ::std::os::raw::c_char")), Some(pad("*const i8")));
    }

    #[test]
    fn bindings_without_line_breaks_are_mended_too() {
        let generated = "pub fn mlx_pad (a : mlx_array , mode : * const :: std :: os :: raw :: c_char , s : mlx_stream) ; pub fn b () ;";
        let mended = "pub fn mlx_pad (a : mlx_array , mode: *const i8, s : mlx_stream) ; pub fn b () ;";
        assert_eq!(mend(generated).as_deref(), Some(mended));
    }

    #[test]
    fn a_declaration_that_is_not_as_expected_is_not_passed_over() {
        assert_eq!(mend(""), None);
        assert_eq!(mend("pub fn mlx_pad_symmetric(mode: *const c_char, s: mlx_stream);"), None);
        assert_eq!(mend("pub fn mlx_pad(a: mlx_array, s: mlx_stream); pub fn b(mode: *const ::c_char, s: i32);"), None);
        assert_eq!(mend("pub fn mlx_pad(mode: mlx_pad_mode, s: mlx_stream);"), None);
        assert_eq!(mend("pub fn mlx_pad(mode: *mut ::std::os::raw::c_char, s: mlx_stream);"), None);
    }
}
