//! What rust-analyzer sees instead of what rustc sees: the "Run" lens above a test, and paths in place of strings.

use std::path::Path;

use syn::{ItemFn, parse_quote};

/// The function as the program that expands it should see it.
///
/// rust-analyzer offers to run what carries `#[test]`, by the path of the function and `--exact`, which the test executable
/// takes for all cells of that test. rustc must not see the attribute: a check has parameters. `cfg(rust_analyzer)` would
/// tell them apart, but rustc warns of it as an unexpected condition, and where a macro puts it on the user's function no
/// `#[allow]` of the macro's reaches it.
pub fn with_lens(function: ItemFn) -> ItemFn {
    if in_rust_analyzer() { as_test(function) } else { function }
}

/// Whether the expansion is for rust-analyzer's eyes.
///
/// It follows paths, and a string is not a path: for it alone, a marker is also an associated constant that the string
/// names, so that "go to definition" works from inside of the string.
pub fn in_rust_analyzer() -> bool {
    is_rust_analyzer(&std::env::current_exe().unwrap_or_default())
}

/// Whether this is the server in which rust-analyzer expands macros: a program of its own beside rustc, or rust-analyzer.
fn is_rust_analyzer(program: &Path) -> bool {
    program.file_stem().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("rust-analyzer"))
}

fn as_test(mut function: ItemFn) -> ItemFn {
    // Without `cfg(test)`, which can be switched off there, rust-analyzer takes a `#[test]` function away.
    function.attrs.push(parse_quote!(#[cfg_attr(test, test)]));
    function
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::{ToTokens, quote};

    use super::*;
    use crate::check::{Flavour, expand};

    fn check() -> ItemFn {
        parse_quote! {
            /// Documentation.
            pub fn check(store: &dyn Store, n: u32) -> Result<(), String> {
                Ok(())
            }
        }
    }

    #[test]
    fn rustc_sees_the_function_as_it_is_written() {
        assert_eq!(with_lens(check()).into_token_stream().to_string(), check().into_token_stream().to_string());
    }

    #[test]
    fn rust_analyzer_sees_a_test_and_nothing_else_is_changed() {
        let mut seen = as_test(check());
        let lens = seen.attrs.pop().map(|attribute| attribute.into_token_stream().to_string());
        assert_eq!(lens.as_deref(), Some("# [cfg_attr (test , test)]"));
        assert_eq!(seen.into_token_stream().to_string(), check().into_token_stream().to_string());
    }

    #[test]
    fn rust_analyzer_is_known_by_the_name_of_the_program() {
        let libexec = "/home/me/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/libexec";
        for program in ["rust-analyzer-proc-macro-srv", "rust-analyzer", "rust-analyzer.exe", "rust-analyzer-x86_64"] {
            assert!(is_rust_analyzer(&Path::new(libexec).join(program)), "{program}");
        }
        for program in ["rustc", "clippy-driver", "rustdoc", "rust-analyzer/rustc", ""] {
            assert!(!is_rust_analyzer(&Path::new("/usr/bin").join(program)), "{program}");
        }
    }

    #[test]
    fn the_name_of_a_test_is_the_one_that_rust_analyzer_asks_for() {
        let function = quote!(
            fn r#match(store: &dyn Store) {
                assert!(store.is_empty());
            }
        );
        let expansion = expand(TokenStream::new(), function, Flavour::Check).to_string();
        assert!(expansion.contains(r##"NewTest :: new ("r#match" ,"##), "{expansion}");
    }
}
