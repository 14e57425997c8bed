//! A module in which the names of the prelude mean something else.
#![deny(warnings)]
#![forbid(unsafe_code)]

pub mod checks {
    #![allow(dead_code, unused_macros, non_camel_case_types, non_snake_case)]

    pub struct Option;
    pub struct Vec;
    pub struct Box;
    pub struct Result;
    pub struct Some;
    pub struct None;
    pub fn Ok() {}
    pub fn Err() {}
    pub struct String;
    pub struct usize;
    pub struct str;
    pub struct f64;
    pub struct u32;
    pub struct bool;
    pub trait Send {}
    pub trait Sync {}
    pub trait Fn {}
    pub trait FnOnce {}
    pub trait Iterator {}
    pub trait Copy {}
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod crosscheck {}
    pub mod linkme {}
    pub mod __private {}
    macro_rules! unreachable {
        ($($tokens:tt)*) => {
            compile_error!("another macro")
        };
    }
    macro_rules! module_path {
        ($($tokens:tt)*) => {
            compile_error!("another macro")
        };
    }

    #[derive(::crosscheck::Feature, Clone, ::core::marker::Copy, Debug, PartialEq, Eq)]
    pub enum Feature {
        /// A thing.
        Thing,
    }

    #[::crosscheck::contract]
    pub trait Ops: ::core::marker::Send + ::core::marker::Sync {
        fn double(&self, x: ::core::primitive::f64) -> ::core::primitive::f64 {
            x + x
        }
    }

    impl ::crosscheck::Subject for dyn Ops {
        type Feature = Feature;
        const BASELINE: &'static ::core::primitive::str = "one";
    }

    pub struct One;

    #[::crosscheck::implements("one")]
    impl Ops for One {
        fn double(&self, x: ::core::primitive::f64) -> ::core::primitive::f64 {
            2.0 * x
        }
    }

    pub struct Two;

    #[::crosscheck::implements("two")]
    impl Ops for Two {
        fn double(&self, x: ::core::primitive::f64) -> ::core::primitive::f64 {
            x - -x
        }
    }

    #[::crosscheck::backend(name = "one", aliases("first"), device = "cpu")]
    pub fn one() -> ::core::result::Result<::std::boxed::Box<dyn Ops>, ::crosscheck::Unavailable> {
        ::core::result::Result::Ok(::std::boxed::Box::new(One))
    }

    #[::crosscheck::backend(name = "two")]
    pub fn two() -> ::core::result::Result<::std::boxed::Box<dyn Ops>, ::crosscheck::Unavailable> {
        ::core::result::Result::Ok(::std::boxed::Box::new(Two))
    }

    #[::crosscheck::exclusions("two", all = ::crosscheck::RUN)]
    pub const fn excluded(feature: Feature) -> ::crosscheck::Action {
        match feature {
            Feature::Thing => ::crosscheck::skip("no").because(::crosscheck::Debt::WontFix),
        }
    }

    #[::crosscheck::conformance(uses = "thing", of = "double", backends("one", "two"), n(1, 2 uses("thing")), isolated)]
    pub fn check(ops: &dyn Ops, n: ::core::primitive::u32) {
        ::std::assert_eq!(ops.double(n.into()), 2.0 * <::core::primitive::f64>::from(n));
    }

    #[::crosscheck::backend_matrix(
        x(1.0, 2.5 tolerance(rtol = 0, atol = 0, reason = "exact")),
        tolerance(rtol = 1e-9, atol = 0, reason = "rounded"),
        expects_constant(reason = "it may be"),
    )]
    pub fn compared(ops: &dyn Ops, x: ::core::primitive::f64) -> ::core::primitive::f64 {
        ops.double(x)
    }

    #[::crosscheck::backend_matrix(x(0.0 expects_constant(reason = "it is 0"), 1.0))]
    pub fn but_for_one(ops: &dyn Ops, x: ::core::primitive::f64) -> ::core::primitive::f64 {
        ops.double(x)
    }

    ::crosscheck::fixture!("bytes", b"bytes");
}

crosscheck::main!();
