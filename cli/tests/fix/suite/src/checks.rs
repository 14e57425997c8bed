//! The checks.

use crosscheck::{backend_matrix, conformance};

use crate::Ops;

fn check(ops: &dyn Ops, word: &str) {
    let value = ops.call(word).unwrap();
    assert_eq!(value.len(), 3);
}

macro_rules! checks {
    ($($(#[$uses:meta])? $name:ident: $word:literal,)*) => {
        $(
            #[conformance$(($uses))?]
            pub fn $name(ops: &dyn Ops) -> Result<(), String> {
                let value = ops.call($word)?;
                assert_eq!(value.len(), 3);
                Ok(())
            }
        )*
    };
}

checks! {
    #[uses = "stale"] stale_a: "",
    #[uses = "stale"] stale_b: "",
    #[uses = "wide"] wide_fails: "fast:panic",
    #[uses = "wide"] wide_passes: "",
    #[uses = "kind"] kind_a: "fast:panic",
    #[uses = "kind"] kind_b: "fast:panic",
    #[uses = "text"] text: "fast:error",
    #[uses = "skip_stale"] skip_stale: "",
    #[uses = "skip_fails"] skip_fails: "fast:error",
    #[uses = "flaky"] flaky: "",
    #[uses = "expired"] expired: "fast:panic",
    #[uses = "one_of_two"] one_of_two: "",
    #[uses = "other_of_two"] other_of_two: "fast:error",
    #[uses = "new"] new_a: "fast:error+slow:panic",
    #[uses = "new"] new_b: "fast:error",
    #[uses = "mostly"] mostly_a: "fast:panic",
    #[uses = "mostly"] mostly_b: "fast:panic",
    #[uses = "mostly"] mostly_c: "fast:panic",
    #[uses = "mostly"] mostly_passes: "",
    #[uses = "constant"] constant: "",
    #[uses = "new_ways"] new_ways_errs: "fast:refuse",
    #[uses = "new_ways"] new_ways_panics: "fast:panic",
    #[uses = "lost"] lost_as_said: "fast:refuse",
    #[uses = "lost"] lost_otherwise: "fast:lost",
    #[uses = "elsewhere"] elsewhere_errs: "fast:refuse",
    #[uses = "elsewhere"] elsewhere_panics: "fast:panic",
    #[uses = "works"] works: "",
    #[uses = "asked"] asked: "slow:error",
    #[uses = "unseen"] unseen: "slow:error",
    #[uses = "inside"] inside: "",
    #[uses = "umlaut"] umlaut: "",
    #[uses = "umlaut"] umlaut_fails: "umlaut:error",
    #[uses = "windows"] windows: "",
    #[uses = "windows"] windows_fails: "windows:panic",
    plain_panics: "fast:panic",
    plain_errs: "fast:refuse",
    by_path: "",
}

#[conformance(uses = "two_ways")]
pub fn two_ways_panics(ops: &dyn Ops) {
    check(ops, "fast:panic");
}

#[conformance(uses = "two_ways", timeout = "5s")]
pub fn two_ways_hangs(ops: &dyn Ops) {
    check(ops, "fast:hang");
}

#[conformance(timeout = "5s")]
pub fn hangs(ops: &dyn Ops) {
    check(ops, "fast:hang");
}

#[conformance(isolated)]
pub fn crashes(ops: &dyn Ops) {
    check(ops, "fast:crash");
}

#[backend_matrix(scale(1, 2, 3), dtype(F32, F16))]
pub fn axes(ops: &dyn Ops, scale: u32, dtype: Dtype) -> Result<Vec<f32>, String> {
    let value = ops.call(if dtype == Dtype::F16 && scale > 1 { "fast:nan" } else { "" })?;
    Ok(value.iter().map(|x| x * scale as f32).collect())
}

/// Its row expects too many of its cases to fail.
#[backend_matrix(scale(1, 2, 3), tags("slow"))]
pub fn case_row(ops: &dyn Ops, scale: u32) -> Result<Vec<f32>, String> {
    let value = ops.call(if scale == 2 { "fast:off" } else { "" })?;
    Ok(value.iter().map(|x| x * scale as f32).collect())
}

#[backend_matrix(uses = "off")]
pub fn off(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("fast:off")
}

/// Its row is right of the first two cases only.
#[backend_matrix(n(1, 2, 3, 4))]
pub fn two_cases(ops: &dyn Ops, n: usize) -> Result<Vec<f32>, String> {
    ops.call(["fast:refuse", "fast:refuse", "fast:panic", ""][n - 1])
}

#[backend_matrix(uses = "partly", n(1, 2))]
pub fn partly(ops: &dyn Ops, n: u32) -> Result<Vec<f32>, String> {
    ops.call(if n == 1 { "fast:refuse" } else { "fast:panic" })
}

#[backend_matrix(uses = "garbage", n(1, 2))]
pub fn garbage(ops: &dyn Ops, n: u32) -> Result<Vec<f32>, String> {
    ops.call(if n == 1 { "fast:refuse" } else { "fast:off" })
}

/// Its row knows how far off it was when it had three elements.
#[backend_matrix]
pub fn is_short(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("fast:short")
}

/// Its row says how far off one case is; the other one is off by no number.
#[backend_matrix(n(1, 2))]
pub fn is_far(ops: &dyn Ops, n: u32) -> Result<Vec<f32>, String> {
    ops.call(if n == 1 { "fast:off" } else { "fast:nan" })
}

/// Units in the last place of 0 are next to nothing.
#[backend_matrix]
pub fn is_not_zero(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    Ok(ops.call("fast:off")?.iter().zip([0.0, 2.0, 0.0]).map(|(x, y)| x - y).collect())
}

/// The row says that the baseline is wrong, and it is.
#[backend_matrix]
pub fn wrong_baseline(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("reference:off")
}

/// The row says that the baseline is wrong, and it is right.
#[backend_matrix]
pub fn right_baseline(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("")
}

#[backend_matrix(backends("fast", "slow"))]
pub fn new_mismatch(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("fast:off")
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dtype {
    F32,
    F16,
}
