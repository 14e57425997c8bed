//! Names that nothing needs any more are not imported any more.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{ItemUse, UseTree, Visibility};

/// The new text, without the imports that only the old text had a use for.
pub fn cleaned(old: &str, new: String) -> String {
    let Ok(file) = syn::parse_file(&new) else { return new };
    let mut imports = Imports(Vec::new());
    imports.visit_file(&file);
    let is_gone = |name: &str| uses(old, name) && !uses(&new, name);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for import in &imports.0 {
        if !matches!(import.vis, Visibility::Inherited) {
            continue;
        }
        match without(&import.tree, &is_gone, &new, &mut edits) {
            Left::Nothing => {
                let range = import.span().byte_range();
                let end = range.end + usize::from(new[range.end..].starts_with('\n'));
                edits.push((range.start..end, String::new()));
            }
            Left::Something => {}
        }
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = new;
    // The outermost one comes first where one is in another.
    let mut before = usize::MAX;
    for (range, with) in edits {
        if range.end <= before {
            text.replace_range(range.clone(), &with);
            before = range.start;
        }
    }
    text
}

struct Imports<'a>(Vec<&'a ItemUse>);

impl<'a> Visit<'a> for Imports<'a> {
    fn visit_item_use(&mut self, import: &'a ItemUse) {
        self.0.push(import);
    }
}

/// What is left of a tree.
#[derive(PartialEq)]
enum Left {
    Nothing,
    Something,
}

fn without(
    tree: &UseTree,
    is_gone: &dyn Fn(&str) -> bool,
    text: &str,
    edits: &mut Vec<(Range<usize>, String)>,
) -> Left {
    match tree {
        UseTree::Path(path) => without(&path.tree, is_gone, text, edits),
        UseTree::Name(name) if is_gone(&name.ident.to_string()) => Left::Nothing,
        UseTree::Group(group) => {
            let kept = group.items.iter().filter(|tree| without(tree, is_gone, text, edits) == Left::Something);
            let kept: Vec<_> = kept.map(|tree| &text[tree.span().byte_range()]).collect();
            if kept.is_empty() && !group.items.is_empty() {
                return Left::Nothing;
            }
            if kept.len() < group.items.len() {
                let kept = kept.join(", ");
                edits.push((
                    group.span().byte_range(),
                    if group.items.len() > 1 { format!("{{{kept}}}") } else { kept },
                ));
            }
            Left::Something
        }
        _ => Left::Something,
    }
}

/// Whether a name stands anywhere but in imports.
fn uses(text: &str, name: &str) -> bool {
    fn any(tokens: TokenStream, name: &str) -> bool {
        let mut imports = false;
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) if ident == "use" => {
                imports = true;
                false
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                imports = false;
                false
            }
            TokenTree::Group(group) => !imports && any(group.stream(), name),
            TokenTree::Ident(ident) => !imports && ident == name,
            _ => false,
        })
    }
    text.parse().is_ok_and(|tokens| any(tokens, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_longer_used_is_no_longer_imported() {
        for (old, new, expected) in [
            ("use c::{a, b};\na b", "use c::{a, b};\nfn a() {}", "use c::{a};\nfn a() {}"),
            ("use c::a;\na b", "use c::a;\nfn b() {}", "fn b() {}"),
            (
                "use c::{a, d::{b, e}};\na b e",
                "use c::{a, d::{b, e}};\nfn b() { e }",
                "use c::{d::{b, e}};\nfn b() { e }",
            ),
            ("use c::{d::{b}};\nb", "use c::{d::{b}};\nfn f() {}", "fn f() {}"),
            // Never used as far as shows: a trait, perhaps.
            ("use c::Trait;\na", "use c::Trait;\nfn b() {}", "use c::Trait;\nfn b() {}"),
            ("pub use c::a;\na", "pub use c::a;\nfn b() {}", "pub use c::a;\nfn b() {}"),
            ("use c::a as b;\nb", "use c::a as b;\nfn f() {}", "use c::a as b;\nfn f() {}"),
        ] {
            assert_eq!(cleaned(old, new.to_owned()), expected, "{old}");
        }
    }
}
