//! A run in the Common Test Report Format.

use std::collections::BTreeMap;

use crosscheck::Outcome;
use crosscheck::internals::Results;
use crosscheck::record::CellRecord;
use serde::Serialize;

use super::json::document;
use crate::records::Run;

/// The version of the format.
const SPEC: &str = "0.0.0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    report_format: &'static str,
    spec_version: &'static str,
    generated_by: &'static str,
    results: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    tool: Tool<'a>,
    summary: Summary,
    tests: Vec<Test<'a>>,
    environment: Environment<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

/// Counts, and times in milliseconds.
#[derive(Serialize)]
struct Summary {
    tests: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
    pending: usize,
    other: usize,
    flaky: usize,
    start: u64,
    stop: u64,
    duration: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Environment<'a> {
    report_name: String,
    healthy: bool,
    extra: BTreeMap<&'static str, Vec<&'a str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Test<'a> {
    name: &'a str,
    status: &'static str,
    raw_status: &'static str,
    duration: u64,
    suite: [String; 3],
    r#type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    labels: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flaky: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<BTreeMap<&'static str, String>>,
}

/// The run as CTRF.
pub fn ctrf(run: &Run) -> String {
    let results = run.results();
    let tests: Vec<_> = run.cells.iter().map(|cell| test(&results, cell)).collect();
    let count = |status: &str| tests.iter().filter(|test| test.status == status).count();
    let start = run.starts.iter().map(|start| start.at).filter(|at| *at > 0).min().unwrap_or_default() * 1_000;
    // Records do not say when a run ended; all cells, one after the other, took no less than it did.
    let duration = run.cells.iter().map(|cell| cell.duration_us).sum::<u64>() / 1_000;
    let summary = Summary {
        tests: tests.len(),
        passed: count("passed"),
        failed: count("failed"),
        skipped: count("skipped"),
        pending: 0,
        other: 0,
        flaky: tests.iter().filter(|test| test.flaky.is_some()).count(),
        start,
        stop: start + duration,
        duration,
    };
    let version = run.starts.first().map_or("", |start| &start.crosscheck);
    let machines = run.starts.iter().map(|start| start.machine.as_str()).collect();
    document(&Document {
        report_format: "CTRF",
        spec_version: SPEC,
        generated_by: "crosscheck-cli",
        results: Body {
            tool: Tool { name: "crosscheck", version },
            summary,
            tests,
            environment: Environment {
                report_name: results.name(),
                healthy: results.concluded,
                extra: BTreeMap::from([("machines", machines)]),
            },
        },
    })
}

/// What failed as it should has not passed and is no failure.
fn status(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed | Outcome::KnownFlaky => "passed",
        outcome if outcome.fails_the_run() => "failed",
        _ => "skipped",
    }
}

fn test<'a>(results: &Results<'_>, cell: &'a CellRecord) -> Test<'a> {
    let place = cell.origin.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let fails = cell.outcome.fails_the_run();
    Test {
        // The format wants a character at least.
        name: if cell.name.is_empty() { "?" } else { &cell.name },
        status: status(cell.outcome),
        raw_status: cell.outcome.as_str(),
        duration: cell.duration_us / 1_000,
        suite: [results.name(), cell.backend.clone(), cell.test.clone()],
        r#type: "conformance",
        message: &cell.reason,
        file_path: place.map(|(file, _)| file),
        line: place.map(|(_, line)| line),
        tags: &cell.tags,
        labels: results.properties(cell).into_iter().collect(),
        flaky: matches!(cell.outcome, Outcome::KnownFlaky | Outcome::Flaky).then_some(true),
        retries: cell.attempts.map(|attempts| attempts.saturating_sub(1)),
        stdout: cell.output.as_ref().map(|output| output.lines().collect()),
        extra: fails.then(|| BTreeMap::from([("rerun", results.rerun(cell))])),
    }
}
