//! The exclusion matrix: what each backend cannot do, in one place. Every row is a fact that was observed; its message says what was
//! seen.

mod mlx_cpu;
mod mlx_cuda;
mod mlx_metal;
