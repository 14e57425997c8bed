//! Templates against what transformers' own environment makes of them, and templates that mean harm.

mod goldens;
mod hostile;
mod limits;
mod random;
