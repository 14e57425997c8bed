//! Values that can be compared as they are.

use super::view::for_each_dtype;
use super::{Compare, Leaves, View};

/// How an `Option` without a value hands itself over.
pub(super) const NONE: &str = "None";

macro_rules! numbers {
    (
        floats { $($float:ident: $float_type:ty = $float_name:literal,)* }
        exact { $($exact:ident: $exact_type:ty = $exact_name:literal,)* }
    ) => {
        $(numbers!(@ $float_type, false);)*
        $(numbers!(@ $exact_type, true);)*
    };
    (@ $type:ty, $exact:literal) => {
        impl Compare for $type {
            const EXACT: bool = $exact;

            fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
                leaves.view(View::scalar(std::slice::from_ref(self)));
            }

            fn leaves_of_slice<'a>(slice: &'a [Self], shape: Vec<usize>, leaves: &mut Leaves<'a>) {
                leaves.view(View::new(slice, shape));
            }
        }
    };
}
for_each_dtype!(numbers);

/// A mismatch shows the lines that differ.
impl Compare for str {
    const EXACT: bool = true;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.text(self);
    }
}

/// Like `str`.
impl Compare for String {
    const EXACT: bool = true;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.text(self);
    }
}

/// Like `str`: the texts that a program is built with.
impl Compare for &'static str {
    const EXACT: bool = true;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.text(self);
    }
}

impl<T: Compare, const N: usize> Compare for [T; N] {
    const EXACT: bool = T::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        T::leaves_of_slice(self, vec![N], leaves);
    }

    fn leaves_of_slice<'a>(slice: &'a [Self], mut shape: Vec<usize>, leaves: &mut Leaves<'a>) {
        shape.push(N);
        T::leaves_of_slice(slice.as_flattened(), shape, leaves);
    }
}

/// Numbers become one array. Of anything else, there must be equally many.
impl<T: Compare> Compare for Vec<T> {
    const EXACT: bool = T::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        T::leaves_of_slice(self, vec![self.len()], leaves);
    }
}

/// Like a vector.
impl<T: Compare> Compare for Box<[T]> {
    const EXACT: bool = T::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        T::leaves_of_slice(self, vec![self.len()], leaves);
    }
}

impl<T: Compare> Compare for Option<T> {
    const EXACT: bool = T::EXACT;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        match self {
            Some(value) => {
                leaves.structure("Some");
                value.leaves(leaves);
            }
            None => leaves.structure(NONE),
        }
    }
}

macro_rules! tuples {
    ($($(($type:ident $at:tt))+;)*) => {$(
        impl<$($type: Compare),+> Compare for ($($type,)+) {
            const EXACT: bool = $($type::EXACT)&&+;

            fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
                $(leaves.within($at, |leaves| self.$at.leaves(leaves));)+
            }
        }
    )*};
}

tuples! {
    (A 0);
    (A 0) (B 1);
    (A 0) (B 1) (C 2);
    (A 0) (B 1) (C 2) (D 3);
    (A 0) (B 1) (C 2) (D 3) (E 4);
    (A 0) (B 1) (C 2) (D 3) (E 4) (F 5);
}
