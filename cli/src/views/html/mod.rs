//! Pages: one file each, without anything from elsewhere.

mod head;
pub mod page;

use maud::html as markup;

use crate::records::Run;

use page::Page;

/// A run as a page.
pub fn html(run: &Run) -> String {
    let title = format!("{}: {}", head::suite(run), head::verdict(run));
    Page { title: &title, head: head::head(run), body: markup! {}, style: "", data: None, script: "" }.render()
}
