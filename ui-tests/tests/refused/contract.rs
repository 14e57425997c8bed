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

#[crosscheck::contract(symmetric("dd", "add", "add", "one", 7))]
trait NotNames: Send + Sync {
    fn add(&self, a: u8, b: u8) -> u8;
}

#[crosscheck::contract(symmetric("dd", "add", "add", "one"))]
trait Symmetric: Send + Sync {
    fn add(&self, a: u8, b: u8) -> u8;
    fn one(&self, a: u8, b: u16) -> u8;
}

#[crosscheck::contract(symmetric)]
trait NoList {}

#[crosscheck::contract(symmetric("a"), symmetric("b"))]
trait Twice {}

#[crosscheck::contract(simetric("a"))]
trait Misspelt {}

fn main() {}
