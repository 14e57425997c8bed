mod values;

use half::{bf16, f16};
use proptest::collection::vec;
use proptest::prelude::*;

use super::element::{Exact, Float};
use super::mismatch::{Allowed, Counts, Differences};
use super::null::echoes;
use super::source::CHUNK;
use super::tolerance::Tolerances;
use super::*;

fn check<T: Compare>(actual: &T, expected: &T, terms: &Terms<'_>) -> Result<Agreement, Mismatch> {
    compare(&Leaves::of(actual), &Leaves::of(expected), terms)
}

fn default<T: Compare>(actual: T, expected: T) -> Result<Agreement, Mismatch> {
    check(&actual, &expected, &Terms::default())
}

fn differences(result: Result<Agreement, Mismatch>) -> Differences {
    match result {
        Err(Mismatch::Elements(found)) => *found,
        other => panic!("no elements disagree: {other:?}"),
    }
}

const EXACT: Terms<'_> = Terms {
    table: Tolerances::DEFAULT,
    overriding: Some(Tolerance::EXACT),
    budget: None,
    signed_zeros: SignedZeros::Ignore,
    subnormals: Subnormals::Ignore,
};

#[test]
fn equal_values_agree_special_ones_too() {
    let values = vec![0.0_f32, -1.5, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let agreement = check(&values, &values, &EXACT).unwrap();
    assert_eq!((agreement.used, agreement.elements, agreement.histogram), (0.0, 5, [5, 0, 0, 0, 0, 0, 0, 0]));
    let nothing = Agreement { dtype: Some(Dtype::F32), ..Agreement::default() };
    assert_eq!(default(Vec::<f32>::new(), vec![]).unwrap(), nothing);
}

#[test]
fn special_values_never_agree_with_others() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (as_nan, as_inf) = (Counts { nan: 1, ..Counts::default() }, Counts { infinite: 1, ..Counts::default() });
    // So large a tolerance that only the kind of the value can make a difference.
    let terms = Terms { overriding: Some(Tolerance::new(f64::MAX, f64::MAX)), ..Terms::default() };
    let cases = [
        (5.0, inf, as_inf),
        (inf, 5.0, as_inf),
        (-inf, inf, as_inf),
        (nan, 0.0, as_nan),
        (0.0, nan, as_nan),
        (nan, inf, as_nan),
    ];
    for (actual, expected, counts) in cases {
        let found = differences(check(&actual, &expected, &terms));
        assert_eq!((found.wrong, found.counts), (1, counts), "{actual} {expected}");
        assert_eq!(check(&actual, &expected, &terms).unwrap_err().ulps(), Some(inf));
    }
}

#[test]
fn structure_is_judged_before_dtype_and_dtype_before_shape_and_nothing_is_broadcast() {
    let (two, three) = ([1.0_f32; 2], [1.0; 3]);
    let [two_f16, one_f16] = [[f16::ONE; 2].to_vec(), [f16::ONE; 1].to_vec()];
    let leaves = |arrays: &[View<'static>], text: &'static str| {
        let mut leaves = Leaves::default();
        arrays.iter().for_each(|view| leaves.view(view.clone()));
        leaves.structure(text);
        leaves
    };
    let f32s = |values: &[f32]| View::new(&*values.to_vec().leak(), vec![values.len()]).unwrap();
    let f16s = |values: &[f16]| View::new(&*values.to_vec().leak(), vec![values.len()]).unwrap();
    let judge = |actual: Leaves<'_>, expected: Leaves<'_>| compare(&actual, &expected, &Terms::default()).unwrap_err();
    // The first array has another shape, the second one another dtype, and the structure comes last.
    let expected = || leaves(&[f32s(&two), f32s(&two)], "end");
    assert!(matches!(judge(leaves(&[f32s(&three), f16s(&two_f16)], "fin"), expected()), Mismatch::Structure { .. }));
    assert!(matches!(judge(leaves(&[f32s(&three), f16s(&two_f16)], "end"), expected()), Mismatch::Dtype { .. }));
    assert!(matches!(judge(leaves(&[f32s(&[2.0, 1.0]), f32s(&three)], "end"), expected()), Mismatch::Shape { .. }));
    assert!(matches!(judge(leaves(&[f32s(&[2.0, 1.0]), f32s(&two)], "end"), expected()), Mismatch::Elements(_)));
    assert!(matches!(judge(Leaves::from(f16s(&one_f16)), Leaves::from(f16s(&two_f16))), Mismatch::Shape { .. }));
    let column = View::new(&*[1.0_f32; 2].to_vec().leak(), &[2, 1][..]).unwrap();
    assert!(matches!(judge(Leaves::from(column), Leaves::from(f32s(&two))), Mismatch::Shape { .. }));
    assert_eq!(judge(Leaves::from(f32s(&two)), Leaves::from(f16s(&two_f16))).to_string(), "dtype f32 instead of f16");
}

#[test]
fn values_of_other_structure_are_described() {
    type Value = (Vec<Option<f32>>, Option<[u8; 2]>);
    let expected: Value = (vec![Some(1.0), None], Some([1, 2]));
    let said = |actual: Value| default(actual, expected.clone()).unwrap_err().to_string();
    assert_eq!(said((vec![Some(1.0)], Some([1, 2]))), "len 1 instead of len 2 in `0`");
    assert_eq!(said((vec![None, Some(1.0)], Some([1, 2]))), "None instead of Some in `0[0]`");
    assert_eq!(said((vec![Some(1.0), None], None)), "None instead of Some in `1`");
    assert_eq!(
        said((vec![Some(1.0), None], Some([1, 3]))).lines().next(),
        Some("1 of 2 elements (50.0 %) disagree in `1`, u8[2]; allowed: nothing but equality")
    );
}

#[test]
fn names_are_part_of_the_structure() {
    let one = [1.0_f32];
    let named = |names: &[&str]| {
        let mut leaves = Leaves::default();
        for name in names {
            leaves.within(name, |leaves| leaves.within("x", |leaves| leaves.view(View::new(&one[..], &[1][..]))));
        }
        leaves
    };
    let judge = |actual: &[&str], expected: &[&str]| compare(&named(actual), &named(expected), &Terms::default());
    assert!(judge(&["a", "b"], &["a", "b"]).is_ok());
    assert_eq!(
        judge(&["a", "c"], &["a", "b"]).unwrap_err().to_string(),
        "an array f32[1] in `c.x` instead of an array f32[1] in `b.x`"
    );
    assert_eq!(judge(&["a"], &["a", "b"]).unwrap_err().to_string(), "nothing more instead of an array f32[1] in `b.x`");
    assert!(judge(&["a", "b"], &["a"]).is_err() && judge(&[], &["a"]).is_err() && judge(&[], &[]).is_ok());
}

#[test]
fn an_array_that_makes_no_sense_is_a_mismatch() {
    let [right, wrong] = [2, 3].map(|dim| {
        let mut leaves = Leaves::default();
        leaves.within("grad", |leaves| leaves.view(View::new(&[1.0_f32; 2][..], vec![dim])));
        leaves
    });
    let said = |actual, expected| compare(actual, expected, &Terms::default()).unwrap_err().to_string();
    assert_eq!(said(&wrong, &right), "the actual value makes no sense in `grad`: shape [3] holds 3 elements, not 2");
    assert_eq!(said(&right, &wrong), "the expected value makes no sense in `grad`: shape [3] holds 3 elements, not 2");
    assert_eq!(accepts_null(&wrong, &Terms::default()), None);
}

#[test]
fn numbers_in_arrays_and_vectors_are_one_array() {
    let shape = |leaves: Leaves<'_>| match &leaves.items[..] {
        [item] => match &item.kind {
            leaves::ItemKind::Array(view) => view.shape().to_vec(),
            other => panic!("{}", other.describe()),
        },
        other => panic!("{} items", other.len()),
    };
    assert_eq!(shape(Leaves::of(&7_i64)), [0; 0]);
    assert_eq!(shape(Leaves::of(&vec![7_usize])), [1]);
    assert_eq!(shape(Leaves::of(&vec![[[true; 2]; 3]; 4])), [4, 3, 2]);
    assert_eq!(shape(Leaves::of(&[[0.0_f32; 0]; 4])), [4, 0]);
    assert_eq!(shape(Leaves::of(&vec![bf16::ONE; 3].into_boxed_slice())), [3]);
    let nested = default(vec![[Some(1.0_f64)], [Some(2.0)]], vec![[Some(1.0)], [Some(1.0)]]).unwrap_err();
    assert!(nested.to_string().contains(" in `[1, 0]`, f64[]"), "{nested}");
}

#[test]
fn integers_are_compared_exactly_even_where_floats_cannot_tell_them_apart() {
    let loose = Terms { overriding: Some(Tolerance::new(1.0, 1.0)), ..Terms::default() };
    let (a, b) = (1_u64 << 60, (1_u64 << 60) + 1);
    assert!(check(&a, &a, &loose).is_ok());
    let found = differences(check(&vec![0, b], &vec![0, a], &loose));
    assert_eq!((found.wrong, found.allowed, found.ulps), (1, Allowed::Equal, None));
    assert_eq!(found.absolute.unwrap().value, 1.0);
    let far = differences(check(&u64::MAX, &0, &loose));
    assert_eq!(far.absolute.unwrap().value, 2_f64.powi(64));
    assert_eq!(far.relative, None);
    assert_eq!(
        differences(check(&i64::MIN, &i64::MAX, &loose)).first[0].to_string(),
        format!("[] {} instead of {}", i64::MIN, i64::MAX)
    );
    assert_eq!(differences(check(&true, &false, &loose)).absolute, None);
}

#[test]
fn the_type_says_whether_it_is_compared_exactly() {
    let exact = [<(u8, Vec<Option<bool>>)>::EXACT, <[i64; 2]>::EXACT, Box::<[usize]>::EXACT];
    assert_eq!(exact, [true; 3]);
    let floats = [<(u8, f16)>::EXACT, Vec::<[bf16; 2]>::EXACT, Option::<f64>::EXACT, Approx::<f32>::EXACT];
    assert_eq!(floats, [false; 4]);
}

#[test]
fn each_type_has_the_tolerance_of_the_table() {
    // Just within, and just beyond, |x − 1| ≤ atol + rtol.
    assert!(default(1.000_011_2_f32, 1.0).is_ok() && default(1.000_011_4_f32, 1.0).is_err());
    assert!(default(1.0 + 1.999e-12_f64, 1.0).is_ok() && default(1.0 + 2.001e-12_f64, 1.0).is_err());
    let f16s = |x: f64| default(f16::from_f64(x), f16::ONE).is_ok();
    assert!(f16s(1.0 + 2_f64.powi(-10)) && !f16s(1.0 + 2_f64.powi(-9)));
    let bf16s = |x: f64| default(bf16::from_f64(x), bf16::ONE).is_ok();
    assert!(bf16s(1.0 + 2_f64.powi(-6)) && !bf16s(1.0 + 3.0 * 2_f64.powi(-7)));
}

#[test]
fn a_budget_allows_each_element_its_own_amount() {
    let (actual, expected) = (vec![1.5_f32, 1.5, 1.0], vec![1.0_f32; 3]);
    let judge = |allowed: &[f64], actual: &Vec<f32>| {
        check(actual, &expected, &Terms { budget: Some(Budget::new(allowed).unwrap()), ..Terms::default() })
    };
    assert_eq!(judge(&[0.5, 1.0, 0.0], &actual).unwrap().used, 1.0);
    let found = differences(judge(&[0.5, 0.4, 0.0], &actual));
    assert_eq!((found.first[0].index.clone(), found.allowed), (vec![1], Allowed::Budget));
    for entries in [&[][..], &[1.0, 1.0], &[1.0; 4]] {
        let refused = judge(entries, &actual).unwrap_err();
        assert!(matches!(refused, Mismatch::Budget { arrays: 1, elements: 3, .. }), "{refused:?}");
    }
    let terms = Terms { budget: Some(Budget::new(&[1.0]).unwrap()), ..Terms::default() };
    assert!(matches!(check(&(1.0_f32, 1.0_f64), &(1.0, 1.0), &terms), Err(Mismatch::Budget { arrays: 2, .. })));
    assert!(matches!(check(&1_u8, &1, &terms), Err(Mismatch::Budget { arrays: 0, .. })));
    // Integers beside the floats are nothing that a budget is about.
    assert!(check(&(1.5_f32, 1_u8), &(1.0, 1), &terms).is_ok());
}

#[test]
fn signed_zeros_and_subnormals_agree_where_the_terms_say_so() {
    let strict = Terms { signed_zeros: SignedZeros::MustAgree, ..Terms::default() };
    assert!(default(-0.0_f32, 0.0).is_ok() && check(&-0.0_f32, &-0.0, &strict).is_ok());
    let found = differences(check(&-0.0_f32, &0.0, &strict));
    assert_eq!(found.counts, Counts { signed_zero: 1, ..Counts::default() });
    let tiny = f32::MIN_POSITIVE / 4.0;
    for (own, other) in [(0.0, tiny), (-0.0, tiny), (tiny, 0.0), (-tiny, 0.0)] {
        let judge = |subnormals, terms: Terms<'static>| check(&own, &other, &Terms { subnormals, ..terms });
        let found = differences(judge(Subnormals::MustBeKept, Terms::default()));
        assert_eq!(found.counts, Counts { subnormal: 1, ..Counts::default() });
        assert!(judge(Subnormals::Ignore, EXACT).is_err() && judge(Subnormals::Ignore, Terms::default()).is_ok());
        assert_eq!(judge(Subnormals::MayBeFlushed, EXACT).unwrap().histogram[0], 1);
    }
    for kept in [Subnormals::MustBeKept, Subnormals::MayBeFlushed] {
        let terms = Terms { subnormals: kept, ..EXACT };
        assert!(check(&tiny, &tiny, &terms).is_ok() && check(&0.0_f32, &-0.0, &terms).is_ok());
        assert!(check(&tiny, &(2.0 * tiny), &terms).is_err() && check(&0.0, &f32::MIN_POSITIVE, &terms).is_err());
    }
}

#[test]
fn differences_are_counted_in_units_in_the_last_place_of_what_is_expected() {
    let ulps = |result: Result<Agreement, Mismatch>| result.unwrap_err().ulps();
    assert_eq!(ulps(check(&(1.0 + 3.0 * f32::EPSILON), &1.0, &EXACT)), Some(3.0));
    assert_eq!(ulps(check(&(2.0 + 4.0 * f32::EPSILON), &2.0, &EXACT)), Some(2.0));
    assert_eq!(ulps(check(&0.0, &f64::from_bits(7), &EXACT)), Some(7.0));
    assert_eq!(ulps(check(&1, &2, &EXACT)), None);
    // Of all arrays of the value.
    let (near, far) = (1.0 + f64::EPSILON, 1.0 + 9.0 * f64::EPSILON);
    assert_eq!(ulps(check(&(near, far, 1), &(1.0, 1.0, 1), &EXACT)), Some(9.0));
    assert_eq!(ulps(check(&(near, f64::NAN), &(1.0, 1.0), &EXACT)), Some(f64::INFINITY));
}

/// Whatever stands beside a float, before it or behind it: how far off the float is does not say how wrong that is.
#[test]
fn what_is_no_float_has_no_units_in_the_last_place_wherever_it_stands() {
    fn check_beside<T: Compare + Clone>(right: T, wrong: T) {
        let near = 1.0 + f64::EPSILON;
        let ulps =
            |actual: (f64, T, f64), expected: (f64, T, f64)| check(&actual, &expected, &EXACT).unwrap_err().ulps();
        for expected in [(1.0, 1.0), (1.0, near), (near, 1.0)] {
            let of = |other: &T| (expected.0, other.clone(), expected.1);
            assert_eq!(ulps((near, wrong.clone(), near), of(&right)), None);
            let is_off = expected.0 < near || expected.1 < near;
            assert!(is_off);
            assert_eq!(ulps((near, right.clone(), near), of(&right)), Some(1.0));
        }
    }
    check_beside(1_i64, 666);
    check_beside(vec![1_u8, 2], vec![1, 3]);
    check_beside(Some(true), Some(false));
    check_beside("good".to_owned(), "wrong".to_owned());
    check_beside(vec!["good".to_owned()], vec!["wrong".to_owned()]);
    let map = |text: &str| std::collections::BTreeMap::from([(1_u8, text.to_owned())]);
    check_beside(map("good"), map("wrong"));
    check_beside(crate::compare::Exact(vec![1_u8]), crate::compare::Exact(vec![2]));
}

#[test]
fn a_tolerance_in_units_is_inclusive() {
    let four = Terms { overriding: Some(Tolerance::ulps(4.0)), ..Terms::default() };
    assert_eq!(check(&(1.0 + 4.0 * f32::EPSILON), &1.0, &four).unwrap().used, 1.0);
    assert!(check(&(1.0 + 5.0 * f32::EPSILON), &1.0, &four).is_err());
    assert!(check(&f16::from_bits(4), &f16::from_bits(0), &four).is_ok());
    assert!(check(&f16::from_bits(5), &f16::from_bits(0), &four).is_err());
}

#[test]
fn a_difference_that_overflows_is_never_allowed() {
    let terms = Terms { overriding: Some(Tolerance::new(f64::MAX, 0.0)), ..Terms::default() };
    assert!(check(&f64::MAX, &f64::MIN, &terms).is_err());
    assert!(check(&1.0, &f64::MAX, &terms).is_ok());
}

#[test]
fn a_mismatch_names_the_place() {
    let expected: [[f32; 4]; 3] = std::array::from_fn(|row| std::array::from_fn(|column| (4 * row + column) as f32));
    let mut actual = expected;
    actual[1][3] = 7.5;
    assert_eq!(
        default(actual, expected).unwrap_err().to_string(),
        "1 of 12 elements (8.3 %) disagree in f32[3, 4]; allowed: rtol 1.3e-6, atol 1e-5 (for f32)\n  \
         largest difference: [1, 3] 7.5 instead of 7.0, off by 0.5, 0.0714 of what is expected, 1.049e6 units in the last place\n  \
         all of them:\n    [1, 3] 7.5 instead of 7.0 (may be 1.910e-5 off)",
    );
    actual[1] = [f32::NAN, f32::INFINITY, 6.25, 7.5];
    assert_eq!(
        default((actual, [1_u8, 2]), (expected, [1, 3])).unwrap_err().to_string(),
        "4 of 12 elements (33.3 %) disagree in `0`, f32[3, 4]; allowed: rtol 1.3e-6, atol 1e-5 (for f32)\n  \
         1 disagrees in being NaN\n  \
         1 disagrees in being infinite, or in its sign\n  \
         largest difference: [1, 3] 7.5 instead of 7.0, off by 0.5, 0.0714 of what is expected, 1.049e6 units in the last place\n  \
         all of them at index 1 of axis 0, where no element is right\n  \
         all of them:\n    \
         [1, 0] NaN instead of 4.0\n    \
         [1, 1] inf instead of 5.0\n    \
         [1, 2] 6.25 instead of 6.0 (may be 1.780e-5 off)\n    \
         [1, 3] 7.5 instead of 7.0 (may be 1.910e-5 off)\n  \
         and 1 elements of another array",
    );
}

#[test]
fn the_first_few_are_shown_and_all_of_them_are_placed() {
    let expected = [[0_i32; 100]; 3];
    let mut actual = expected;
    for (row, column) in [(0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (2, 0)] {
        actual[row][column] = 7;
    }
    let mismatch = default(actual, expected).unwrap_err();
    assert_eq!(
        mismatch.to_string(),
        "6 of 300 elements (2.0 %) disagree in i32[3, 100]; allowed: nothing but equality\n  \
         largest difference: [0, 1] 7 instead of 0, off by 7\n  \
         all of them up to index 3 of axis 1: 6 of the 12 elements there\n  \
         the first of them:\n    \
         [0, 1] 7 instead of 0\n    [0, 2] 7 instead of 0\n    [0, 3] 7 instead of 0\n    [1, 0] 7 instead of 0",
    );
}

#[test]
fn the_share_is_that_of_all_arrays() {
    let value = |x: f32| (vec![1.0_f32, x, 1.0, 1.0], 0_u8, vec![x as i32; 3]);
    assert_eq!(default(value(2.0), value(1.0)).unwrap_err().share(), 0.5);
}

#[test]
fn each_largest_difference_has_its_own_place() {
    // The largest difference, the largest share, and the most units: 1e30 has few units a share, 2^k has many.
    let expected = vec![1e30_f64, 1.0, 1e-40, 2.0 - f64::EPSILON];
    let actual = vec![1.1e30, 1.5, 3e-40, 2.0 - f64::EPSILON];
    let found = differences(check(&actual, &expected, &EXACT));
    let [absolute, relative, ulps] = [found.absolute, found.relative, found.ulps].map(Option::unwrap);
    assert_eq!((absolute.index, relative.index), (vec![0], vec![2]));
    assert!((relative.value - 2.0).abs() < 1e-12);
    assert_eq!(ulps.index, vec![2]);
}

/// A float of the tests.
trait Bits: Float + Compare + std::fmt::Debug
where
    for<'a> Data<'a>: From<&'a [Self]>,
{
    fn from_pattern(bits: u64) -> Self;
    /// So many representable numbers further, wherever that leads.
    fn nudged(self, by: i8) -> Self;
    /// The distance to the next number away from zero, from the bits.
    fn gap(self) -> f64;
}

macro_rules! bits {
    ($($type:ident $unsigned:ident;)*) => {$(
        impl Bits for $type {
            fn from_pattern(bits: u64) -> Self {
                Self::from_bits(bits as $unsigned)
            }
            fn nudged(self, by: i8) -> Self {
                Self::from_bits(self.to_bits().wrapping_add(by as $unsigned))
            }
            fn gap(self) -> f64 {
                let bits = self.to_bits() << 1 >> 1;
                let at = |bits| Self::from_bits(bits).wide();
                // Behind the largest number comes none, but the gap is that before it.
                if at(bits + 1).is_finite() { at(bits + 1) - at(bits) } else { at(bits) - at(bits - 1) }
            }
        }
    )*};
}
bits! { f16 u16; bf16 u16; f32 u32; f64 u64; }

/// A pair of elements to be made, for any type.
type Seed = (u8, u8, u64, i8);

/// Values that are equal, near the bound and the edges of the histogram, special, and anything else.
fn pair<T: Bits>((own, other, bits, by): Seed, allowed: impl Fn(T) -> f64) -> (T, T)
where
    for<'a> Data<'a>: From<&'a [T]>,
{
    let special = |at: u8| {
        let least = T::from_pattern(1).wide();
        let specials =
            [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, least, -least, T::MIN_POSITIVE, 1.0, -1.0, 3.0];
        T::narrow(specials[usize::from(at) % specials.len()])
    };
    let expected = match other % 8 {
        0 => T::from_pattern(bits),
        1 => special(other / 8),
        2 => T::from_pattern(bits % 64),
        _ => T::narrow((bits % 4096) as f64 / 512.0 - 2.0),
    };
    let towards = |share: f64| {
        let reach = allowed(expected) * share;
        T::narrow(expected.wide() + if by < 0 { -reach } else { reach })
    };
    let actual = match own % 16 {
        0 => special(own / 16),
        1 => T::from_pattern(bits.rotate_left(32)),
        2 => T::narrow(-expected.wide()),
        3 => towards(1.0).nudged(by % 3),
        4 => towards(0.5_f64.powi(i32::from(own / 16 % 8))).nudged(by % 3),
        5 => towards(f64::from(own) / 256.0),
        6 => expected.nudged(by),
        _ => expected,
    };
    (actual, expected)
}

/// How floats are allowed to differ, in the tests.
#[derive(Clone, Copy, Debug)]
enum Allowance {
    Bounds(f64, f64),
    Ulps(f64),
    /// For each element the same amount as these bounds.
    Budget(f64, f64),
}

/// What the plain definition finds: an element after the other, all in `f64`.
#[derive(Debug, Default, PartialEq)]
struct Naive {
    counts: Counts,
    first: Option<usize>,
    agreement: Agreement,
}

fn naive<T: Bits>(actual: &[T], expected: &[T], allowed: impl Fn(T) -> f64, terms: &Terms<'_>) -> Naive
where
    for<'a> Data<'a>: From<&'a [T]>,
{
    let mut found = Naive::default();
    found.agreement.dtype = Some(Data::from(expected).dtype());
    for (at, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let (a, e, allowed) = (actual.wide(), expected.wide(), allowed(*expected));
        let counts = &mut found.counts;
        let is_subnormal = |x: f64| x != 0.0 && x.abs() < T::MIN_POSITIVE;
        let flushed = a == 0.0 && is_subnormal(e) || e == 0.0 && is_subnormal(a);
        let wrong = if a.is_nan() != e.is_nan() {
            Some(&mut counts.nan)
        } else if a.is_nan() {
            None
        } else if (a.is_infinite() || e.is_infinite()) && a != e {
            Some(&mut counts.infinite)
        } else if a.is_infinite() {
            None
        } else if terms.signed_zeros == SignedZeros::MustAgree && a == 0.0 && e == 0.0 && 1.0 / a != 1.0 / e {
            Some(&mut counts.signed_zero)
        } else if flushed && terms.subnormals == Subnormals::MustBeKept {
            Some(&mut counts.subnormal)
        } else if flushed && terms.subnormals == Subnormals::MayBeFlushed || a == e {
            None
        } else if (a - e).abs() <= allowed && (a - e).abs() < f64::INFINITY {
            let used = (a - e).abs() / allowed;
            let bucket = (0..6).find(|bucket| used <= 0.5_f64.powi(6 - bucket)).unwrap_or(6);
            found.agreement.used = found.agreement.used.max(used);
            found.agreement.histogram[1 + bucket as usize] += 1;
            found.agreement.elements += 1;
            let units = (a - e).abs() / T::spacing(e);
            let ulps = found.agreement.ulps.get_or_insert_default();
            ulps.largest = ulps.largest.max(units.ceil() as u64);
            ulps.counts[[1.0, 2.0, 4.0, 8.0, 16.0, 32.0].iter().take_while(|edge| units > **edge).count()] += 1;
            continue;
        } else {
            Some(&mut counts.finite)
        };
        match wrong {
            Some(count) => {
                *count += 1;
                found.first = found.first.or(Some(at));
            }
            None => {
                found.agreement.histogram[0] += 1;
                found.agreement.elements += 1;
            }
        }
    }
    found
}

fn is_what_the_definition_says<T: Bits>(
    seeds: &[Seed],
    agreeing: bool,
    allowance: Allowance,
    signed_zeros: SignedZeros,
    subnormals: Subnormals,
) -> Result<(), TestCaseError>
where
    for<'a> Data<'a>: From<&'a [T]>,
{
    let allowed = |expected: T| match allowance {
        Allowance::Bounds(rtol, atol) | Allowance::Budget(rtol, atol) => {
            let allowed = atol + rtol * expected.wide().abs();
            if matches!(allowance, Allowance::Budget(..)) && !allowed.is_finite() { 1.0 } else { allowed.min(f64::MAX) }
        }
        Allowance::Ulps(ulps) if expected.wide().is_finite() => ulps * expected.gap(),
        Allowance::Ulps(_) => f64::NAN,
    };
    let pairs = seeds.iter().map(|seed| pair::<T>(*seed, allowed));
    let (mut actual, expected): (Vec<T>, Vec<T>) = pairs.unzip();
    let budget: Vec<f64> = expected.iter().map(|expected| allowed(*expected)).collect();
    let mut terms = Terms { signed_zeros, subnormals, ..Terms::default() };
    match allowance {
        Allowance::Bounds(rtol, atol) => terms.overriding = Some(Tolerance::new(rtol, atol)),
        Allowance::Ulps(ulps) => terms.overriding = Some(Tolerance::ulps(ulps)),
        Allowance::Budget(..) => terms.budget = Some(Budget::new(&budget).unwrap()),
    }
    if agreeing {
        for (own, other) in actual.iter_mut().zip(&expected) {
            if naive(&[*own], &[*other], allowed, &terms).first.is_some() {
                *own = *other;
            }
        }
    }
    let naive = naive(&actual, &expected, allowed, &terms);
    match check(&actual, &expected, &terms) {
        Ok(agreement) => {
            prop_assert_eq!(naive.first, None);
            prop_assert_eq!(agreement, naive.agreement);
        }
        Err(Mismatch::Elements(found)) => {
            prop_assert_eq!(found.counts, naive.counts);
            prop_assert_eq!(Some(found.first[0].index[0]), naive.first);
            prop_assert_eq!(&found.first[0].expected, &expected[found.first[0].index[0]].number());
        }
        Err(other) => prop_assert!(false, "{other}"),
    }
    Ok(())
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    // Around the length of a chunk, and where most of a chunk agrees.
    prop_oneof![0..20_usize, CHUNK - 2..CHUNK + 3, 2 * CHUNK..2 * CHUNK + 20]
        .prop_flat_map(|length| vec(any::<Seed>(), length))
}

fn allowance() -> impl Strategy<Value = Allowance> {
    let amount = || prop_oneof![Just(0.0), Just(1e-5), Just(1.3e-6), Just(0.5), Just(1e30), Just(f64::MAX), 0.0..1.0];
    prop_oneof![
        (amount(), amount()).prop_map(|(rtol, atol)| Allowance::Bounds(rtol, atol)),
        (amount(), amount()).prop_map(|(rtol, atol)| Allowance::Budget(rtol, atol)),
        prop_oneof![Just(0.0), Just(0.5), Just(1.0), Just(64.0), 0.0..10.0].prop_map(Allowance::Ulps),
    ]
}

fn signed_zeros() -> impl Strategy<Value = SignedZeros> {
    prop_oneof![Just(SignedZeros::Ignore), Just(SignedZeros::MustAgree)]
}

fn subnormals() -> impl Strategy<Value = Subnormals> {
    prop_oneof![Just(Subnormals::Ignore), Just(Subnormals::MayBeFlushed), Just(Subnormals::MustBeKept)]
}

proptest! {
    #[test]
    fn floats_are_judged_as_the_definition_says(
        seeds in seeds(), agreeing: bool, allowance in allowance(), zeros in signed_zeros(), subnormals in subnormals(),
    ) {
        is_what_the_definition_says::<f16>(&seeds, agreeing, allowance, zeros, subnormals)?;
        is_what_the_definition_says::<bf16>(&seeds, agreeing, allowance, zeros, subnormals)?;
        is_what_the_definition_says::<f32>(&seeds, agreeing, allowance, zeros, subnormals)?;
        is_what_the_definition_says::<f64>(&seeds, agreeing, allowance, zeros, subnormals)?;
    }

    #[test]
    fn exact_types_are_judged_as_the_definition_says(bits in vec((any::<u64>(), any::<bool>()), 0..2 * CHUNK)) {
        macro_rules! judge {
            ($($type:ident)*) => {$(
                let expected: Vec<$type> = bits.iter().map(|(bits, _)| *bits as $type).collect();
                let differing = bits.iter().zip(&expected).map(|((bits, other), x)| {
                    if *other && bits % 7 == 0 { x ^ ((bits >> 32) as $type) } else { *x }
                });
                exact_is_what_the_definition_says(&differing.collect::<Vec<_>>(), &expected)?;
            )*};
        }
        judge!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
        let expected: Vec<bool> = bits.iter().map(|(bits, _)| bits % 2 == 0).collect();
        let actual: Vec<bool> = bits.iter().map(|(bits, other)| (bits % 2 == 0) ^ (*other && bits % 7 == 0)).collect();
        exact_is_what_the_definition_says(&actual, &expected)?;
    }

    /// Strides: any order of the axes, each forwards, backwards or repeated.
    #[test]
    fn a_view_is_judged_like_a_copy_of_it(
        dims in vec(0..7_usize, 0..5), order in any::<u64>(), ways in vec(0..3_u8, 5), wrong in vec(any::<bool>(), 64),
    ) {
        let rank = dims.len();
        let mut axes: Vec<usize> = (0..rank).collect();
        axes.sort_by_key(|axis| order.rotate_left(13 * *axis as u32) % 97);
        let (mut strides, mut first, mut step) = (vec![0_isize; rank], 0, 1);
        for axis in axes {
            match ways[axis] {
                0 => strides[axis] = step as isize,
                1 => {
                    strides[axis] = -(step as isize);
                    first += step * dims[axis].saturating_sub(1);
                }
                _ => continue,
            }
            step *= dims[axis].max(1);
        }
        let expected: Vec<f32> = (0..step).map(|x| x as f32).collect();
        let actual: Vec<f32> = expected.iter().zip(wrong.iter().cycle()).map(|(x, wrong)| if *wrong { x + 1.0 } else { *x }).collect();
        let total = dims.iter().product();
        let view = |data| View::strided(data, &dims[..], &strides, first).unwrap();
        let copy = |data: &[f32]| -> Vec<f32> {
            let place = |at| super::leaves::index_of(at, &dims).iter().zip(&strides).map(|(at, stride)| *at as isize * stride).sum::<isize>();
            (0..total).map(|at| data[(first as isize + place(at)) as usize]).collect()
        };
        let (own, other) = (copy(&actual), copy(&expected));
        let plain = compare(&leaves(&own, &dims), &leaves(&other, &dims), &Terms::default());
        for (a, e) in [(view(&actual[..]), view(&expected[..])), (view(&actual[..]), View::new(&other, &dims[..]).unwrap())] {
            let nulls = (accepts_null(&Leaves::from(e.clone()), &Terms::default()), accepts_null(&leaves(&other, &dims), &Terms::default()));
            prop_assert_eq!(nulls.0, nulls.1);
            let (a, e) = (Leaves::from(a), Leaves::from(e));
            prop_assert_eq!(&compare(&a, &e, &Terms::default()), &plain);
        }
    }

    /// What a null output is accepted for: comparing it says so too.
    #[test]
    fn a_null_is_found_exactly_where_comparing_it_succeeds(
        seeds in vec((any::<u8>(), -20..20_i8), 0..12), spread in prop_oneof![Just(0.0_f32), Just(1e-6), Just(1e-3), Just(0.4)],
        base in prop_oneof![Just(0.0_f32), Just(1.0), Just(-3e38), Just(1e-40), Just(f32::INFINITY), Just(f32::NAN)],
        columns in 1..4_usize, tolerance in prop_oneof![Just(Tolerance::EXACT), Just(Tolerance::F32), Just(Tolerance::new(0.0, 1.0))],
        subnormals in subnormals(),
    ) {
        let rows = seeds.len() / columns;
        let expected: Vec<f32> = seeds[..rows * columns].iter().map(|(kind, x)| match kind {
            0 => f32::NAN,
            1 => f32::INFINITY,
            _ => base + spread * f32::from(*x),
        }).collect();
        let shape = [rows, columns];
        let terms = Terms { overriding: Some(tolerance), subnormals, ..Terms::default() };
        let total = expected.len();
        let accepted = |null: Vec<f32>| total > 0 && compare(&leaves(&null, &shape), &leaves(&expected, &shape), &terms).is_ok();
        let rotated = |axis: usize| -> Vec<f32> {
            (0..total).map(|at| {
                let (row, column) = (at / columns, at % columns);
                let (row, column) = if axis == 0 { ((row + rows - 1) % rows, column) } else { (row, (column + columns - 1) % columns) };
                expected[columns * row + column]
            }).collect()
        };
        let mut mean = 0.0;
        for (at, x) in expected.iter().enumerate() {
            mean += (f64::from(*x) - mean) / (at as f64 + 1.0);
        }
        if total > 0 && !expected[0].is_finite() {
            mean = expected[0].into();
        } else if !expected.iter().all(|x| x.is_finite()) {
            mean = f64::NAN;
        }
        let by_comparing = if accepted(vec![0.0; total]) {
            Some(Null::Zeros)
        } else if total > 1 && accepted(vec![mean as f32; total]) {
            Some(Null::Mean)
        } else if rows > 1 && accepted(rotated(0)) {
            Some(Null::Rolled { axis: 0 })
        } else if columns > 1 && accepted(rotated(1)) {
            Some(Null::Rolled { axis: 1 })
        } else if accepted(expected.iter().map(|x| -x).collect()) {
            Some(Null::Negated)
        } else {
            None
        };
        prop_assert_eq!(accepts_null(&leaves(&expected, &shape), &terms), by_comparing);
    }
}

fn leaves<'a>(data: &'a [f32], shape: &'a [usize]) -> Leaves<'a> {
    Leaves::from(View::new(data, shape).unwrap())
}

fn exact_is_what_the_definition_says<T: Exact + Compare>(actual: &[T], expected: &[T]) -> Result<(), TestCaseError> {
    let wrong: Vec<usize> = (0..expected.len()).filter(|at| actual[*at] != expected[*at]).collect();
    match check(&actual.to_vec(), &expected.to_vec(), &Terms::default()) {
        Ok(agreement) => {
            prop_assert!(wrong.is_empty());
            prop_assert_eq!((agreement.used, agreement.histogram[0]), (0.0, expected.len() as u64));
        }
        Err(Mismatch::Elements(found)) => {
            prop_assert_eq!(found.wrong, wrong.len());
            let shown: Vec<_> = found.first.iter().map(|difference| difference.index[0]).collect();
            prop_assert_eq!(&shown[..], &wrong[..shown.len()]);
            prop_assert_eq!(found.first[0].actual, actual[wrong[0]].number());
        }
        Err(other) => prop_assert!(false, "{other}"),
    }
    Ok(())
}

fn null<T: Compare>(expected: T) -> Option<Null> {
    accepts_null(&Leaves::of(&expected), &Terms::default())
}

#[test]
fn a_null_that_is_the_expected_value_is_found() {
    assert_eq!(null(vec![0.0_f32, 1e-6, -1e-6]), Some(Null::Zeros));
    assert_eq!(null(vec![3.0_f32, 3.000_001, 3.0]), Some(Null::Mean));
    assert_eq!(null([[1.0_f32, 2.0], [1.0, 2.0]]), Some(Null::Rolled { axis: 0 }));
    assert_eq!(null([[1.0_f32, 1.0], [2.0, 2.0]]), Some(Null::Rolled { axis: 1 }));
    assert_eq!(null(vec![false, false]), Some(Null::Zeros));
    assert_eq!(null(vec![7_u64; 3]), Some(Null::Mean));
    assert_eq!(null([[1_i8, 2], [1, 2]]), Some(Null::Rolled { axis: 0 }));
    let loose = Terms { overriding: Some(Tolerance::new(2.0, 0.0)), ..Terms::default() };
    assert_eq!(accepts_null(&Leaves::of(&[1.0_f64, 10.0, 100.0]), &loose), Some(Null::Zeros));
    // NaN is NaN with any sign.
    assert_eq!(accepts_null(&Leaves::of(&[f64::NAN, 10.0]), &loose), Some(Null::Negated));
    assert_eq!(accepts_null(&Leaves::of(&([f64::NAN], 10.0)), &loose), Some(Null::Negated));
}

#[test]
fn a_mean_that_only_roundings_let_agree_is_found() {
    for (x, y, atol) in [
        (-0.4700339098604508, 0.06879642669276645, 0.2694151682766086),
        (-0.12560101871746232, 0.035961421609245044, 0.08078122016335368),
        (-0.3490445914819713, 4.217337816018714, 2.2831912037503423),
    ] {
        let terms = Terms { overriding: Some(Tolerance::new(0.0, atol)), ..Terms::default() };
        assert_eq!(accepts_null(&Leaves::of(&[x, y]), &terms), Some(Null::Mean), "{x}");
    }
}

#[test]
fn a_null_that_says_nothing_is_not_looked_for() {
    // One element has no other mean and nowhere to go; there may be none at all; truth values have no sign.
    assert_eq!(null(vec![5.0_f32]), None);
    assert_eq!(null(Vec::<f32>::new()), None);
    assert_eq!(null([[0.0_f32; 0]; 3]), None);
    assert_eq!(null(None::<f32>), None);
    assert_eq!(null([7_u8]), None);
    assert_eq!(null([i32::MIN]), Some(Null::Negated));
    assert_eq!(null(vec![1.0_f32, 2.0]), None);
    assert_eq!(null(Approx(0.0_f32)), None);
    assert_eq!(null((Approx(0.0_f32), [0.0_f32; 2])), None);
}

#[test]
fn every_array_of_a_value_is_replaced() {
    assert_eq!(null((vec![0.0_f32; 2], vec![0_u8, 1])), None);
    assert_eq!(null((vec![0.0_f32; 2], 0_u8)), Some(Null::Zeros));
    // The right number is beside the mean.
    assert_eq!(null((vec![3.0_f32; 2], 1_u8)), None);
    assert_eq!(null((vec![3.0_f32; 2], [1_u8; 3])), Some(Null::Mean));
    assert_eq!(null((vec![3.0_f32; 2], vec![1_u8, 2])), None);
    assert_eq!(null((vec![3.0_f32; 2], Vec::<f32>::new(), [[1_u8, 2]; 2])), Some(Null::Rolled { axis: 0 }));
}

#[test]
fn a_null_is_refused_by_what_the_terms_say_besides_the_tolerance() {
    let strict = Terms { signed_zeros: SignedZeros::MustAgree, ..Terms::default() };
    assert_eq!(accepts_null(&Leaves::of(&[-0.0_f32, 0.0]), &strict), None);
    assert_eq!(accepts_null(&Leaves::of(&[-0.0_f32, 0.0]), &Terms::default()), Some(Null::Zeros));
    let budget = [0.0, 5.0];
    let terms = Terms { budget: Some(Budget::new(&budget).unwrap()), ..Terms::default() };
    assert_eq!(accepts_null(&Leaves::of(&[0.0_f32, 5.0]), &terms), Some(Null::Zeros));
    assert_eq!(accepts_null(&Leaves::of(&[5.0_f32, 0.0]), &terms), None);
    assert_eq!(accepts_null(&Leaves::of(&[0.0_f32; 3]), &terms), None);
}

#[test]
fn an_input_that_would_be_accepted_is_an_echo() {
    let (expected, input) = ([1.0_f32, 2.0], [1.0_f32, 2.000_001]);
    let view = |data: &'static [f32]| View::new(data, vec![data.len()]).unwrap();
    let echo = |leaves: &Leaves<'_>, input: &View<'_>| echoes(leaves, input, &Terms::default());
    assert!(echo(&Leaves::of(&expected), &View::new(&input[..], &[2][..]).unwrap()));
    assert!(!echo(&Leaves::of(&expected), &view(&[1.0, 2.1])));
    // Another shape, another type, more than one array, nothing at all.
    assert!(!echo(&Leaves::of(&expected), &View::new(&input[..], &[2, 1][..]).unwrap()));
    assert!(!echo(&Leaves::of(&expected.map(f64::from)), &view(&[1.0, 2.0])));
    assert!(!echo(&Leaves::of(&(expected, 1.0_f32)), &view(&[1.0, 2.0])));
    assert!(!echo(&Leaves::of(&[0.0_f32; 0]), &view(&[])));
    assert!(echo(&Leaves::of(&vec![3_u16]), &View::new(&[3_u16][..], &[1][..]).unwrap()));
    assert!(!echo(&Leaves::of(&vec![3_u16]), &View::new(&[4_u16][..], &[1][..]).unwrap()));
}

#[test]
fn a_repeated_element_costs_nothing_but_time() {
    let (one, other) = ([1.0_f32], [1.0 + f32::EPSILON]);
    let view = |data| Leaves::from(View::strided(data, &[100_000][..], &[0], 0).unwrap());
    let agreement = compare(&view(&other[..]), &view(&one[..]), &Terms::default()).unwrap();
    assert_eq!((agreement.elements, agreement.histogram[1]), (100_000, 100_000));
}

/// Every type of floats with every kind of tolerance: whether the comparison tells it from the next narrower ones.
#[test]
fn a_value_that_a_narrower_type_would_give_is_found_unless_the_tolerance_has_a_reason() {
    #[derive(Clone, Copy)]
    enum Set {
        Default,
        Table(Tolerance),
        Override(Tolerance),
    }
    use Set::{Default, Override, Table};
    const WIDE: Tolerance = Tolerance::new(1e-2, 1e-2);
    const STATED: Tolerance = WIDE.because("it is rough");
    fn narrower<T: Compare>(value: T, set: Set) -> Option<Null> {
        let terms = match set {
            Default => Terms::DEFAULT,
            Table(own) => Terms::DEFAULT.f16(own).bf16(own).f32(own).f64(own),
            Override(own) => Terms::DEFAULT.all_floats(own),
        };
        accepts_narrower(&Leaves::of(&value), &terms)
    }
    let from = |from| Some(Null::Narrowed { from });
    let of_torch = Table(Tolerance::new(1e-7, 1e-7));
    // The first number is one of each narrower type as well, the second one of none.
    let (exact, third) = (0.375_f64, 1.0 / 3.0);
    for (set, f64_null, f32_null) in [
        (Default, None, None),
        (of_torch, from(Dtype::F64), None),
        (Table(Tolerance::ulps(1.0)), None, None),
        (Table(WIDE), from(Dtype::F64), from(Dtype::F32)),
        (Override(WIDE), from(Dtype::F64), from(Dtype::F32)),
        (Table(STATED), None, None),
        (Override(STATED), None, None),
        (Override(Tolerance::EXACT), None, None),
    ] {
        assert_eq!(narrower(third, set), f64_null);
        assert_eq!(narrower(vec![exact, third], set), f64_null);
        assert_eq!(narrower(third as f32, set), f32_null);
        assert_eq!(narrower(vec![exact as f32, third as f32], set), f32_null);
        // There is no narrower type, or nothing that it would change.
        assert_eq!(narrower(f16::from_f64(third), set), None);
        assert_eq!(narrower(bf16::from_f64(third), set), None);
        assert_eq!((narrower(7_i64, set), narrower(true, set), narrower(Vec::<f64>::new(), set)), (None, None, None));
        assert_eq!((narrower(exact, set), narrower(exact as f32, set)), (None, None));
        assert_eq!((narrower(f64::NAN, set), narrower(vec![f64::INFINITY, -0.0], set)), (None, None));
        assert_eq!(narrower(Approx(third), set), None);
    }
}

#[test]
fn what_a_narrower_type_would_give_is_judged_for_the_value_as_a_whole() {
    let narrower = |value: &dyn Fn(&mut Leaves<'static>), terms: &Terms<'_>| {
        let mut leaves = Leaves::default();
        value(&mut leaves);
        accepts_narrower(&leaves, terms)
    };
    static THIRDS: [f64; 2] = [1.0 / 3.0, 2.0 / 3.0];
    static TINY: [f64; 1] = [1e-13];
    static SMALL: [f32; 1] = [1e-4 / 3.0];
    // Of 16 bits, only one type is near enough: 11 bits are, 8 are not.
    static BETWEEN: [f32; 1] = [1.0038 / 256.0];
    static HUGE: [f64; 1] = [1e300];
    static WHOLE: [i32; 1] = [3];
    let array = |leaves: &mut Leaves<'static>, data: &'static [f64]| leaves.array(data, vec![data.len()]);
    let single = |leaves: &mut Leaves<'static>, data: &'static [f32]| leaves.array(data, vec![data.len()]);
    let (f64_null, f32_null) = (Some(Null::Narrowed { from: Dtype::F64 }), Some(Null::Narrowed { from: Dtype::F32 }));
    // A number that is nothing under `atol` is nothing in any type.
    assert_eq!(narrower(&|leaves| array(leaves, &TINY), &Terms::DEFAULT), f64_null);
    assert_eq!(narrower(&|leaves| single(leaves, &SMALL), &Terms::DEFAULT), f32_null);
    assert_eq!(narrower(&|leaves| single(leaves, &BETWEEN), &Terms::DEFAULT), None);
    // One array that tells the types apart is enough, and integers are not in the way.
    assert_eq!(
        narrower(
            &|leaves| {
                array(leaves, &TINY);
                array(leaves, &THIRDS)
            },
            &Terms::DEFAULT
        ),
        None
    );
    assert_eq!(
        narrower(
            &|leaves| {
                single(leaves, &SMALL);
                array(leaves, &THIRDS)
            },
            &Terms::DEFAULT
        ),
        None
    );
    assert_eq!(
        narrower(
            &|leaves| {
                leaves.array(&WHOLE[..], vec![1]);
                single(leaves, &SMALL)
            },
            &Terms::DEFAULT
        ),
        f32_null
    );
    // What the narrower type does not reach is infinite there.
    assert_eq!(narrower(&|leaves| array(leaves, &HUGE), &Terms::DEFAULT.f64(Tolerance::new(1.0, 0.0))), None);
    // A budget is made of the inputs, element by element.
    let wide = Terms { budget: Some(Budget::new(&[1.0; 2]).unwrap()), ..Terms::DEFAULT };
    assert_eq!(narrower(&|leaves| array(leaves, &THIRDS), &wide), None);
    // A type with a reason is left out; the others are not.
    let stated = Terms::DEFAULT.f64(Tolerance::new(1.0, 1.0).because("it is rough"));
    assert_eq!(
        narrower(
            &|leaves| {
                array(leaves, &THIRDS);
                single(leaves, &SMALL)
            },
            &stated
        ),
        f32_null
    );
}

/// Every type of a number with every kind of value: alone it is right or wrong, and with those of other cases it has a text.
#[test]
fn a_number_is_no_array_of_which_a_null_tells_anything() {
    use super::scalar::scalar;
    fn is(value: impl Compare, text: &str) {
        let value = Leaves::of(&value);
        assert_eq!((accepts_null(&value, &Terms::DEFAULT), scalar(&value).as_deref()), (None, Some(text)));
    }
    is(false, "false");
    is(true, "true");
    macro_rules! integers {
        ($($type:ident)*) => {$(
            is($type::MIN, &$type::MIN.to_string());
            is(0 as $type, "0");
            is($type::MAX, &$type::MAX.to_string());
        )*};
    }
    integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
    is('\0', "'\\0'");
    is(std::time::Duration::ZERO, "0ns");
    macro_rules! floats {
        ($($type:ident)*) => {$(
            let x = |x: f64| <$type as Float>::narrow(x);
            for (value, text) in
                [(0.0, "0.0"), (-0.0, "-0.0"), (1.5, "1.5"), (f64::NAN, "NaN"), (-f64::NAN, "NaN"), (f64::INFINITY, "inf")]
            {
                is(x(value), text);
                is(Some(x(value)), &format!("(Some, {text})"));
            }
        )*};
    }
    floats!(f16 bf16 f32 f64);
    is((false, 0_u8, f32::NAN), "(false, 0, NaN)");
    is(((1_i8, true), -0.5_f64), "(1, true, -0.5)");
    // Of one element, but with a dimension.
    for (value, null) in [(Leaves::of(&[0_i32]), Some(Null::Zeros)), (Leaves::of(&[f32::NAN]), Some(Null::Negated))] {
        assert_eq!((accepts_null(&value, &Terms::DEFAULT), scalar(&value)), (null, None));
    }
    let mixed = (false, [false, false]);
    assert_eq!((null(mixed), scalar(&Leaves::of(&mixed))), (Some(Null::Zeros), None));
    assert_eq!(scalar(&Leaves::of(&Some([1.0_f32, 2.0]))), None);
    assert_eq!(scalar(&Leaves::of(&vec![(1.0_f32, 2.0_f32)])), None);
    assert_eq!(scalar(&Leaves::of(&Approx(0.0_f32))), None);
    assert_eq!(scalar(&Leaves::of(&(1_u8, "a".to_owned()))), None);
    assert_eq!(scalar(&Leaves::of(&vec![Some(1_u8)])), None);
    // Without any element, the kinds of which there may be none.
    is(None::<u8>, "None");
    is((None::<f32>, None::<bool>), "(None, None)");
    is(None::<Vec<f32>>, "None");
    is(None::<String>, "None");
    is(Vec::<f32>::new(), "an array f32[0]");
    is([[0.0_f64; 0]; 3], "an array f64[3, 0]");
    is(Vec::<String>::new(), "len 0");
    is(vec![Vec::<u8>::new(), Vec::new()], "(len 2, an array u8[0], an array u8[0])");
    // What has to be refused is refused in each case.
    let refused = crate::compare::Fallible::from(Err::<f32, _>("no"));
    let refused = Leaves::of(&refused);
    assert_eq!((accepts_null(&refused, &Terms::DEFAULT), scalar(&refused)), (None, None));
}

/// Whatever its author has it hand over: nothing is compared.
#[test]
fn a_value_that_hands_over_nothing_shows_nothing() {
    struct Nothing(bool);
    impl Compare for Nothing {
        fn leaves<'a>(&'a self, to: &mut Leaves<'a>) {
            if self.0 {
                to.note("it is not compared");
            }
        }
    }
    for told in [false, true] {
        assert_eq!(null(Nothing(told)), Some(Null::Empty));
    }
}
