//! The backends, each as its original is.

use crosscheck::{Unavailable, backend};

use crate::Backend;

/// One point after the other, as plain as it can be.
struct Roundtrip;

/// Whole fields at a time.
struct Vectorized;

/// Code for the offsets that are known, and a recursion for each scan.
struct Compiled;

/// Generates code, and runs none.
struct DryRun;

impl Backend for Roundtrip {
    fn shift(&self, field: &[f64], offset: isize) -> Result<Vec<f64>, String> {
        let points = 0..field.len();
        Ok(points.filter_map(|at| field.get(at.checked_add_signed(offset)?).copied()).collect())
    }

    fn scan(&self, field: &[f64], init: f64) -> Result<Vec<f64>, String> {
        let mut sum = init;
        let sums = field.iter().map(|value| {
            sum += value;
            sum
        });
        Ok(sums.collect())
    }

    fn select(&self, mask: &[bool], a: &[f64], b: &[f64]) -> Result<Vec<f64>, String> {
        Ok((0..mask.len()).map(|at| if mask[at] { a[at] } else { b[at] }).collect())
    }

    fn neighbour_sum(&self, field: &[f64], table: &[&[usize]]) -> Result<Vec<f64>, String> {
        Ok(table.iter().map(|neighbours| neighbours.iter().map(|neighbour| field[*neighbour]).sum()).collect())
    }
}

impl Backend for Vectorized {
    fn shift(&self, field: &[f64], offset: isize) -> Result<Vec<f64>, String> {
        let hidden = offset.unsigned_abs().min(field.len());
        Ok(if offset >= 0 { &field[hidden..] } else { &field[..field.len() - hidden] }.to_vec())
    }

    fn scan(&self, _: &[f64], _: f64) -> Result<Vec<f64>, String> {
        Err("a scan takes one point after the other".to_owned())
    }

    fn select(&self, mask: &[bool], a: &[f64], b: &[f64]) -> Result<Vec<f64>, String> {
        let both = a.iter().zip(b);
        Ok(mask.iter().zip(both).map(|(is_set, (a, b))| if *is_set { *a } else { *b }).collect())
    }

    fn neighbour_sum(&self, field: &[f64], table: &[&[usize]]) -> Result<Vec<f64>, String> {
        let columns = table.iter().map(|neighbours| neighbours.len()).min().unwrap_or(0);
        let mut sums = vec![0.0; table.len()];
        for column in 0..columns {
            for (sum, neighbours) in sums.iter_mut().zip(table) {
                *sum += field[neighbours[column]];
            }
        }
        Ok(sums)
    }
}

impl Backend for Compiled {
    fn shift(&self, field: &[f64], offset: isize) -> Result<Vec<f64>, String> {
        match offset {
            -1..=1 => Roundtrip.shift(field, offset),
            _ => Err(format!("no code was generated for the offset {offset}")),
        }
    }

    fn scan(&self, field: &[f64], init: f64) -> Result<Vec<f64>, String> {
        let [first, rest @ ..] = field else { return Ok(Vec::new()) };
        let sum = init + first;
        let mut sums = vec![sum];
        sums.extend(self.scan(rest, sum)?);
        Ok(sums)
    }

    fn select(&self, mask: &[bool], a: &[f64], b: &[f64]) -> Result<Vec<f64>, String> {
        Roundtrip.select(mask, a, b)
    }

    fn neighbour_sum(&self, field: &[f64], table: &[&[usize]]) -> Result<Vec<f64>, String> {
        Roundtrip.neighbour_sum(field, table)
    }
}

impl DryRun {
    fn ends(&self) -> Result<Vec<f64>, String> {
        Err("the code was generated, and not run".to_owned())
    }
}

impl Backend for DryRun {
    fn shift(&self, _: &[f64], _: isize) -> Result<Vec<f64>, String> {
        self.ends()
    }

    fn scan(&self, _: &[f64], _: f64) -> Result<Vec<f64>, String> {
        self.ends()
    }

    fn select(&self, _: &[bool], _: &[f64], _: &[f64]) -> Result<Vec<f64>, String> {
        self.ends()
    }

    fn neighbour_sum(&self, _: &[f64], _: &[&[usize]]) -> Result<Vec<f64>, String> {
        self.ends()
    }
}

#[backend(name = "roundtrip")]
fn roundtrip() -> Result<Box<dyn Backend>, Unavailable> {
    Ok(Box::new(Roundtrip))
}

#[backend(name = "vectorized")]
fn vectorized() -> Result<Box<dyn Backend>, Unavailable> {
    Ok(Box::new(Vectorized))
}

#[backend(name = "compiled")]
fn compiled() -> Result<Box<dyn Backend>, Unavailable> {
    Ok(Box::new(Compiled))
}

#[backend(name = "dry_run")]
fn dry_run() -> Result<Box<dyn Backend>, Unavailable> {
    Ok(Box::new(DryRun))
}
