//! Not as rustfmt has it, with the line ends of Windows.

use crosscheck::{Action,   RUN, Unavailable};
use crate::{Feature, Ops, Told};

#[crosscheck::backend( name = "style" )]
fn style() -> Result<Box<dyn Ops>, Unavailable> { Ok(Box::new(Told("style"))) }

#[crosscheck::exclusions("style")]
const fn style_cannot(feature: Feature) -> Action {
  match feature {
    Feature::Broken => RUN, Feature::AlsoBroken => RUN,
    Feature::Known | Feature::Works => RUN
  }
}
