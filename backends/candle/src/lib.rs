//! The kernels of [candle](https://github.com/huggingface/candle) on the CPU, as a backend of [`Kernels`].
//!
//! Each kernel is candle's own operation where there is one, and put together out of candle's operations where there is
//! none; nothing is computed here. What candle has no operation for is left out.

mod attention;
mod convert;
mod elementwise;
mod exclusions;
mod flushed;
mod index;
mod kernels;
mod reduce;
mod rope;
mod run;

pub use kernels::Candle;

use crosscheck::Unavailable;
use crosscheck_backends::Kernels;

#[crosscheck::backend(name = "candle")]
fn candle() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Candle))
}
