//! A source file as the rows that are written in it.

use std::ops::Range;

use crosscheck::internals::SourceRecord;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Item, ItemConst, ItemFn, Macro, Meta, UseTree};

use super::hash::hash;

/// A file, in lines that end in `\n`.
pub struct Source {
    /// What is changed.
    pub text: String,
    /// The rows in it.
    pub rows: Vec<Written>,
    /// The other items that may stand beside rows: backends, by their names' lines.
    pub backends: Vec<Place>,
    /// What modules import, the innermost one last.
    modules: Vec<Module>,
    /// Where macros are written or called.
    macros: Vec<(String, Range<usize>)>,
}

/// An item with `#[exclusions]`.
pub struct Written {
    /// The arguments of the attribute.
    pub args: Args,
    /// The item.
    pub item: WrittenItem,
    /// Where it stands.
    pub place: Place,
    hash: u64,
}

/// What rows are written as.
pub enum WrittenItem {
    /// A matrix function.
    Matrix(Box<ItemFn>),
    /// A row that stands apart.
    Row(Box<ItemConst>),
}

/// Where an item stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// All of it, its attributes and comments included, in bytes.
    pub range: Range<usize>,
    /// Its lines, without attributes, from 1.
    pub lines: Range<usize>,
    /// The path of the crate in its attribute: `crosscheck`.
    pub krate: String,
}

/// The arguments of `#[exclusions]`.
pub struct Args {
    /// What stands between the parentheses.
    pub range: Range<usize>,
    /// Each, with what stands between its commas; the first one is the backend.
    pub each: Vec<Range<usize>>,
    /// The backend.
    pub backend: String,
}

/// A module in the file; the file itself is the first one.
struct Module {
    range: Range<usize>,
    names: Vec<(String, String)>,
}

/// Where a recorded row is in a file.
pub enum Found<'a> {
    /// Here.
    Here(&'a Written),
    /// Not, for this reason.
    Not(String),
}

impl Source {
    /// Reads Rust.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> syn::Result<Self> {
        let file = syn::parse_file(text)?;
        let whole = Module { range: 0..text.len(), names: Vec::new() };
        let mut source = Self {
            text: text.to_owned(),
            rows: Vec::new(),
            backends: Vec::new(),
            modules: vec![whole],
            macros: Vec::new(),
        };
        Reader { source: &mut source, within: vec![0] }.visit_file(&file);
        Ok(source)
    }

    /// Finds the item that a row was written in.
    pub fn find(&self, backend: &str, recorded: &SourceRecord, shown: &str) -> Found<'_> {
        let (first, last) = (recorded.lines.0 as usize, recorded.lines.1 as usize);
        let same = |it: &&Written| it.args.backend == backend && format!("{:016x}", it.hash) == recorded.hash;
        let nearest = self.rows.iter().filter(same).min_by_key(|it| it.place.lines.start.abs_diff(first));
        if let Some(found) = nearest {
            return Found::Here(found);
        }
        let around = self.macros.iter().find(|(_, lines)| lines.start <= last && first < lines.end);
        let is_there = self.rows.iter().any(|it| it.place.lines.start <= last && first < it.place.lines.end);
        match around {
            Some((name, _)) if !is_there => Found::Not(format!(
                "{shown}: it is written inside of the macro `{name}!`, which stands for other rows too: change it there"
            )),
            _ => Found::Not(format!("{shown} has changed since the record was made: run the suite again")),
        }
    }

    /// The backend that is registered on a line.
    pub fn backend_at(&self, line: usize) -> Option<&Place> {
        self.backends.iter().find(|place| place.lines.contains(&line))
    }

    /// How a name of the crate is written at a place: as it is imported there, or with its path. `path` is what stands behind the
    /// crate, `Debt::NotYet`.
    pub fn name(&self, at: usize, krate: &str, path: &str) -> String {
        let inner = self.modules.iter().rfind(|module| module.range.contains(&at));
        let names = inner.map_or(&[][..], |module| &module.names);
        let full = format!("{krate}::{path}");
        let imported = |of: &str| {
            let plain = of.trim_start_matches("::");
            names.iter().find(|(_, from)| from.trim_start_matches("::") == plain).map(|(name, _)| name.clone())
        };
        if let Some(name) = imported(&full) {
            return name;
        }
        // What stands before the last name may be imported, or all that is in it.
        if let Some((of, last)) = full.rsplit_once("::") {
            if imported(&format!("{of}::*")).is_some() {
                return last.to_owned();
            }
            if of != krate
                && let Some(of) = imported(of)
            {
                return format!("{of}::{last}");
            }
        }
        full
    }

    /// Whether a name stands in the file anywhere else than in this part of it.
    pub fn is_used_outside(&self, name: &str, range: &Range<usize>) -> bool {
        fn any(tokens: TokenStream, name: &str, range: &Range<usize>) -> bool {
            tokens.into_iter().any(|token| match token {
                TokenTree::Group(group) => any(group.stream(), name, range),
                TokenTree::Ident(ident) => ident == name && !range.contains(&ident.span().byte_range().start),
                _ => false,
            })
        }
        self.text.parse().is_ok_and(|tokens| any(tokens, name, range))
    }

    /// The text of a part.
    pub fn of(&self, span: Span) -> &str {
        &self.text[span.byte_range()]
    }
}

/// Collects what is in a file.
struct Reader<'a> {
    source: &'a mut Source,
    within: Vec<usize>,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Fn(function) => self.read(&function.attrs, item),
            Item::Const(constant) => self.read(&constant.attrs, item),
            Item::Mod(module) if module.content.is_some() => {
                self.source.modules.push(Module { range: module.span().byte_range(), names: Vec::new() });
                self.within.push(self.source.modules.len() - 1);
                syn::visit::visit_item(self, item);
                self.within.pop();
                return;
            }
            Item::Use(import) => {
                let mut names = Vec::new();
                let head = if import.leading_colon.is_some() { "::" } else { "" };
                imports(&import.tree, head, &mut names);
                let module = self.within.last().copied().unwrap_or_default();
                self.source.modules[module].names.extend(names);
            }
            _ => {}
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if let Some(name) = &item.ident {
            self.source.macros.push((name.to_string(), lines(item.span())));
        }
        syn::visit::visit_item_macro(self, item);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if name != "macro_rules" {
            self.source.macros.push((name, lines(call.span())));
        }
    }
}

impl Reader<'_> {
    fn read(&mut self, attributes: &[Attribute], item: &Item) {
        let named = |name: &str| {
            let is_it =
                |attribute: &&Attribute| attribute.path().segments.last().is_some_and(|last| last.ident == name);
            attributes.iter().find(is_it)
        };
        let place = |attribute: &Attribute| Place {
            range: with_comments(&self.source.text, item.span().byte_range()),
            lines: lines(bare_span(item)),
            krate: krate(attribute),
        };
        if let Some(attribute) = named("backend") {
            let place = Place { lines: lines(item.span()), ..place(attribute) };
            self.source.backends.push(place);
        }
        let Some(attribute) = named("exclusions") else { return };
        let Meta::List(list) = &attribute.meta else { return };
        let Some(args) = Args::read(list.tokens.clone()) else { return };
        let (written, bare) = match item {
            Item::Fn(function) => {
                let bare = ItemFn { attrs: Vec::new(), ..function.clone() };
                (WrittenItem::Matrix(Box::new(function.clone())), bare.into_token_stream())
            }
            Item::Const(constant) => {
                let bare = ItemConst { attrs: Vec::new(), ..constant.clone() };
                (WrittenItem::Row(Box::new(constant.clone())), bare.into_token_stream())
            }
            _ => return,
        };
        let hash = hash(list.tokens.clone(), bare);
        let place = place(attribute);
        self.source.rows.push(Written { args, item: written, place, hash });
    }
}

impl Args {
    fn read(tokens: TokenStream) -> Option<Self> {
        let mut each: Vec<Range<usize>> = Vec::new();
        let mut begins = true;
        let mut whole: Option<Range<usize>> = None;
        let mut backend = None;
        for token in tokens {
            let range = token.span().byte_range();
            whole = Some(whole.map_or(range.clone(), |whole| whole.start..range.end));
            match &token {
                TokenTree::Punct(comma) if comma.as_char() == ',' => begins = true,
                token => {
                    match each.last_mut().filter(|_| !begins) {
                        Some(last) => last.end = range.end,
                        None => each.push(range),
                    }
                    begins = false;
                    if backend.is_none() {
                        let name = syn::parse2::<syn::LitStr>(token.to_token_stream()).ok()?;
                        backend = Some(name.value());
                    }
                }
            }
        }
        Some(Self { range: whole?, each, backend: backend? })
    }
}

/// The path of the crate, as the attribute names it.
fn krate(attribute: &Attribute) -> String {
    let path = attribute.path();
    let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match segments.split_last() {
        Some((_, of)) if !of.is_empty() => {
            format!("{}{}", if path.leading_colon.is_some() { "::" } else { "" }, of.join("::"))
        }
        _ => "crosscheck".to_owned(),
    }
}

/// The item without its attributes.
fn bare_span(item: &Item) -> Span {
    let mut bare = item.clone();
    match &mut bare {
        Item::Fn(function) => function.attrs.clear(),
        Item::Const(constant) => constant.attrs.clear(),
        _ => {}
    }
    bare.span()
}

fn lines(span: Span) -> Range<usize> {
    span.start().line..span.end().line + 1
}

/// With the comments in the lines right before it.
fn with_comments(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    // Something else stands in this line.
    if !text[start..range.start].trim().is_empty() {
        return range;
    }
    while start > 0 {
        let before = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = text[before..start].trim();
        if !line.starts_with("//") || line.starts_with("//!") {
            break;
        }
        start = before;
    }
    start..range.end
}

/// The names that a `use` brings in, and what each stands for.
fn imports(tree: &UseTree, before: &str, names: &mut Vec<(String, String)>) {
    match tree {
        UseTree::Path(path) => imports(&path.tree, &format!("{before}{}::", path.ident), names),
        UseTree::Name(name) if name.ident == "self" => {
            let of = before.trim_end_matches("::");
            let last = of.rsplit("::").next().unwrap_or(of);
            names.push((last.to_owned(), of.to_owned()));
        }
        UseTree::Name(name) => names.push((name.ident.to_string(), format!("{before}{}", name.ident))),
        UseTree::Rename(rename) => names.push((rename.rename.to_string(), format!("{before}{}", rename.ident))),
        UseTree::Glob(_) => names.push(("*".to_owned(), format!("{before}*"))),
        UseTree::Group(group) => group.items.iter().for_each(|tree| imports(tree, before, names)),
    }
}
