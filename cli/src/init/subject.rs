//! What a suite tests, as it is named on the command line.

use syn::spanned::Spanned;
use syn::{Path, Type, TypeParamBound};

/// A type of the crate of the contract.
#[derive(Debug, PartialEq, Eq)]
pub struct Subject {
    /// What is imported: `kernels::Kernels`; nothing where the test has something else of that name.
    pub import: Option<String>,
    /// The type, where that is: `dyn Kernels<f32>`.
    pub written: String,
}

/// What the test imports besides.
const TAKEN: [&str; 4] = ["Action", "RUN", "Subject", "Unavailable"];

impl Subject {
    /// Reads a type; without a path, it is of this crate.
    ///
    /// # Errors
    /// When it is no type that has a path, or one of a crate that the test does not have.
    pub fn read(text: &str, of: &str, known: &[String]) -> Result<Self, String> {
        let parsed: Type = syn::parse_str(text).map_err(|error| format!("`{text}` is no type: {error}"))?;
        let Some(path) = path_of(&parsed) else {
            return Err(format!("`{text}` is not what a suite tests: `dyn Trait`, or a type with a path"));
        };
        let (Some(root), Some(last)) = (path.segments.first(), path.segments.last()) else {
            return Err(format!("`{text}` has no name"));
        };
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let root = root.ident.to_string();
        if names.len() > 1 && !known.contains(&root) {
            return Err(format!(
                "`{text}` is of the crate `{root}`: name it, `--contract {root}@version` (known: {})",
                known.join(", ")
            ));
        }
        let whole = if names.len() > 1 { names.join("::") } else { format!("{of}::{root}") };
        let is_free = names.last().is_some_and(|last| !TAKEN.contains(&last.as_str()));
        let range = path.span().byte_range();
        let arguments = &text[last.ident.span().byte_range().end..range.end];
        let name = if is_free { last.ident.to_string() } else { whole.clone() };
        let written = [&text[..range.start], &name, arguments, &text[range.end..]].concat();
        Ok(Self { import: is_free.then_some(whole), written })
    }
}

/// The path of a type, or of the trait that an object has.
fn path_of(parsed: &Type) -> Option<&Path> {
    match parsed {
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        }),
        Type::Paren(inner) => path_of(&inner.elem),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_of_a_crate_and_may_be_of_any_form() {
        let known = ["suite", "kernels"].map(str::to_owned);
        for (text, import, written) in [
            ("dyn Kernels", "suite::Kernels", "dyn Kernels"),
            ("dyn  kernels::host::Kernels", "kernels::host::Kernels", "dyn  Kernels"),
            ("dyn Kernels<f32>", "suite::Kernels", "dyn Kernels<f32>"),
            ("dyn kernels::Kernels<Item = kernels::Wide>", "kernels::Kernels", "dyn Kernels<Item = kernels::Wide>"),
            ("dyn Kernels + Send", "suite::Kernels", "dyn Kernels + Send"),
            ("dyn 'static + kernels::Kernels", "kernels::Kernels", "dyn 'static + Kernels"),
            ("dyn Subject<u8>", "", "dyn suite::Subject<u8>"),
            ("Größe", "suite::Größe", "Größe"),
            ("kernels::Engine<2>", "kernels::Engine", "Engine<2>"),
        ] {
            let import = Some(import).filter(|import| !import.is_empty()).map(str::to_owned);
            let subject = Subject { import, written: written.to_owned() };
            assert_eq!(Subject::read(text, "suite", &known), Ok(subject), "{text}");
        }
        for (text, error) in [
            ("dyn", "`dyn` is no type: "),
            ("dyn 'static", "`dyn 'static` is no type: "),
            ("&Kernels", "`&Kernels` is not what a suite tests: "),
            ("<A as B>::C", "`<A as B>::C` is not what a suite tests: "),
            ("dyn other::Kernels", "`dyn other::Kernels` is of the crate `other`: name it, "),
        ] {
            let found = Subject::read(text, "suite", &known).unwrap_err();
            assert!(found.starts_with(error), "{text}: {found}");
        }
    }
}
