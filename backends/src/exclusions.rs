//! The exclusion matrix: what each backend cannot do, in one place. Every row is a fact that was observed; its message says
//! what was seen.
