//! What a row says, as Rust: written anew, or changed where it stands.

use std::ops::Range;

use crosscheck::Failure;
use crosscheck::internals::report::around;
use proc_macro2::Literal;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, ExprRange, Lit};

use super::advice::New;
use super::seen::Seen;

/// What a new row is followed up with, until somebody says where.
const TODO: &str = "TODO: a link to the issue";

/// How the names of the crate are written at a place.
pub type Names<'a> = &'a dyn Fn(&str) -> String;

/// A new row.
pub fn written(new: &New, names: Names<'_>) -> String {
    let because = names("Debt::NotYet");
    let (head, message, signature) = match new {
        New::XFail(seen) => {
            let by = seen.only_failure().map(|failure| format!(".by({})", names(&format!("Failure::{failure:?}"))));
            let saying = seen.common().map(|text| format!(".saying({})", quoted(&text)));
            ("xfail", seen.message(), format!("{}{}", by.unwrap_or_default(), saying.unwrap_or_default()))
        }
        New::Skip(reason) => ("skip", reason.clone(), String::new()),
        New::Flaky(reason) => ("flaky", reason.clone(), String::new()),
    };
    let (head, message) = (names(head), quoted(&message));
    format!("{head}({message}).because({because}){signature}.tracking({})", quoted(TODO))
}

/// A text as a literal.
pub fn quoted(text: &str) -> String {
    Literal::string(text).to_string()
}

/// The row, expecting what was seen.
///
/// # Errors
/// When it is not written as a call that can be changed; why.
pub fn relabelled(row: &str, seen: &Seen, names: Names<'_>) -> Result<String, String> {
    let parsed: Expr = syn::parse_str(row).map_err(|error| error.to_string())?;
    let mut calls = Vec::new();
    let mut inner = &parsed;
    while let Expr::MethodCall(call) = inner {
        calls.push(call);
        inner = &call.receiver;
    }
    let head = match inner {
        Expr::Call(ExprCall { func, .. }) => match &**func {
            Expr::Path(ExprPath { path, .. }) => path.segments.last().map(|last| (last.ident.to_string(), func.span())),
            _ => None,
        },
        _ => None,
    };
    let head = head.filter(|(name, _)| ["xfail", "skip", "flaky"].contains(&name.as_str()));
    let Some((head, function)) = head else {
        return Err("it is not written as a call of `xfail`, `skip` or `flaky` here".to_owned());
    };
    let call = |name: &str| calls.iter().find(|call| call.method == name).copied();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut appended = String::new();
    let becomes_xfail = head != "xfail";
    if becomes_xfail {
        edits.push((function.byte_range(), names("xfail")));
    }
    let is_mismatch = seen.only_failure() == Some(Failure::Mismatch);
    let failure = seen.only_failure().map(|failure| names(&format!("Failure::{failure:?}")));
    match (call("by"), failure) {
        (Some(by), Some(failure)) => edits.push((argument(by), failure)),
        (Some(by), None) => edits.push((removed(by), String::new())),
        (None, Some(_)) if is_mismatch && (call("ulps").is_some() || call("share").is_some()) => {}
        (None, Some(failure)) => appended.push_str(&format!(".by({failure})")),
        (None, None) => {}
    }
    let common = seen.common().map(|text| quoted(&text));
    match (call("saying"), common) {
        (Some(saying), _) if is_still_said(saying, seen) => {}
        (Some(saying), Some(text)) => edits.push((argument(saying), text)),
        (Some(saying), None) => edits.push((removed(saying), String::new())),
        (None, Some(text)) if becomes_xfail => appended.push_str(&format!(".saying({text})")),
        (None, _) => {}
    }
    let all_ulps: Option<Vec<f64>> = seen.ulps.iter().copied().collect();
    for (name, values) in [("ulps", all_ulps), ("share", Some(seen.shares.clone()))] {
        let Some(bounds) = call(name) else { continue };
        match values.filter(|values| is_mismatch && values.len() == seen.texts.len()) {
            Some(values) if holds(bounds, &values) => {}
            Some(values) => edits.push((argument(bounds), around(&values, name == "share"))),
            None => edits.push((removed(bounds), String::new())),
        }
    }
    let mut changed = row.to_owned();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    for (range, text) in edits {
        changed.replace_range(range, &text);
    }
    Ok(changed + &appended)
}

/// What stands between the parentheses.
fn argument(call: &ExprMethodCall) -> Range<usize> {
    call.args.span().byte_range()
}

/// The call, its dot included.
fn removed(call: &ExprMethodCall) -> Range<usize> {
    call.receiver.span().byte_range().end..call.span().byte_range().end
}

fn is_still_said(saying: &ExprMethodCall, seen: &Seen) -> bool {
    let Some(Expr::Lit(literal)) = saying.args.first() else { return false };
    let Lit::Str(text) = &literal.lit else { return false };
    seen.texts.iter().all(|said| said.contains(&text.value()))
}

/// Whether the values lie between the bounds.
fn holds(call: &ExprMethodCall, values: &[f64]) -> bool {
    let Some(Expr::Range(ExprRange { start: Some(start), end: Some(end), .. })) = call.args.first() else {
        return false;
    };
    let (Some(least), Some(greatest)) = (number(start), number(end)) else { return false };
    values.iter().all(|value| (least..=greatest).contains(value))
}

fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(number) => number.base10_parse().ok(),
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(path: &str) -> String {
        path.rsplit("::").next().unwrap().to_owned()
    }

    fn seen(failures: &[Failure], texts: &[&str], ulps: &[f64]) -> Seen {
        Seen {
            failures: failures.iter().copied().collect::<BTreeSet<_>>(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            ulps: ulps.iter().map(|ulps| Some(*ulps)).collect(),
            shares: Vec::new(),
        }
    }

    #[test]
    fn a_row_is_changed_where_it_says_something_else_and_nowhere_else() {
        use Failure::*;
        let error = seen(&[Error], &["returned an error: no kernel"], &[]);
        let mixed = seen(&[Error, Panic], &["returned an error: aaaaaa", "panicked: bbbbbb"], &[]);
        let off = seen(&[Mismatch], &["1 of 2"], &[7.12345]);
        for (row, seen, expected) in [
            ("xfail(\"no\").because(NotYet)", &error, "xfail(\"no\").because(NotYet).by(Error)"),
            ("xfail(\"no\").by(Panic).because(NotYet)", &error, "xfail(\"no\").by(Error).because(NotYet)"),
            ("xfail(\"no\").by(Panic).because(NotYet)", &mixed, "xfail(\"no\").because(NotYet)"),
            (
                "xfail(\"no\")\n    .saying(\"is 1\")\n    .by(Error)",
                &error,
                "xfail(\"no\")\n    .saying(\"no kernel\")\n    .by(Error)",
            ),
            ("xfail(\"no\").saying(\"kernel\").by(Error)", &error, "xfail(\"no\").saying(\"kernel\").by(Error)"),
            ("xfail(\"no\").saying(\"kernel\").by(Error)", &mixed, "xfail(\"no\")"),
            (
                "skip(\"größer\").because(NotYet)",
                &error,
                "xfail(\"größer\").because(NotYet).by(Error).saying(\"no kernel\")",
            ),
            ("crosscheck::flaky(\"no\")", &error, "xfail(\"no\").by(Error).saying(\"no kernel\")"),
            ("xfail(\"no\").ulps(0.0..=4.0)", &off, "xfail(\"no\").ulps(7.12..=7.13)"),
            ("xfail(\"no\").ulps(0.0..=8.0).by(Mismatch)", &off, "xfail(\"no\").ulps(0.0..=8.0).by(Mismatch)"),
            ("xfail(\"no\").ulps(0.0..=4.0)", &error, "xfail(\"no\").by(Error)"),
        ] {
            assert_eq!(relabelled(row, seen, &names).as_deref(), Ok(expected), "{row}");
        }
        for row in ["NO", "common(feature)", "if a { xfail(\"no\") } else { RUN }", "RUN"] {
            assert!(relabelled(row, &error, &names).is_err(), "{row}");
        }
    }
}
