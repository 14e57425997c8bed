//! Which faults a suite notices.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::text;

/// What was found of one suite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strength {
    /// The subject.
    pub subject: &'static str,
    /// The functions that a check calls.
    pub functions: Vec<FunctionReport>,
    /// Those that none calls.
    pub never: Vec<&'static str>,
    /// The tests that notice none of them but a panic.
    pub idle: Vec<String>,
    /// The cells that fail without a fault, and why.
    pub failed: Vec<(String, String)>,
}

/// What was found of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionReport {
    /// Its name.
    pub name: &'static str,
    /// How many tests call it.
    pub checks: usize,
    /// What was tried, in this order.
    pub faults: Vec<FaultReport>,
}

/// What was found of a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultReport {
    /// What it is.
    pub what: String,
    /// Whether it changed anything.
    pub is_applicable: bool,
    /// The paths of the tests that noticed it.
    pub killers: Vec<String>,
    /// How many of them compare with the baseline.
    pub differential: usize,
}

impl FunctionReport {
    /// How many faults were noticed, and how many there were.
    fn noticed(&self) -> (usize, usize) {
        let applicable = self.faults.iter().filter(|fault| fault.is_applicable);
        (applicable.clone().filter(|fault| !fault.killers.is_empty()).count(), applicable.count())
    }
}

impl Strength {
    /// How many faults were noticed, and how many there were. That a function is never called is one that is not noticed.
    fn noticed(&self) -> (usize, usize) {
        let noticed = self.functions.iter().map(FunctionReport::noticed);
        noticed.fold((0, self.never.len()), |(a, b), (noticed, all)| (a + noticed, b + all))
    }

    /// How many percent of the faults were noticed.
    pub fn percent(&self) -> f64 {
        let (noticed, all) = self.noticed();
        if all == 0 { 100.0 } else { 100.0 * noticed as f64 / all as f64 }
    }
}

/// Each function with its faults, the weakest first.
pub fn strength(strength: &Strength) -> String {
    let mut lines = String::new();
    let mut functions: Vec<_> = strength.functions.iter().collect();
    let share = |function: &FunctionReport| {
        let (noticed, all) = function.noticed();
        if all == 0 { 1.0 } else { noticed as f64 / all as f64 }
    };
    functions.sort_by(|a, b| share(a).total_cmp(&share(b)).then_with(|| a.name.cmp(b.name)));
    for function in functions {
        let (noticed, all) = function.noticed();
        let checks = counted(function.checks, "check calls it", "checks call it");
        let _ = writeln!(lines, "{}: {noticed} of {all} faults are noticed; {checks}", text::line(function.name));
        // Those that were noticed by as many of a kind stand together, as they came.
        let mut groups: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        for fault in function.faults.iter().filter(|fault| fault.is_applicable) {
            groups.entry((fault.killers.len(), fault.differential)).or_default().push(&fault.what);
        }
        for ((killers, differential), faults) in groups {
            match killers {
                0 => faults.iter().for_each(|fault| {
                    let _ = writeln!(lines, "  ALIVE: {}", text::line(fault));
                }),
                _ => wrapped(&mut lines, &format!("killed by {}", kinds(killers, differential)), &faults),
            }
        }
        let nothing: Vec<_> =
            function.faults.iter().filter(|fault| !fault.is_applicable).map(|fault| &*fault.what).collect();
        if !nothing.is_empty() {
            wrapped(&mut lines, "not applicable", &nothing);
        }
        lines.push('\n');
    }
    for name in &strength.never {
        let _ = writeln!(lines, "no check calls `{}`", text::line(name));
    }
    for test in &strength.idle {
        let _ = writeln!(lines, "`{}` notices no fault but a panic", text::line(test));
    }
    for (cell, why) in &strength.failed {
        let _ = writeln!(lines, "`{}` fails without a fault: {}", text::line(cell), text::line(&text::cut(why)));
    }
    if !(strength.never.is_empty() && strength.idle.is_empty() && strength.failed.is_empty()) {
        lines.push('\n');
    }
    let (noticed, all) = strength.noticed();
    let subject = text::line(strength.subject);
    let _ =
        writeln!(lines, "strength of {subject}: {noticed} of {all} faults are noticed ({:.1} %)", strength.percent());
    lines
}

/// `3 checks and 1 differential test`
fn kinds(killers: usize, differential: usize) -> String {
    let checks = killers - differential;
    let checks = (checks > 0).then(|| counted(checks, "check", "checks"));
    let differential = (differential > 0).then(|| counted(differential, "differential test", "differential tests"));
    checks.into_iter().chain(differential).collect::<Vec<_>>().join(" and ")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The items behind what they have in common, as many on a line as fit.
fn wrapped(lines: &mut String, head: &str, items: &[&str]) {
    const WIDTH: usize = 100;
    let mut line = format!("  {head}: ");
    for (at, item) in items.iter().enumerate() {
        let item = text::line(item);
        let end = if at + 1 < items.len() { "; " } else { "" };
        if line.chars().count() + item.chars().count() + end.len() > WIDTH && !line.trim().is_empty() && at > 0 {
            let _ = writeln!(lines, "{}", line.trim_end());
            line = "    ".to_owned();
        }
        line.push_str(&item);
        line.push_str(end);
    }
    let _ = writeln!(lines, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(what: &str, killers: &[&str], differential: usize, is_applicable: bool) -> FaultReport {
        let killers = killers.iter().map(|name| (*name).to_owned()).collect();
        FaultReport { what: what.to_owned(), is_applicable, killers, differential }
    }

    #[test]
    fn the_weakest_function_stands_first_and_each_fault_with_those_that_are_noticed_alike() {
        let add = FunctionReport {
            name: "add",
            checks: 2,
            faults: vec![
                fault("it panics", &["a", "b"], 1, true),
                fault("its value is 0", &["a", "b"], 1, true),
                fault("`a` and `b` are exchanged", &[], 0, true),
                fault("one element is missing", &[], 0, false),
            ],
        };
        let mul = FunctionReport { name: "mul", checks: 1, faults: vec![fault("it panics", &["b"], 1, true)] };
        let shown = strength(&Strength {
            subject: "dyn Ops",
            functions: vec![mul, add],
            never: vec!["div"],
            idle: vec!["m::c".to_owned()],
            failed: vec![("m::d::reference".to_owned(), "no\nnumber".to_owned())],
        });
        let expected = "add: 2 of 3 faults are noticed; 2 checks call it\n  ALIVE: `a` and `b` are exchanged\n  \
                        killed by 1 check and 1 differential test: it panics; its value is 0\n  \
                        not applicable: one element is missing\n\n\
                        mul: 1 of 1 faults are noticed; 1 check calls it\n  killed by 1 differential test: it panics\n\n\
                        no check calls `div`\n`m::c` notices no fault but a panic\n`m::d::reference` fails without a fault: no\\nnumber\n\n\
                        strength of dyn Ops: 3 of 5 faults are noticed (60.0 %)\n";
        assert_eq!(shown, expected);
    }
}
