//! The edits of one file.

use std::collections::BTreeSet;
use std::ops::Range;

use crosscheck::internals::RowRecord;
use crosscheck::internals::report::Narrow;
use heck::ToSnakeCase;
use syn::spanned::Spanned;
use syn::{Arm, Attribute, Expr, ItemFn, Pat, Stmt};

use super::action::{quoted, relabelled, written};
use super::advice::{Advice, Change, New, Scope, name};
use super::seen::Seen;
use super::source::{Place, Source, Written, WrittenItem};

/// What stands in place of a part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The part, in bytes; an empty one is where something is added.
    pub range: Range<usize>,
    /// What stands there.
    pub text: String,
    /// Why.
    pub why: String,
}

/// Collects the edits of a file.
pub struct Editor<'a> {
    source: &'a Source,
    edits: Vec<Edit>,
    refused: Vec<String>,
    arms: Vec<ChangedArm>,
    /// The names of new rows.
    taken: BTreeSet<String>,
}

/// An arm of which some features get other bodies.
struct ChangedArm {
    range: Range<usize>,
    /// Patterns, and what they become.
    arms: Vec<(Vec<String>, String)>,
    /// The patterns that stay, and their body.
    left: Vec<String>,
    body: String,
    why: Vec<String>,
}

/// What a feature's arm becomes.
struct NewBody<'a> {
    marker: &'a str,
    body: String,
    why: String,
}

/// What begins a new row besides what it hangs on.
#[derive(Clone, Default)]
struct Around {
    /// `#[cfg(…)]`, in lines of their own.
    attributes: String,
    /// Arguments behind the others.
    arguments: Vec<String>,
}

impl<'a> Editor<'a> {
    /// One of this file.
    pub fn new(source: &'a Source) -> Self {
        Self { source, edits: Vec::new(), refused: Vec::new(), arms: Vec::new(), taken: BTreeSet::new() }
    }

    /// Changes the rows of an item.
    pub fn change(&mut self, written: &'a Written, advice: &[&'a Advice]) {
        match &written.item {
            WrittenItem::Row(constant) => {
                for advice in advice {
                    let expr = self.source.of(constant.expr.span()).to_owned();
                    let range = constant.expr.span().byte_range();
                    self.change_constant(written, advice, &constant.attrs, &expr, range);
                }
            }
            WrittenItem::Matrix(function) => self.change_matrix(written, function, advice),
        }
    }

    /// Adds a row behind an item; in the item, where it is the matrix function that has an arm for it.
    pub fn add(
        &mut self,
        place: &Place,
        matrix: Option<&'a Written>,
        backend: &str,
        scope: &Scope,
        new: &New,
        why: &str,
    ) {
        let names = |path: &str| self.source.name(place.range.start, &place.krate, path);
        let action = written(new, &names);
        let around = matrix.map(|it| self.around(it)).unwrap_or_default();
        match scope {
            Scope::Feature(marker) => {
                if let Some(written) = matrix
                    && let WrittenItem::Matrix(function) = &written.item
                    && let Some(arms) = arms(function)
                    && let Some(arm) = arms.iter().find(|arm| patterns(&arm.pat).iter().any(|it| it.0 == *marker))
                {
                    if !says_nothing(&arm.body) {
                        let changed = "its arm says something already: the file has changed since the record was made";
                        self.refused.push(format!("the row of `{marker}` for `{backend}`: {changed}"));
                        return;
                    }
                    let new = NewBody { marker, body: action, why: why.to_owned() };
                    self.pending(arm, new);
                    return;
                }
                self.insert(place, backend, &format!("uses = {}", quoted(marker)), marker, &action, &around, why);
            }
            Scope::Tests(tests) => {
                self.insert(place, backend, &hangs_on(tests), test_name(tests), &action, &around, why);
            }
        }
    }

    fn change_constant(
        &mut self,
        written: &Written,
        advice: &Advice,
        attributes: &[Attribute],
        expr: &str,
        range: Range<usize>,
    ) {
        let names = self.names(&written.place);
        let why = &advice.why;
        match &advice.change {
            Change::Delete(row) => self.delete(written, row, why),
            Change::Relabel(row, seen) => match relabelled(expr, seen, &names) {
                Ok(text) => self.edit(range, text, why),
                Err(error) => self.refuse(row, &error),
            },
            Change::Narrow(row, rows) => {
                let mut actions = Vec::new();
                for (scope, seen) in rows {
                    match seen.as_ref().map_or(Ok(expr.to_owned()), |seen| relabelled(expr, seen, &names)) {
                        Ok(action) => actions.push((scope, action)),
                        Err(error) => return self.refuse(row, &error),
                    }
                }
                // The first one stays where the row stands.
                let mut around = self.around(written);
                around.attributes = cfgs(self.source, attributes);
                let Some(((first, action), others)) = actions.split_first() else { return };
                let args = self.narrowed_args(written, first, &around);
                self.edit(written.args.range.clone(), args, why);
                if action != expr {
                    self.edit(range, action.clone(), why);
                }
                for (scope, action) in others {
                    self.insert(&written.place, &row.backend, &hangs_on(scope), test_name(scope), action, &around, why);
                }
            }
            Change::Except(row, tests) => self.except(written, row, tests, attributes, why),
            Change::Beside(row, rows) => self.beside(written, row, rows, expr, attributes, why),
            Change::Add(..) => {}
        }
    }

    fn change_matrix(&mut self, written: &'a Written, function: &'a ItemFn, advice: &[&'a Advice]) {
        let names = self.names(&written.place);
        let run = names("RUN");
        let around = Around { attributes: cfgs(self.source, &function.attrs), ..self.around(written) };
        for advice in advice {
            let (Change::Delete(row)
            | Change::Relabel(row, _)
            | Change::Narrow(row, _)
            | Change::Except(row, _)
            | Change::Beside(row, _)) = &advice.change
            else {
                continue;
            };
            if row.row == "all" {
                self.change_all(written, advice, row, &around);
                continue;
            }
            if let Change::Except(_, tests) = &advice.change {
                self.except(written, row, tests, &function.attrs, &advice.why);
                continue;
            }
            let Some(arms) = arms(function) else {
                self.refuse(row, "its matrix function is more than one `match`");
                continue;
            };
            let Some(arm) = arms.iter().find(|arm| patterns(&arm.pat).iter().any(|it| it.0 == row.row)) else {
                self.refuse(row, "no arm of the matrix function names its feature, without a condition: give it one");
                continue;
            };
            if !arm.attrs.is_empty() {
                self.refuse(row, "its arm has an attribute");
                continue;
            }
            let body = self.source.of(arm.body.span()).to_owned();
            let why = advice.why.clone();
            match &advice.change {
                Change::Delete(_) => self.pending(arm, NewBody { marker: &row.row, body: run.clone(), why }),
                Change::Relabel(_, seen) => match relabelled(&body, seen, &names) {
                    Ok(body) => self.pending(arm, NewBody { marker: &row.row, body, why }),
                    Err(error) => self.refuse(row, &error),
                },
                Change::Narrow(_, rows) => {
                    let mut actions = Vec::new();
                    for (scope, seen) in rows {
                        match seen.as_ref().map_or(Ok(body.clone()), |seen| relabelled(&body, seen, &names)) {
                            Ok(action) => actions.push((scope, action)),
                            Err(error) => return self.refuse(row, &error),
                        }
                    }
                    self.pending(arm, NewBody { marker: &row.row, body: run.clone(), why: why.clone() });
                    for (scope, action) in actions {
                        let (on, name) = (hangs_on(scope), test_name(scope));
                        self.insert(&written.place, &row.backend, &on, name, &action, &around, &why);
                    }
                }
                Change::Beside(_, rows) => self.beside(written, row, rows, &body, &function.attrs, &why),
                Change::Except(..) | Change::Add(..) => {}
            }
        }
    }

    /// The row of the whole backend, which is an argument.
    fn change_all(&mut self, written: &Written, advice: &Advice, row: &RowRecord, around: &Around) {
        let text = |range: &Range<usize>| &self.source.text[range.clone()];
        let is_all = |range: &&Range<usize>| argument_name(text(range)) == "all";
        let args = &written.args;
        let Some(at) = args.each.iter().position(|range| is_all(&range)) else {
            return self.refuse(row, "it is not an argument of the attribute");
        };
        let argument = args.each[at].clone();
        let behind = text(&argument).find('=').map_or(argument.end, |equals| argument.start + equals + 1);
        let value = text(&(behind..argument.end)).trim().to_owned();
        let begin = argument.end - text(&(behind..argument.end)).trim_start().len();
        let removed = args.each[at.saturating_sub(1)].end..argument.end;
        let names = self.names(&written.place);
        match &advice.change {
            Change::Delete(_) => self.edit(removed, String::new(), &advice.why),
            Change::Relabel(_, seen) => match relabelled(&value, seen, &names) {
                Ok(text) => self.edit(begin..argument.end, text, &advice.why),
                Err(error) => self.refuse(row, &error),
            },
            Change::Narrow(_, rows) => {
                let mut actions = Vec::new();
                for (scope, seen) in rows {
                    match seen.as_ref().map_or(Ok(value.clone()), |seen| relabelled(&value, seen, &names)) {
                        Ok(action) => actions.push((scope, action)),
                        Err(error) => return self.refuse(row, &error),
                    }
                }
                self.edit(removed, String::new(), &advice.why);
                for (scope, action) in actions {
                    let (on, name) = (hangs_on(scope), test_name(scope));
                    self.insert(&written.place, &row.backend, &on, name, &action, around, &advice.why);
                }
            }
            Change::Except(_, tests) => self.except(written, row, tests, &[], &advice.why),
            Change::Beside(_, rows) => self.beside(written, row, rows, &value, &[], &advice.why),
            Change::Add(..) => {}
        }
    }

    /// Rows that let cells run.
    fn except(&mut self, written: &Written, row: &RowRecord, tests: &[Narrow], attributes: &[Attribute], why: &str) {
        let run = self.names(&written.place)("RUN");
        let mut around = self.around(written);
        around.attributes = cfgs(self.source, attributes);
        for test in tests {
            let tests = std::slice::from_ref(test);
            self.insert(&written.place, &row.backend, &hangs_on(tests), test_name(tests), &run, &around, why);
        }
    }

    /// Rows that say of cells what the row does not, which stays.
    fn beside(
        &mut self,
        written: &Written,
        row: &RowRecord,
        rows: &[(Vec<Narrow>, Seen)],
        action: &str,
        attributes: &[Attribute],
        why: &str,
    ) {
        let names = self.names(&written.place);
        let relabelled = |(scope, seen)| Ok((scope, relabelled(action, seen, &names)?));
        let rows: Result<Vec<_>, String> = rows.iter().map(|(scope, seen)| relabelled((scope, seen))).collect();
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => return self.refuse(row, &error),
        };
        let mut around = self.around(written);
        around.attributes = cfgs(self.source, attributes);
        for (scope, action) in rows {
            self.insert(&written.place, &row.backend, &hangs_on(scope), test_name(scope), &action, &around, why);
        }
    }

    /// One of the features of an arm gets another body.
    fn pending(&mut self, arm: &Arm, new: NewBody<'_>) {
        let text = |pat: &Pat| self.source.of(pat.span()).to_owned();
        let (start, end) = (arm.pat.span().byte_range().start, arm.body.span().byte_range().end);
        let at = self.arms.iter().position(|it| it.range.start == start).unwrap_or_else(|| {
            let left = patterns(&arm.pat).iter().map(|(_, pat)| text(pat)).collect();
            let body = self.source.of(arm.body.span()).to_owned();
            self.arms.push(ChangedArm { range: start..end, arms: Vec::new(), left, body, why: Vec::new() });
            self.arms.len() - 1
        });
        let mine = patterns(&arm.pat).into_iter().filter(|(marker, _)| marker == new.marker);
        let mine: Vec<_> = mine.map(|(_, pat)| text(pat)).collect();
        let changed = &mut self.arms[at];
        changed.left.retain(|pat| !mine.contains(pat));
        match changed.arms.iter_mut().find(|(_, body)| *body == new.body) {
            Some((pats, _)) => pats.extend(mine),
            None => changed.arms.push((mine, new.body)),
        }
        if !changed.why.contains(&new.why) {
            changed.why.push(new.why);
        }
    }

    /// The edits, and what cannot be done.
    pub fn finish(mut self) -> (Vec<Edit>, Vec<String>) {
        let text = &self.source.text;
        for ChangedArm { range, mut arms, left, body, why } in self.arms {
            let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let indent: String = text[line..].chars().take_while(|c| c.is_whitespace() && *c != '\n').collect();
            if !left.is_empty() {
                arms.push((left, body));
            }
            let arms = arms.iter().map(|(pats, body)| format!("{} => {}", pats.join(" | "), wrapped(body, &indent)));
            let mut arms = arms.collect::<Vec<_>>().join(&format!(",\n{indent}"));
            if !text[range.end..].trim_start().starts_with(',') {
                arms.push(',');
            }
            self.edits.push(Edit { range, text: arms, why: why.join("; ") });
        }
        (self.edits, self.refused)
    }

    /// Takes a constant out, and the empty line before it.
    fn delete(&mut self, written: &Written, row: &RowRecord, why: &str) {
        let range = written.place.range.clone();
        if let WrittenItem::Row(constant) = &written.item
            && self.source.is_used_outside(&constant.ident.to_string(), &range)
        {
            return self.refuse(row, &format!("`{}` is named elsewhere in the file", constant.ident));
        }
        let text = &self.source.text;
        let mut end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
        if !text[range.end..end].trim().is_empty() {
            // A comment, or another item.
            end = range.end;
        }
        let mut start = range.start;
        if text[..start].ends_with("\n\n") {
            start -= 1;
        } else if text[end..].starts_with('\n') {
            end += 1;
        }
        self.edit(start..end, String::new(), why);
    }

    /// A new constant behind an item.
    #[expect(clippy::too_many_arguments, reason = "the parts of a row")]
    fn insert(&mut self, place: &Place, backend: &str, on: &str, of: &str, action: &str, around: &Around, why: &str) {
        let arguments: Vec<_> = [quoted(backend), on.to_owned()].into_iter().chain(around.arguments.clone()).collect();
        let arguments = arguments.join(", ");
        let alike = |it: &Written| compact(&self.source.text[it.args.range.clone()]) == compact(&arguments);
        if self.source.rows.iter().any(alike) && !action.ends_with("RUN") {
            let what = "is there already: the file has changed since the record was made";
            return self.refused.push(format!("a row `{arguments}` {what}"));
        }
        let names = self.names(place);
        let name = self.free_name(&format!("{backend}_{of}"));
        let (attribute, of_type) = (names("exclusions"), names("Action"));
        let head = format!("const {name}: {of_type} = ");
        let line = self.source.text[..place.range.start].rfind('\n').map_or(0, |at| at + 1);
        let rest = &self.source.text[line..];
        let indent: String = rest.chars().take_while(|c| c.is_whitespace() && *c != '\n').collect();
        let action = if head.len() + action.len() < 100 { action.to_owned() } else { wrapped(action, &indent) };
        let cfgs: String = around.attributes.lines().map(|line| format!("{indent}{line}\n")).collect();
        let text = format!("\n\n{cfgs}{indent}#[{attribute}({arguments})]\n{indent}{head}{action};");
        let end = place.range.end;
        self.edit(end..end, text, why);
    }

    /// A name that the file does not have.
    fn free_name(&mut self, wanted: &str) -> String {
        let letters = wanted.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect::<String>();
        let base = letters.to_snake_case().to_uppercase();
        let base = if base.starts_with(|c: char| c.is_alphabetic()) { base } else { format!("ROW_{base}") };
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let is_free = |name: &String| !self.taken.contains(name) && !self.source.is_used_outside(name, &(0..0));
        let name = std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base.clone());
        self.taken.insert(name.clone());
        name
    }

    /// The arguments of a constant that is to mean less.
    fn narrowed_args(&self, written: &Written, scope: &[Narrow], around: &Around) -> String {
        let text = |range: &Range<usize>| self.source.text[range.clone()].to_owned();
        let backend = text(&written.args.each[0]);
        let path = written.args.each.iter().map(text).find(|it| argument_name(it) == "test" && !it.contains('"'));
        let on = match (scope, path) {
            // The compiler goes on to see whether the function is there.
            ([one], Some(path)) if is_of(&path, &one.test) => match one.cases.is_empty() {
                true => path,
                false => format!("{path}, case({})", one.cases),
            },
            _ => hangs_on(scope),
        };
        [backend, on].into_iter().chain(around.arguments.clone()).collect::<Vec<_>>().join(", ")
    }

    /// What further rows have of an item: its other arguments.
    fn around(&self, written: &Written) -> Around {
        let texts = written.args.each.iter().skip(1).map(|range| self.source.text[range.clone()].to_owned());
        let kept = ["applies_if", "for", "crate"];
        Around {
            attributes: match &written.item {
                WrittenItem::Matrix(function) => cfgs(self.source, &function.attrs),
                WrittenItem::Row(_) => String::new(),
            },
            arguments: texts.filter(|text| kept.contains(&argument_name(text))).collect(),
        }
    }

    fn names(&self, place: &Place) -> impl Fn(&str) -> String + use<'a> {
        let (source, at, krate) = (self.source, place.range.start, place.krate.clone());
        move |path| source.name(at, &krate, path)
    }

    fn edit(&mut self, range: Range<usize>, text: String, why: &str) {
        self.edits.push(Edit { range, text, why: why.to_owned() });
    }

    fn refuse(&mut self, row: &RowRecord, why: &str) {
        self.refused.push(format!("{}: {why}", name(row)));
    }
}

/// The arms, where the function is one `match`.
fn arms(function: &ItemFn) -> Option<&[Arm]> {
    match function.block.stmts.as_slice() {
        [Stmt::Expr(Expr::Match(it), None)] => Some(&it.arms),
        _ => None,
    }
}

/// The features that a pattern names, by marker.
fn patterns(pat: &Pat) -> Vec<(String, &Pat)> {
    match pat {
        Pat::Or(or) => or.cases.iter().flat_map(patterns).collect(),
        Pat::Paren(inner) => patterns(&inner.pat),
        Pat::Path(path) => {
            let last = path.path.segments.last().map(|last| last.ident.to_string());
            last.map(|last| (last.trim_start_matches("r#").to_snake_case(), pat)).into_iter().collect()
        }
        // A variant that is imported; a variable begins in lower case.
        Pat::Ident(ident) if ident.ident.to_string().starts_with(char::is_uppercase) => {
            vec![(ident.ident.to_string().to_snake_case(), pat)]
        }
        // Something else, which stays as it is.
        other => vec![(String::new(), other)],
    }
}

fn says_nothing(body: &Expr) -> bool {
    let Expr::Path(path) = body else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "RUN" || last.ident == "UNCLASSIFIED")
}

/// `test("a::b"), case(n = n_1)`
fn hangs_on(scope: &[Narrow]) -> String {
    match scope {
        [one] => one.to_string(),
        all => {
            let names: Vec<_> = all.iter().map(|it| quoted(&it.test)).collect();
            format!("test({})", names.join(", "))
        }
    }
}

/// What a row of these tests is called.
fn test_name(scope: &[Narrow]) -> &str {
    let test = scope.first().map(|it| it.test.as_str()).unwrap_or_default();
    test.rsplit("::").next().unwrap_or(test)
}

/// Whether `test = path` may name this test.
fn is_of(argument: &str, test: &str) -> bool {
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).trim().to_owned();
    last(argument.rsplit('=').next().unwrap_or(argument)) == last(test)
}

/// `test` of `test = path`, and of `test("…")`.
fn argument_name(argument: &str) -> &str {
    argument.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn compact(text: &str) -> String {
    text.parse::<proc_macro2::TokenStream>().map_or(text.to_owned(), |tokens| tokens.to_string())
}

/// The conditions under which an item is there.
fn cfgs(source: &Source, attributes: &[Attribute]) -> String {
    let cfgs = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    cfgs.map(|attribute| format!("{}\n", source.of(attribute.span()))).collect()
}

/// A call of each line, where a row is long.
fn wrapped(action: &str, indent: &str) -> String {
    if indent.len() + action.len() < 80 || action.contains('\n') {
        return action.to_owned();
    }
    let Ok(parsed) = syn::parse_str::<Expr>(action) else { return action.to_owned() };
    let mut dots = Vec::new();
    let mut inner = &parsed;
    while let Expr::MethodCall(call) = inner {
        dots.push(call.dot_token.span().byte_range().start);
        inner = &call.receiver;
    }
    let mut text = action.to_owned();
    for at in dots {
        text.insert_str(at, &format!("\n{indent}    "));
    }
    text
}
