//! The mutants with a fault of their own, as backends.

use crosscheck::Unavailable;
use crosscheck_backends::Kernels;

use crate::fault::{Fault, for_each_fault};
use crate::mutant::Mutant;

macro_rules! register {
    ($($fault:ident, $name:literal, $function:literal, $what:literal, $tests:literal;)*) => {
        $(const _: () = {
            #[crosscheck::backend(name = $name)]
            fn open() -> Result<Box<dyn Kernels>, Unavailable> {
                Ok(Box::new(Mutant::new(Fault::$fault)))
            }
        };)*
    };
}

for_each_fault!(register);
