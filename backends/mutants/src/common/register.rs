//! The mutants with a common fault, as backends.

use crosscheck::Unavailable;
use crosscheck_backends::Kernels;

use super::catalogue::COMMON;
use super::fault::{Common, for_each_common_fault};
use super::mutant::CommonMutant;

/// The variable that names the function that has the common fault. As many backends as there are faults and functions would be
/// more than a plan needs.
pub const FUNCTION: &str = "CROSSCHECK_MUTANT_FUNCTION";

macro_rules! register {
    ($($fault:ident, $name:literal, $what:literal, $tests:literal;)*) => {
        $(const _: () = {
            #[crosscheck::backend(name = $name)]
            fn open() -> Result<Box<dyn Kernels>, Unavailable> {
                open_with(Common::$fault)
            }
        };)*
    };
}

for_each_common_fault!(register);

fn open_with(fault: Common) -> Result<Box<dyn Kernels>, Unavailable> {
    let named = std::env::var(FUNCTION).ok();
    match COMMON.iter().map(|(name, _)| *name).find(|name| named.as_deref() == Some(name)) {
        Some(function) => Ok(Box::new(CommonMutant::new(function, fault))),
        None => Err(Unavailable::new(format!("{FUNCTION} does not name the function that has the fault"))),
    }
}
