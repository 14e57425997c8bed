//! # Contracts, features and backends: A contract that is no trait object
//!
//! `#[crosscheck::contract]` stands on the trait under test, and notes which of its functions have a default. Checks
//! get `&dyn Trait`, so that the trait has no parameters.

#[crosscheck::contract]
trait Queue<T> {
    fn first(&self) -> T;
}

#[crosscheck::contract]
struct Ops;

fn main() {}
