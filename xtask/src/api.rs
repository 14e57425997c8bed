//! `cargo xtask api`: the public interface of `crosscheck`, as a listing that shows each change of it in review.

use std::path::{Path, PathBuf};

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::workspace::root;

const FILE: &str = "runtime/public-api.txt";
/// More would be more than a user needs to know.
const MOST_ITEMS: usize = 51;

/// What to do with the listing.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Write nothing; fail where the file is not current
    #[arg(long)]
    pub check: bool,
}

/// Documents the crate, and writes what is public in it or compares it with what was written.
pub fn api(options: &Options) -> Result<(), TaskError> {
    cargo(&["doc", "-p", "crosscheck", "--features", "approx,half", "--no-deps", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    let folder = root().join("target/doc/crosscheck");
    let index = read(&folder.join("all.html"))?;
    let items = items(&index);
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(TaskError::PublicItems { count: items.len(), most: MOST_ITEMS });
    }
    let mut listing = format!("# Public items of `crosscheck`: {}. Written by `cargo xtask api`.\n", items.len());
    for page in &items {
        listing.push('\n');
        listing.push_str(&describe(page, &read(&folder.join(page))?));
    }
    let path = root().join(FILE);
    if !options.check {
        return std::fs::write(&path, listing).map_err(|source| TaskError::Io { path, source });
    }
    if read(&path)? == listing {
        return Ok(());
    }
    Err(TaskError::NotCurrent { file: FILE, task: "cargo xtask api" })
}

fn read(path: &Path) -> Result<String, TaskError> {
    std::fs::read_to_string(path).map_err(|source| TaskError::Io { path: PathBuf::from(path), source })
}

/// The pages of all items, by the index that rustdoc writes, sorted by path.
fn items(index: &str) -> Vec<String> {
    let list = index.split("<ul class=\"all-items\">").skip(1).filter_map(|rest| Some(rest.split_once("</ul>")?.0));
    let links = list.flat_map(|list| list.split("<a href=\"").skip(1));
    let mut pages: Vec<_> = links.filter_map(|link| Some(link.split_once('"')?.0.to_owned())).collect();
    pages.sort_unstable();
    pages
}

/// What is public of an item: its declaration, its methods, and the traits that it implements by its own code.
fn describe(page: &str, html: &str) -> String {
    let own = html.split_once("id=\"synthetic-implementations\"").map_or(html, |(own, _)| own);
    let declaration = between(own, "<pre class=\"rust item-decl\">", "</pre>").map(declaration).unwrap_or_default();
    let (inherent, traits) = own.split_once("id=\"trait-implementations\"").unwrap_or((own, ""));
    let methods = inherent.split("<h4 class=\"code-header\">").skip(1);
    let methods = methods.filter_map(|rest| Some(text(rest.split_once("</h4>")?.0)));
    let impls = traits.split("<h3 class=\"code-header\">").skip(1);
    // What the compiler implements beside `PartialEq` has no name for a user.
    let impls = impls.filter_map(|rest| Some(text(rest.split_once("</h3>")?.0)));
    let impls = impls.filter(|line| !line.contains("StructuralPartialEq"));
    let lines: String = methods.chain(impls).map(|line| format!("    {}\n", one_line(&line))).collect();
    format!("{}\n{}{lines}", page.trim_end_matches(".html"), indented(&declaration))
}

/// The declaration of an item, without what unfolds its variants, and with its attributes on lines of their own.
fn declaration(html: &str) -> String {
    let mut unfolded = String::new();
    let mut rest = html;
    while let Some((before, summary)) = rest.split_once("<summary") {
        unfolded.push_str(before);
        rest = summary.split_once("</summary>").map_or("", |(_, rest)| rest);
    }
    unfolded.push_str(rest);
    text(&unfolded.replace("</div>", "\n"))
}

fn between<'a>(html: &'a str, from: &str, to: &str) -> Option<&'a str> {
    Some(html.split_once(from)?.1.split_once(to)?.0)
}

fn indented(text: &str) -> String {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("    {line}\n")).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a piece of HTML, without its tags.
fn text(html: &str) -> String {
    let mut text = String::new();
    let html = html.replace("<div class=\"where\">", " ");
    let mut rest = html.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    // `&amp;` last: it may stand before what looks like another one.
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_of_the_index_is_listed_once() {
        let index = r#"<h3>Structs</h3><ul class="all-items"><li><a href="struct.B.html">B</a></li><li><a href="m/struct.A.html">m::A</a></li></ul>
            <a href="help.html">Help</a><ul class="all-items"><li><a href="fn.c.html">c</a></li></ul>"#;
        assert_eq!(items(index), ["fn.c.html", "m/struct.A.html", "struct.B.html"]);
    }

    #[test]
    fn an_item_shows_its_declaration_its_methods_and_its_own_traits() {
        let html = r##"<pre class="rust item-decl"><code><div>#[non_exhaustive]</div><summary>Show 1</summary>pub struct A&lt;T&gt; {
    pub x: <a href="#">u8</a>,
}</code></pre><h4 class="code-header">pub fn <a>new</a>(
    x: &amp;u8) -&gt; Self</h4><h2 id="trait-implementations">Traits</h2><h3 class="code-header">impl Clone for A</h3><h3 class="code-header">impl StructuralPartialEq for A</h3>
<h4 class="code-header">fn clone(&amp;self)</h4><h2 id="synthetic-implementations">Auto</h2><h3 class="code-header">impl Send for A</h3>"##;
        assert_eq!(
            describe("struct.A.html", html),
            "struct.A\n    #[non_exhaustive]\n    pub struct A<T> {\n        pub x: u8,\n    }\n    pub fn new( x: &u8) -> Self\n    impl Clone for A\n"
        );
    }
}
