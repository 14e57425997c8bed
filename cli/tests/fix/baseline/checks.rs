//! A check for each way to fail, in each scope that a row can have.

use crosscheck::{backend_matrix, conformance};

use crate::{Missing, Ops};

fn three(ops: &dyn Ops, word: &str) -> Result<(), String> {
    let value = ops.call(word)?;
    assert_eq!(value.len(), 3);
    Ok(())
}

#[conformance]
pub fn panics(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "panic")
}

#[conformance]
pub fn errs(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "error")
}

#[conformance]
pub fn errs_alike(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "error")
}

#[backend_matrix]
pub fn is_off(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("off")
}

#[backend_matrix]
pub fn is_off_too(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("off")
}

#[backend_matrix]
pub fn is_no_number(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    ops.call("nan")
}

#[conformance(timeout = "1s")]
pub fn hangs(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "hang")
}

#[conformance(isolated)]
pub fn crashes(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "crash")
}

#[conformance]
pub fn shows_nothing(ops: &dyn Ops) {
    if let Ok(value) = ops.call("error") {
        assert_eq!(value.len(), 3);
    }
}

#[conformance]
pub fn is_not_there(ops: &dyn Ops) -> Result<(), Missing> {
    let value = ops.call("error").map_err(|_| Missing)?;
    assert_eq!(value.len(), 3);
    Ok(())
}

#[conformance]
pub fn wavers(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "once")
}

#[conformance(uses = "broken")]
pub fn broken_a(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "other")
}

#[conformance(uses = "broken")]
pub fn broken_b(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "other")
}

#[backend_matrix(uses = "also_broken")]
pub fn also_broken(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    panic_in(ops)
}

fn panic_in(ops: &dyn Ops) -> Result<Vec<f32>, String> {
    let value = ops.call("off")?;
    assert_eq!(value[1], 2.0, "the feature is not there at all");
    Ok(value)
}

#[conformance(uses = "known")]
pub fn known(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "error")
}

#[conformance(uses = "works")]
pub fn works(ops: &dyn Ops) -> Result<(), String> {
    three(ops, "")
}

#[backend_matrix(scale(1, 2, 3), sign(plus = 1.0, minus = -1.0))]
pub fn of_some_cases(ops: &dyn Ops, scale: u32, sign: f32) -> Result<Vec<f32>, String> {
    let value = ops.call(if scale > 1 && sign < 0.0 { "error" } else { "" })?;
    Ok(value.iter().map(|x| x * sign * scale as f32).collect())
}

/// No row can be of both and expect what either says.
#[conformance(what(no_kernel = "error", torn = "torn"))]
pub fn says_two_things(ops: &dyn Ops, what: &str) -> Result<(), String> {
    three(ops, what)
}

/// Rows for each of these would be too many.
#[conformance(what(a = 'a', b = 'b', c = 'c', d = 'd', e = 'e', f = 'f', g = 'g', h = 'h', i = 'i'))]
pub fn says_anything(ops: &dyn Ops, what: char) -> Result<(), String> {
    three(ops, &format!("says {what}"))
}
