//! A run as JUnit XML.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::results::Results;
use crate::judge::Outcome;
use crate::record::CellRecord;
use crate::text;

/// There is no one JUnit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// What most read: a test case has properties, a file and a line.
    Properties,
    /// What the schema of Jenkins' xUnit plugin (`junit-10.xsd`) allows, which knows none of these in a test case: the properties
    /// stand in its output, as `[[PROPERTY|name=value]]`.
    Strict,
}

/// The run as JUnit, a test suite a backend.
///
/// What fails the run is a failure, or an error where the body did not come to its end; what was not run, or failed as it
/// should, is skipped.
pub fn junit(results: &Results<'_>, dialect: Dialect) -> String {
    let mut report = Report::new(attribute(&results.name()));
    let mut backends: Vec<&str> = results.suites.iter().flat_map(|suite| &suite.backends).map(String::as_str).collect();
    backends.extend(results.cells.iter().map(|cell| cell.backend.as_str()));
    let mut known = std::collections::BTreeSet::new();
    backends.retain(|backend| known.insert(*backend));
    for backend in backends {
        let mut suite = TestSuite::new(attribute(backend));
        let cells = results.cells.iter().filter(|cell| cell.backend == backend);
        suite.add_test_cases(cells.map(|cell| test_case(results, cell, dialect)));
        if suite.tests == 0 {
            continue;
        }
        let took = suite.test_cases.iter().filter_map(|case| case.time).sum();
        suite.set_time(took);
        report.time = Some(report.time.unwrap_or_default() + took);
        if let Some(start) = results.starts.first() {
            let mut machines: Vec<_> = results.starts.iter().map(|start| start.machine.as_str()).collect();
            machines.sort_unstable();
            machines.dedup();
            let own = [("crosscheck", start.crosscheck.clone()), ("machine", machines.join(", "))];
            let own = own.into_iter().filter(|(_, value)| !value.is_empty());
            suite.add_properties(own.map(|(name, value)| Property::new(name, attribute(&value))));
        }
        report.add_test_suite(suite);
    }
    let text = report.to_string().expect("what stands in memory can be written into memory");
    // No schema knows this attribute there. Within a text, quotes are written in another way.
    text.replacen(&format!("\" skipped=\"{}\"", report.skipped), "\"", 1)
}

fn test_case(results: &Results<'_>, cell: &CellRecord, dialect: Dialect) -> TestCase {
    let mut case = TestCase::new(attribute(&cell.name), status(results, cell));
    case.set_classname(attribute(&cell.test)).set_time(std::time::Duration::from_micros(cell.duration_us));
    let properties = results.properties(cell);
    let mut output = cell.output.as_deref().map(xml).unwrap_or_default();
    match dialect {
        Dialect::Properties => {
            case.add_properties(properties.into_iter().map(|(name, value)| Property::new(name, attribute(&value))));
            if let Some((file, line)) = cell.origin.rsplit_once(':') {
                case.extra.insert("file".into(), attribute(file).into());
                case.extra.insert("line".into(), attribute(line).into());
            }
        }
        Dialect::Strict => {
            for (name, value) in properties {
                output.push_str(&format!(
                    "{}[[PROPERTY|{name}={}]]",
                    if output.is_empty() { "" } else { "\n" },
                    attribute(&value)
                ));
            }
        }
    }
    if !output.is_empty() {
        case.set_system_out(output);
    }
    case
}

fn status(results: &Results<'_>, cell: &CellRecord) -> TestCaseStatus {
    use Outcome::*;
    let reason = xml(&cell.reason);
    let message = reason.lines().next().unwrap_or_default().to_owned();
    let kind = match cell.outcome {
        Passed => return TestCaseStatus::success(),
        KnownFlaky => {
            let mut status = TestCaseStatus::success();
            let mut before = TestRerun::new(NonSuccessKind::Failure);
            before.set_type(cell.outcome.as_str()).set_message(message).set_description(reason);
            status.add_rerun(before);
            return status;
        }
        Skipped | NotImplemented | Unavailable | XFailed => {
            let mut status = TestCaseStatus::skipped();
            status.set_type(cell.outcome.as_str()).set_message(message);
            if reason.contains('\n') {
                status.set_description(reason);
            }
            return status;
        }
        // Whatever failed, it was not what the test asks for.
        Failed if cell.setup => NonSuccessKind::Error,
        TimedOut | Crashed | Missing => NonSuccessKind::Error,
        Failed | XPassed | XChanged | Expired | Vacuous | Flaky => NonSuccessKind::Failure,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(cell.outcome.as_str()).set_message(message);
    status.set_description(format!("{reason}\n\nto run only this: {}", xml(&results.rerun(cell))));
    status
}

/// A text as XML 1.0 can hold it, of which nothing is lost on the way: `quick_junit` leaves out what it takes for a colour, with
/// all that stands behind one that does not end, and tabs. No further line of it begins with what somebody wrote: where the report is
/// printed, a log would take it for a line of its own.
fn xml(text: &str) -> String {
    let text = text::block(text).replace('\t', "    ");
    text.replace('\u{fffe}', r"\u{fffe}").replace('\u{ffff}', r"\u{ffff}")
}

/// The same in one line, as every reader of an attribute has it.
fn attribute(text: &str) -> String {
    xml(&text::line(text))
}
