//! What a row says, as Rust: written anew, or changed where it stands.

use std::ops::Range;

use crosscheck::Failure;
use crosscheck::internals::report::{around, is_measured};
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
    let common = seen.common().map(|text| quoted(&text));
    match (call("saying"), common) {
        (Some(saying), _) if is_still_said(saying, seen) => {}
        (Some(saying), Some(text)) => edits.push((argument(saying), text)),
        (Some(saying), None) => edits.push((removed(saying), String::new())),
        (None, Some(text)) if becomes_xfail => appended.push_str(&format!(".saying({text})")),
        (None, _) => {}
    }
    let of_all = |values: &[Option<f64>]| values.iter().copied().collect::<Option<Vec<f64>>>().filter(|_| is_mismatch);
    let (ulps, shares) = (of_all(&seen.ulps), of_all(&seen.shares));
    let says_much = |values: &Vec<f64>| values.iter().all(|ulps| is_measured(*ulps));
    let mut is_bounded = false;
    match (call("ulps"), ulps) {
        (None, _) => {}
        (Some(bounds), Some(values)) if holds(bounds, &values) => is_bounded = true,
        (Some(bounds), Some(values)) if says_much(&values) => {
            edits.push((argument(bounds), around(&values, false)));
            is_bounded = true;
        }
        (Some(bounds), values) => {
            edits.push((removed(bounds), String::new()));
            // What is off by more than it is worth counting may still be off in some elements only.
            if let (Some(_), Some(shares), None) = (values, &shares, call("share")) {
                appended.push_str(&format!(".share({})", around(shares, true)));
                is_bounded = true;
            }
        }
    }
    match (call("share"), shares) {
        (None, _) => {}
        (Some(bounds), Some(values)) => {
            if !holds(bounds, &values) {
                edits.push((argument(bounds), around(&values, true)));
            }
            is_bounded = true;
        }
        (Some(bounds), None) => edits.push((removed(bounds), String::new())),
    }
    match (call("by"), failure) {
        (Some(by), Some(failure)) => edits.push((argument(by), failure)),
        (Some(by), None) => edits.push((removed(by), String::new())),
        // A bound is one of a mismatch.
        (None, Some(_)) if is_bounded => {}
        (None, Some(failure)) => appended.insert_str(0, &format!(".by({failure})")),
        (None, None) => {}
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
        Expr::Path(ExprPath { path, .. }) => {
            path.segments.last().filter(|last| last.ident == "INFINITY").map(|_| f64::INFINITY)
        }
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
            shares: ulps.iter().map(|_| Some(0.25)).collect(),
        }
    }

    #[test]
    fn a_row_is_changed_where_it_says_something_else_and_nowhere_else() {
        use Failure::*;
        let error = seen(&[Error], &["returned an error: no kernel"], &[]);
        let mixed = seen(&[Error, Panic], &["returned an error: aaaaaa", "panicked: bbbbbb"], &[]);
        let off = seen(&[Mismatch], &["1 of 2"], &[7.12345]);
        let nowhere = Seen { ulps: vec![None], shares: vec![None], ..off.clone() };
        let no_number = seen(&[Mismatch], &["1 of 2"], &[f64::INFINITY]);
        let of_zero = seen(&[Mismatch], &["1 of 2"], &[1.42e45]);
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
            ("xfail(\"no\").ulps(0.0..=4.0)", &nowhere, "xfail(\"no\").by(Mismatch)"),
            ("xfail(\"no\").share(0.0..=0.5)", &nowhere, "xfail(\"no\").by(Mismatch)"),
            ("xfail(\"no\").ulps(0.0..=4.0).share(0.0..=0.5)", &nowhere, "xfail(\"no\").by(Mismatch)"),
            ("xfail(\"no\").ulps(0.0..=4.0)", &no_number, "xfail(\"no\").ulps(f64::INFINITY..=f64::INFINITY)"),
            ("xfail(\"no\").ulps(0.0..=f64::INFINITY)", &no_number, "xfail(\"no\").ulps(0.0..=f64::INFINITY)"),
            ("xfail(\"no\").ulps(0.0..=4.0)", &of_zero, "xfail(\"no\").share(0.25..=0.25)"),
            ("xfail(\"no\").ulps(0.0..=4.0).share(0.0..=0.1)", &of_zero, "xfail(\"no\").share(0.25..=0.25)"),
            ("xfail(\"no\").ulps(0.0..=4.0).share(0.0..=0.5)", &of_zero, "xfail(\"no\").share(0.0..=0.5)"),
        ] {
            assert_eq!(relabelled(row, seen, &names).as_deref(), Ok(expected), "{row}");
        }
        for row in ["NO", "common(feature)", "if a { xfail(\"no\") } else { RUN }", "RUN"] {
            assert!(relabelled(row, &error, &names).is_err(), "{row}");
        }
    }
}
