//! The checks, by the names of the tests that they were.

use crosscheck::conformance;

use crate::Backend;

const FIELD: [f64; 4] = [1.0, 2.0, 3.0, 5.0];

/// What a shift leaves of the field.
fn rest(offset: isize) -> &'static [f64] {
    match offset {
        0 => &[1.0, 2.0, 3.0, 5.0],
        1 => &[2.0, 3.0, 5.0],
        -1 => &[1.0, 2.0, 3.0],
        2 => &[3.0, 5.0],
        _ => &[1.0],
    }
}

#[conformance(offset(none = 0, ahead = 1, back = -1))]
pub fn shift(backend: &dyn Backend, offset: isize) -> Result<(), String> {
    assert_eq!(backend.shift(&FIELD, offset)?, rest(offset));
    Ok(())
}

#[conformance(uses = "dynamic_offsets", offset(ahead = 2, back = -3))]
pub fn shift_far(backend: &dyn Backend, offset: isize) -> Result<(), String> {
    assert_eq!(backend.shift(&FIELD, offset)?, rest(offset));
    Ok(())
}

#[conformance(uses = "scans")]
pub fn scan(backend: &dyn Backend) -> Result<(), String> {
    assert_eq!(backend.scan(&FIELD, 10.0)?, [11.0, 13.0, 16.0, 21.0]);
    Ok(())
}

#[conformance(uses("scans", "long_scans"))]
pub fn long_scan(backend: &dyn Backend) -> Result<(), String> {
    assert_eq!(backend.scan(&[1.0; 100_000], 0.0)?.last(), Some(&100_000.0));
    Ok(())
}

#[conformance]
pub fn select(backend: &dyn Backend) -> Result<(), String> {
    assert_eq!(backend.select(&[true, false, true, false], &FIELD, &[0.0; 4])?, [1.0, 0.0, 3.0, 0.0]);
    Ok(())
}

#[conformance]
pub fn neighbour_sum(backend: &dyn Backend) -> Result<(), String> {
    assert_eq!(backend.neighbour_sum(&FIELD, &[&[0, 1], &[1, 2], &[2, 3]])?, [3.0, 5.0, 8.0]);
    Ok(())
}

#[conformance(uses = "ragged_tables")]
pub fn neighbour_sum_ragged(backend: &dyn Backend) -> Result<(), String> {
    assert_eq!(backend.neighbour_sum(&FIELD, &[&[0, 1], &[0, 1, 2], &[3]])?, [3.0, 6.0, 5.0]);
    Ok(())
}
