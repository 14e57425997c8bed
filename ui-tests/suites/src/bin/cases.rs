//! Suites that are made of data: files, and what functions list. Where the files are, and what is wrong with the lists, the test says
//! by variables.

use std::path::Path;

use crosscheck::compare::{Expected, Tolerance};
use crosscheck::{Action, Case, CasesError, Debt, RUN, Subject, Unavailable, backend_matrix, conformance, skip, xfail};

trait Words: Send + Sync {
    fn count(&self, text: &str) -> usize;
    fn mean(&self, text: &str) -> f64;
    fn shout(&self, text: &str) -> String {
        text.to_uppercase()
    }
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Words in other letters than A to Z.
    Unicode,
    /// Words between tabs.
    Tabs,
}

impl Subject for dyn Words {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Reference;

impl Words for Reference {
    fn count(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }

    fn mean(&self, text: &str) -> f64 {
        let letters: usize = text.split_whitespace().map(str::len).sum();
        letters as f64 / self.count(text) as f64
    }
}

/// Knows spaces only, and has no function of its own to shout.
struct Spaces;

#[crosscheck::implements("spaces")]
impl Words for Spaces {
    fn count(&self, text: &str) -> usize {
        text.split(' ').filter(|word| !word.is_empty()).count()
    }

    fn mean(&self, text: &str) -> f64 {
        Reference.mean(text) * (1.0 + 1e-9)
    }

    // It is not there, so that the contract's own is.
    #[cfg(any())]
    fn shout(&self, text: &str) -> String {
        text.to_uppercase()
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Words>, Unavailable> {
    Ok(Box::new(Reference))
}

#[crosscheck::backend(name = "spaces")]
fn spaces() -> Result<Box<dyn Words>, Unavailable> {
    Ok(Box::new(Spaces))
}

#[crosscheck::exclusions("spaces")]
const fn spaces_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Unicode => RUN,
        Feature::Tabs => xfail("takes a tab for a letter").because(Debt::NotYet),
    }
}

#[crosscheck::exclusions("spaces", test("files::counts", "files::bytes"), case("*tabs/*"))]
const NO_TABS: Action = xfail("takes a tab for a letter").because(Debt::NotYet);

#[crosscheck::exclusions("spaces", test = lists::counts, case(document = "two%20words" | "plain"))]
const NOT_TWO: Action = skip("not worth a run").because(Debt::NotYet);

/// What is wrong on purpose.
fn fault() -> String {
    std::env::var("CASES_FAULT").unwrap_or_default()
}

mod files {
    use super::*;

    #[backend_matrix(cases("corpus/valid/**/*.txt"))]
    fn counts(words: &dyn Words, text: &str) -> usize {
        words.count(text)
    }

    #[conformance(cases("corpus/valid/**/*.txt", "corpus/bytes/*.bin"), timeout = "30s")]
    fn bytes(words: &dyn Words, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(words.count(&text), text.split_whitespace().count(), "of {text:?}");
    }

    #[conformance(cases("corpus/valid/*/*.txt"), tags("paths"))]
    fn paths(words: &dyn Words, path: &Path) {
        assert!(path.is_absolute() && words.count("one") == 1, "{}", path.display());
    }
}

mod lists {
    use super::*;

    pub struct Document {
        text: String,
        count: usize,
    }

    fn documents() -> Result<Vec<Case<Document>>, CasesError> {
        let case = |name: &'static str, text: &str, count| Case::new(name, Document { text: text.to_owned(), count });
        let mut cases = vec![
            case("plain", "one two", 2).calls("count"),
            case("two words", "zwei Wörter", 2).marker("unicode").tag("slow"),
            case("tabbed", "a\tb", 2).marker("tabs").at("documents.json:3"),
            case("größe/日本", "日本 語", 2).marker("unicode"),
            case("a::b", "a b c", 3),
            case("loud", "one", 1).of("shout"),
            Case::lazy("made", || Ok::<_, CasesError>(Document { text: "x y z".to_owned(), count: 3 })),
            Case::lazy("unmade", || match fault().as_str() {
                "unmade" => Err("the archive ends early"),
                _ => Ok(Document { text: "x".to_owned(), count: 1 }),
            })
            .at("documents.json:8"),
        ];
        match fault().as_str() {
            "error" => return Err(CasesError::at("documents.json:7", "expected `,`")),
            "panic" => panic!("a slip in the list"),
            "empty" => cases.clear(),
            "twice" => cases.push(case("plain", "again", 1).at("documents.json:9")),
            "marker" => cases.push(case("marked", "again", 1).marker("unicorn").at("documents.json:9")),
            "tag" => cases.push(case("tagged", "again", 1).tag("not").tag("two words")),
            "unnamed" => cases.push(case("", "again", 1)),
            "constant" => cases.push(case("constant", "again", 1).expects_constant(" ")),
            "more" => cases.push(case("zz", "again", 1)),
            _ => {}
        }
        Ok(cases)
    }

    /// The documents, which have to be as many.
    #[conformance(cases(documents, count = 8))]
    pub fn counts(words: &dyn Words, document: &Document) {
        assert_eq!(words.count(&document.text), document.count);
        if document.text == "one" {
            is_loud(words);
        }
    }

    /// Which functions of the contract this calls, only the case says.
    fn is_loud(words: &dyn Words) {
        assert_eq!(words.shout("one"), "ONE");
    }

    #[conformance(size(small = 1, large = 1000), cases = documents, tags("axes"))]
    fn repeated(words: &dyn Words, size: usize, document: &Document) -> Expected<usize> {
        let text = format!("{} ", document.text).repeat(size);
        Expected::new(words.count(&text), document.count * size)
    }

    fn sentences() -> Vec<Case<&'static str>> {
        let close = Tolerance::new(1e-6, 0.0).because("it multiplies");
        vec![
            Case::new("short", "a bb ccc").tolerance(close),
            Case::new("one", "a").tolerance(close).expects_constant("a word of one letter"),
            Case::new("exact", "a bb cccc").tolerance(Tolerance::EXACT.because("it counts")),
            Case::new("default", "a bb cccc"),
        ]
    }

    #[backend_matrix(cases = sentences)]
    fn means(words: &dyn Words, sentence: &str) -> f64 {
        words.mean(sentence)
    }
}

crosscheck::main!();
