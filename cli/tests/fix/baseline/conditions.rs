//! Rows that are there on some platforms, in a module of their own.

use crosscheck::Unavailable;

use crate::{Ops, Told};

#[crosscheck::backend(name = "conditions")]
fn conditions() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("conditions")))
}

#[cfg(not(windows))]
mod inside {
    use crosscheck::Action;

    use crate::Feature;

    #[cfg(not(target_os = "none"))]
    #[crosscheck::exclusions("conditions")]
    const fn conditions_cannot(feature: Feature) -> Action {
        match feature {
            Feature::Broken | Feature::AlsoBroken | Feature::Known | Feature::Works => crosscheck::RUN,
        }
    }
}
