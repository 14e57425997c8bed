use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[derive(Clone, Copy)]
enum Number {
    One,
    Two,
}

#[backend_matrix(number(One, Tow))]
fn check(ops: &dyn Ops, number: Number) -> f64 {
    ops.double(match number {
        Number::One => 1.0,
        Number::Two => 2.0,
    })
}

fn main() {}
