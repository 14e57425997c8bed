//! Records for pages: the lines of a run that never was.

use serde_json::{Value, json};

/// What a page has to show of a cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its test.
    pub test: String,
    /// Its case; empty where it has none.
    pub case: String,
    /// Its backend.
    pub backend: String,
    /// Its outcome, as the record has it.
    pub outcome: &'static str,
    /// All fields of its line.
    pub line: Value,
}

impl Cell {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        let parts = [self.test.as_str(), &self.case, &self.backend];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("::")
    }

    /// With another field.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.line[field] = value;
        self
    }
}

/// A cell.
#[must_use]
pub fn cell(test: &str, case: &str, backend: &str, markers: &[&str], outcome: &'static str) -> Cell {
    let (test, case, backend) = (test.to_owned(), case.to_owned(), backend.to_owned());
    let mut cell = Cell { test, case, backend, outcome, line: Value::Null };
    cell.line = json!({
        "line": "cell", "name": cell.name(), "test": cell.test, "backend": cell.backend, "markers": markers, "row": null,
        "outcome": outcome, "origin": "suite/src/lib.rs:7", "duration_us": 1200,
    });
    cell
}

/// A suite of these features and backends, with these rows of its matrix.
#[must_use]
pub fn suite(features: &[(&str, &str)], backends: &[&str], rows: &[Value]) -> Value {
    let features: Vec<_> =
        features.iter().map(|(marker, text)| json!({ "marker": marker, "description": text })).collect();
    json!({
        "line": "suite", "subject": "dyn Kernels", "baseline": backends[0], "features": features, "backends": backends, "rows": rows,
    })
}

/// A whole record.
#[must_use]
pub fn lines(suite: Value, cells: &[Cell]) -> Vec<Value> {
    let start = json!({
        "line": "start", "format": 5, "suite": "conformance", "fingerprint": "00000000000000aa", "package": "kernels",
        "crosscheck": "0.1.0", "machine": "x86_64-linux", "at": 1_795_904_175_u64,
    });
    let plan = json!({ "line": "plan", "cells": cells.iter().map(Cell::name).collect::<Vec<_>>() });
    let cells = cells.iter().map(|cell| cell.line.clone());
    [start, suite, plan].into_iter().chain(cells).chain([json!({ "line": "end" })]).collect()
}

const BACKENDS: [&str; 4] = ["reference", "cuda", "metal", "candle"];
const DTYPES: [&str; 4] = ["f64", "f32", "f16", "bf16"];
/// Each function with a test, and the feature that it uses.
const TESTS: [(&str, &str, &str); 9] = [
    ("softmax", "softmax::of_large_logits", "large_logits"),
    ("softmax", "softmax::sums_to_one", ""),
    ("matmul", "matmul::of_rectangles", ""),
    ("matmul", "matmul::by_vectors", ""),
    ("slice", "slice::starts_where_the_tensor_says", "dynamic_offsets"),
    ("argmax", "argmax::of_nan", "nan_argmax"),
    ("attention", "attention::looks_back", "sliding_window"),
    ("quantize", "quantize::of_four_bits", "quantized"),
    ("rms_norm", "rms_norm::of_rows", ""),
];

/// A run of kernels on four backends, in which something of everything happens: the lines of its record, and the cells.
#[must_use]
pub fn demo(sizes: usize) -> (Value, Vec<Cell>) {
    let rows = [
        json!({ "backend": "metal", "row": "float64", "action": "skip", "reason": "Metal has no 64-bit floats", "debt": "hardware_limit", "at": "backends/src/metal.rs:12" }),
        json!({ "backend": "candle", "row": "dynamic_offsets", "action": "xfail", "reason": "offsets must be known when the graph is built", "debt": "upstream", "tracking": "https://example.org/candle/issues/1234", "at": "backends/src/candle.rs:31" }),
        json!({ "backend": "cuda", "row": "quantized", "action": "xfail", "reason": "kernels of four bits are still to be written", "debt": "not_yet", "tracking": "https://example.org/kernels/issues/7", "until": "2999-12-31", "at": "backends/src/cuda.rs:44" }),
        json!({ "backend": "candle", "row": "nan_argmax", "action": "xfail", "reason": "NaN is never the largest number", "debt": "wont_fix", "since": "0.9", "at": "backends/src/candle.rs:40" }),
    ];
    let features = [
        ("float64", "64-bit floats."),
        ("dynamic_offsets", "The start of a slice is itself a tensor, known only at run time."),
        ("large_logits", "Logits above 88, where `exp` overflows in 32 bits."),
        ("sliding_window", "Attention that looks back a fixed number of positions."),
        ("quantized", "Weights of four and eight bits."),
        ("nan_argmax", "NaN counts as the largest number."),
    ];
    let mut cells = Vec::new();
    for (at, (function, test, feature)) in TESTS.into_iter().enumerate() {
        for (size, dtype) in (0..sizes).flat_map(|size| DTYPES.map(|dtype| (size, dtype))) {
            for backend in BACKENDS {
                let own = Some(feature).filter(|feature| !feature.is_empty());
                let markers: Vec<_> = own.into_iter().chain((dtype == "f64").then_some("float64")).collect();
                let seed = at * 31 + size * 7 + dtype.len() * 3 + backend.len();
                let place = Place { at, size, dtype, backend, feature, seed };
                let case = format!("{dtype}_{}x{}", size * 16 + 8, size * 8 + 12);
                let made = place.cell(cell(test, &case, backend, &markers, place.outcome()));
                let made = made.with("function", json!(function)).with("duration_us", json!(seed * seed * 40 + 90));
                cells.push(if at % 3 == 0 { made.with("tags", json!(["slow"])) } else { made });
            }
        }
    }
    (suite(&features, &BACKENDS, &rows), cells)
}

/// Which cell it is.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    size: usize,
    dtype: &'static str,
    backend: &'static str,
    feature: &'static str,
    seed: usize,
}

impl Place {
    fn outcome(self) -> &'static str {
        match (self.backend, self.feature, self.dtype) {
            ("reference", ..) => "passed",
            ("metal", _, "f64") => "skipped",
            ("candle", "dynamic_offsets" | "nan_argmax", _) | ("cuda", "quantized", _) => "x_failed",
            ("metal", "sliding_window", _) => "not_implemented",
            ("metal", "nan_argmax", _) => "unavailable",
            ("candle", "sliding_window", "bf16") if self.size == 0 => "failed",
            ("metal", "large_logits", "f16") if self.size == 1 => "failed",
            ("candle", "", "f32") if self.at == 8 && self.size == 0 => "known_flaky",
            _ => "passed",
        }
    }

    /// With what its outcome says besides.
    fn cell(self, cell: Cell) -> Cell {
        let row = |cell: Cell, row: &str, at: &str, debt: &str, reason: &str| {
            let cell = cell.with("row", json!(row)).with("row_at", json!(at)).with("debt", json!(debt));
            cell.with("reason", json!(reason))
        };
        let (rows, columns) = (self.size * 16 + 8, self.size * 8 + 12);
        match (cell.outcome, self.feature) {
            ("skipped", _) => {
                row(cell, "float64", "backends/src/metal.rs:12", "hardware_limit", "Metal has no 64-bit floats")
            }
            ("x_failed", "quantized") => row(
                cell,
                "quantized",
                "backends/src/cuda.rs:44",
                "not_yet",
                "kernels of four bits are still to be written: error: unsupported: q4",
            ),
            ("x_failed", "nan_argmax") => {
                row(cell, "nan_argmax", "backends/src/candle.rs:40", "wont_fix", "NaN is never the largest number")
            }
            ("x_failed", _) => row(
                cell,
                "dynamic_offsets",
                "backends/src/candle.rs:31",
                "upstream",
                "offsets must be known when the graph is built",
            ),
            ("not_implemented", _) => cell.with("reason", json!("`attention` is not implemented")),
            ("unavailable", _) => cell.with("reason", json!("no Metal device on this machine")),
            ("known_flaky", _) => cell.with("attempts", json!(2)),
            ("failed", _) => {
                let first: Vec<_> = (0..rows.min(8))
                    .map(|row| json!({ "index": [row, columns - 1 - row % 4], "actual": "NaN", "expected": format!("{}.5", row) }))
                    .collect();
                let wrong = rows * 4;
                let from = columns - 4;
                let reason = format!(
                    "{wrong} of {} elements disagree in {}[{rows}, {columns}]; allowed: rtol 1e-3, atol 1e-5 (for {})\n  {wrong} disagree in being NaN\n  from index {from} of axis 1 on, where no element is right\n  the first of them:\n    [0, {}] NaN instead of 0.5",
                    rows * columns,
                    self.dtype,
                    self.dtype,
                    columns - 1,
                );
                let disagreement = json!({
                    "dtype": self.dtype, "shape": [rows, columns], "wrong": wrong, "first": first,
                    "place": format!("from index {from} of axis 1 on, where no element is right"),
                    "part": [[0, rows - 1], [from, columns - 1]],
                });
                let cell = cell.with("reason", json!(reason)).with("failure", json!("mismatch"));
                cell.with("disagreement", disagreement).with("seed", json!(u64::MAX - self.seed as u64))
            }
            _ if self.backend == "reference" => cell,
            _ => {
                let share = ["f64", "f32", "f16", "bf16"].iter().position(|it| *it == self.dtype).unwrap_or_default();
                let used = ((self.seed * 37 + self.at * 11) % 23) as f64 / 100.0 * (share + 1) as f64;
                let near = rows * columns / 3;
                let histogram = [rows * columns - near, near / 2, near - near / 2, 0, 0, 0, 0, 0];
                let ulps =
                    json!({ "largest": self.seed % 6 + 1, "counts": [near / 2, near - near / 2, 0, 0, 0, 0, 0] });
                let device = if self.backend == "cuda" { "NVIDIA H100" } else { "Apple M3" };
                let receipt = json!({ "device": device, "evaluations": 1, "refusals": 0, "fallbacks": [], "bytes": rows * columns * 4 });
                let cell = if self.backend == "candle" { cell } else { cell.with("receipt", receipt) };
                cell.with("agreement", json!({ "used": used, "elements": rows * columns, "histogram": histogram, "dtype": self.dtype, "ulps": ulps }))
            }
        }
    }
}
