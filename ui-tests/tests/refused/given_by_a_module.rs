use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(uses = "float46")]
mod wide {
    use super::*;

    #[conformance]
    fn doubles(ops: &dyn Ops) {
        assert_eq!(ops.double(1.0), 2.0);
    }

    mod deeper {
        use super::*;

        #[conformance(uses("float46", "dynamic_offsets"))]
        fn repeated(ops: &dyn Ops) {
            assert_eq!(ops.double(1.0), 2.0);
        }
    }
}

#[conformance(uses = "float64", backends("metal"))]
mod too_much {}

#[conformance(uses = "float64")]
mod without_checks {
    fn helper() {}
}

#[conformance]
mod nothing_given {}

fn main() {}
