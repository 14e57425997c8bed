use crosscheck_ui_tests::Ops;

struct Metal;

#[crosscheck::implements]
impl Ops for Metal {
    fn name(&self) -> &'static str {
        "metal"
    }
    fn double(&self, x: f64) -> f64 {
        x + x
    }
}

#[crosscheck::implements("metal", "metal")]
impl Metal {
    fn warm_up(&self) {}
}

#[crosscheck::contract]
trait Generic<T> {
    fn first(&self) -> T;
}

#[crosscheck::contract]
struct NoTrait;

fn main() {}
