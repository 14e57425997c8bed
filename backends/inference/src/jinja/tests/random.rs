//! Templates at random: the goldens' with something at random in them. Whatever comes out, nothing panics.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::goldens::sources;
use super::hostile::SMALL;
use crate::jinja::limits::tests::with;
use crate::jinja::{Data, Template};

static SOURCES: LazyLock<Vec<String>> = LazyLock::new(sources);

const PARTS: [&str; 64] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "+",
    "*",
    "**",
    "/",
    "//",
    "%",
    "~",
    "|",
    ".",
    ",",
    ":",
    "=",
    "==",
    "<",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    "\n",
    " ",
    "é",
    "😀",
    "0",
    "1",
    "-1",
    "9223372036854775807",
    "1e308",
    "''",
    "not ",
    " in ",
    " is ",
    " if ",
    " else ",
    "for x in ",
    "endfor",
    "set x = ",
    "macro m(x)",
    "endmacro",
    "loop",
    "ns.x",
    "namespace()",
    "range(9)",
    "messages",
    "[1:-1:2]",
    "| join",
    "| tojson(indent=2)",
    "| sort",
    "| map('upper')",
    "%s",
    "{:>9}",
    ".format(1)",
    "caller()",
];

/// Where, how much goes, and what comes instead.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, &'static str)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, prop::sample::select(&PARTS[..])), 1..6)
}

fn render(source: &str) {
    let Ok(template) = Template::new(source) else { return };
    let message = |role: &str, content: &str| {
        let text = |key: &str, text: &str| (key.to_owned(), Data::Text(text.to_owned()));
        Data::Dict(vec![text("role", role), text("content", content)])
    };
    let messages = Data::List(vec![message("system", "S"), message("user", "<think>a</think>é"), message("x", "")]);
    let numbers =
        Data::List(vec![Data::Int(i64::MIN), Data::Int(0), Data::Float(f64::NAN), Data::Float(-0.5), Data::None]);
    let _ = with(SMALL, || template.render(&[("messages".to_owned(), messages), ("list".to_owned(), numbers)]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_template_fails_or_renders(source in any::<prop::sample::Index>(), changes in changes()) {
        let mut source: Vec<char> = source.get(&SOURCES).chars().collect();
        for (at, length, part) in changes {
            let at = at.index(source.len() + 1);
            let end = (at + length).min(source.len());
            source.splice(at..end, part.chars());
        }
        render(&source.into_iter().collect::<String>());
    }

    #[test]
    fn parts_in_any_order_fail_or_render(parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 0..40)) {
        render(&format!("{{{{ {} }}}}", parts.concat()));
        render(&format!("{{% set x = list %}}{{% for y in x %}}{{{{ y {} }}}}{{% endfor %}}", parts.concat()));
    }
}
