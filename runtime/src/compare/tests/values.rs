//! Every type that can be compared: equal, another value, shorter, longer, empty, nested, and whether an output that takes no
//! computing would agree as well.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::{self, Debug};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use super::*;
use crate::compare::Exact;

/// What the mismatch says; nothing where the two agree.
#[track_caller]
fn said<T: Compare>(actual: T, expected: T) -> String {
    match default(actual, expected) {
        Ok(_) => String::new(),
        Err(mismatch) => mismatch.to_string(),
    }
}

/// Its first line.
#[track_caller]
fn first<T: Compare>(actual: T, expected: T) -> String {
    said(actual, expected).lines().next().unwrap_or_default().to_owned()
}

fn null<T: Compare>(expected: T) -> Option<Null> {
    accepts_null(&Leaves::of(&expected), &Terms::DEFAULT)
}

fn map<V>(entries: impl IntoIterator<Item = (&'static str, V)>) -> HashMap<String, V> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn sorted<V>(entries: impl IntoIterator<Item = (u8, V)>) -> BTreeMap<u8, V> {
    entries.into_iter().collect()
}

#[test]
fn texts() {
    let text = str::to_owned;
    assert_eq!(said(text("same"), text("same")), "");
    assert_eq!(said(text("thus"), text("this")), r#""thus" instead of "this""#);
    assert_eq!(said("a", "ab"), r#""a" instead of "ab""#);
    assert_eq!(said("", "ab"), r#""" instead of "ab""#);
    assert_eq!(said(vec!["a", "b"], vec!["a", "c"]), "\"b\" instead of \"c\" in `[1]`\n  1 of 2 elements disagree");
    assert_eq!(said(vec!["a"], vec!["a", "c"]), "len 1 instead of len 2");
    assert_eq!(
        said(text("one\ntwo\n"), text("one\n2\n")),
        "the texts disagree (- expected, + actual)\n  @@ -1,2 +1,2 @@\n    one\n  - 2\n  + two"
    );
    assert_eq!(Terms::DEFAULT.compare::<str>("a", "a"), Ok(()));
    let mismatch = default(("a", 1.0_f32), ("b", 2.0)).unwrap_err();
    assert_eq!((mismatch.share(), mismatch.ulps()), (1.0, None));
    assert_eq!(default(("a", 1.0_f32), ("b", 1.0)).unwrap_err().share(), 0.5);
    assert_eq!(default(("a", 1.0_f32), ("a", 1.0)).unwrap().elements, 2);
    // An empty text shows nothing, and another one does, whatever stands beside it.
    assert_eq!([null(""), null(vec!["", ""].leak()[0])], [Some(Null::Empty); 2]);
    assert_eq!([null(" "), null("a")], [None; 2]);
    assert_eq!((null(("", [0.0_f32; 2])), null(("a", [0.0_f32; 2]))), (Some(Null::Zeros), None));
    assert_eq!((null(("", [1.0_f32; 2])), null(("a", [1.0_f32; 2]))), (Some(Null::Mean), None));
    assert_eq!(null(("", [1.0_f32, 2.0])), None);
}

#[test]
fn characters_and_spans_of_time_are_elements_of_arrays() {
    assert_eq!(said('a', 'a'), "");
    assert_eq!(
        said(vec!['a', 'b'], vec!['a', '\u{1b}']),
        "1 of 2 elements (50.0 %) disagree in char[2]; allowed: nothing but equality\n  \
         all of them:\n    [1] 'b' instead of '\\u{1b}'"
    );
    assert_eq!(
        said(vec!['a'], vec!['a', 'b']),
        "shape [1] instead of [2]\n  the 1 elements that are there are as expected"
    );
    assert_eq!(
        (null(['\0']), null(['a']), null(['a', 'a']), null(['a', 'b'])),
        (Some(Null::Zeros), None, Some(Null::Mean), None)
    );
    let time = Duration::from_millis;
    assert_eq!(said([time(1), time(2)], [time(1), time(2)]), "");
    assert_eq!(
        said([time(1), time(2500)], [time(1), time(2000)]),
        "1 of 2 elements (50.0 %) disagree in Duration[2]; allowed: nothing but equality\n  \
         largest difference: [1] 2.5s instead of 2s, off by 0.5, 0.25 of what is expected\n  \
         all of them:\n    [1] 2.5s instead of 2s"
    );
    assert_eq!((null([Duration::ZERO]), null([time(1)])), (Some(Null::Zeros), None));
}

#[test]
fn integers_of_128_bits_are_compared_to_the_last_one() {
    for (a, b) in [(u128::MAX, u128::MAX - 1), (u128::MAX, 0), (0, 1)] {
        assert_eq!(said(a, a), "");
        let found = differences(default(a, b));
        assert_eq!(found.first[0].to_string(), format!("[] {a} instead of {b}"));
        assert_eq!(found.absolute.unwrap().value, a.abs_diff(b) as f64);
    }
    let found = differences(default(vec![i128::MIN], vec![i128::MAX]));
    assert_eq!(found.absolute.unwrap().value, 2_f64.powi(128));
    assert_eq!(said([i128::MIN], [i128::MIN]), "");
    assert_eq!((null([0_u128]), null([7_i128]), null([1_i128, -1])), (Some(Null::Zeros), None, None));
    assert_eq!(null([i128::MIN, i128::MIN]), Some(Null::Mean));
}

#[test]
fn bytes_show_where_they_part() {
    let bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    assert_eq!(said(bytes.clone(), bytes.clone()), "");
    let mut other = bytes.clone();
    other[4] = b'\n';
    assert_eq!(
        said(other.clone(), bytes.clone()),
        "1 of 8 elements (12.5 %) disagree in u8[8]; allowed: nothing but equality\n  \
         largest difference: [4] 10 instead of 13, off by 3, 0.2308 of what is expected\n  \
         all of them:\n    [4] 10 instead of 13\n  \
         the first difference is at byte 4 (0x4):\n    \
         actual    89 50 4e 47 [0a] 0a 1a 0a  |.PNG....|\n    \
         expected  89 50 4e 47 [0d] 0a 1a 0a  |.PNG....|"
    );
    other.remove(5);
    assert_eq!(
        said((other, 1), (bytes, 1)),
        "shape [7] instead of [8] in `0`\n  \
         the first difference is at byte 4 (0x4):\n    \
         actual    89 50 4e 47 [0a] 1a 0a  |.PNG...|\n    \
         expected  89 50 4e 47 [0d] 0a 1a 0a  |.PNG....|"
    );
    assert_eq!(
        said(vec![1_u16, 9, 3], vec![1, 2, 3, 4]),
        "shape [3] instead of [4]\n  the first difference: [1] 9 instead of 2"
    );
    // Neither a matrix nor floats, of which the tolerance says whether they part.
    assert_eq!(said(vec![[1_u8; 2]], vec![[1; 2]; 2]), "shape [1, 2] instead of [2, 2]");
    assert_eq!(said(vec![1.0_f32], vec![1.0; 2]), "shape [1] instead of [2]");
}

#[test]
fn maps_are_compared_by_key_and_their_values_by_tolerance() {
    let expected = || map([("b", 2.0_f32), ("a", 1.0), ("c", 4.0)]);
    assert_eq!(said(map([("a", 1.000_001), ("c", 4.0), ("b", 2.0)]), expected()), "");
    assert!(default(map([("a", 1.000_001), ("c", 4.0), ("b", 2.0)]), expected()).unwrap().used > 0.0);
    assert_eq!(
        said(map([("a", 1.5), ("b", 2.5), ("c", 4.0)]), expected()),
        "1 of 1 elements (100.0 %) disagree in `[\"a\"]`, f32[]; allowed: rtol 1.3e-6, atol 1e-5 (for f32)\n  \
         largest difference: [] 1.5 instead of 1.0, off by 0.5, 0.5 of what is expected, 4.194e6 units in the last place\n  \
         all of them:\n    [] 1.5 instead of 1.0 (may be 1.130e-5 off)\n  \
         and 1 elements of another array"
    );
    let missing = default(map([("a", 1.0), ("d", 4.0), ("e", 4.0)]), expected()).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "4 of 5 keys of a map disagree\n  2 missing: \"b\", \"c\"\n  2 additional: \"d\", \"e\""
    );
    assert_eq!((missing.share(), missing.ulps()), (0.8, Some(f64::INFINITY)));
    assert_eq!(said(map([]), expected()), "3 of 3 keys of a map disagree\n  3 missing: \"a\", \"b\", \"c\"");
    assert_eq!(said(expected(), map([])), "3 of 3 keys of a map disagree\n  3 additional: \"a\", \"b\", \"c\"");
    // As long as the other one, and in no way like it.
    let numbers =
        |from: u32| (from..from + 20).map(|key| (key, ())).map(|(key, ())| (key, key)).collect::<BTreeMap<_, _>>();
    assert_eq!(
        said(numbers(0), numbers(18)),
        "36 of 38 keys of a map disagree\n  \
         18 missing: 20, 21, 22, 23, 24, 25, 26, 27, … 10 more\n  \
         18 additional: 0, 1, 2, 3, 4, 5, 6, 7, … 10 more"
    );
    let nested = |x| sorted([(1, Some(vec![x, 2.0_f64])), (2, None)]);
    assert_eq!(said(nested(1.0 + 1e-13), nested(1.0)), "");
    assert_eq!(
        first(nested(1.5), nested(1.0)),
        "1 of 2 elements (50.0 %) disagree in `[1]`, f64[2]; allowed: rtol 1e-12, atol 1e-12 (for f64)"
    );
    let deep = |key| sorted([(1, map([(key, 0.5_f32)]))]);
    assert_eq!(
        said(deep("x"), deep("y")),
        "2 of 2 keys of a map disagree in `[1]`\n  1 missing: \"y\"\n  1 additional: \"x\""
    );
    // Keys are structure, as names are: values that are zeros show nothing, and nor does an empty map.
    assert_eq!([null(map::<f32>([])), null(sorted::<f32>([]))], [Some(Null::Empty); 2]);
    assert_eq!((null(map([("a", 0.0_f32)])), null(map([("a", 1.0_f32)]))), (Some(Null::Zeros), None));
    assert_eq!(null((map::<f32>([]), 1.0_f32)), None);
}

#[test]
fn sets_are_compared_by_element() {
    let set = |elements: &[&'static str]| elements.iter().copied().collect::<HashSet<_>>();
    let agreement = default(set(&["b", "a"]), set(&["a", "b"])).unwrap();
    assert_eq!((agreement.elements, agreement.used), (2, 0.0));
    let mismatch = default((1.0_f32, set(&["b", "c"])), (1.0, set(&["a", "b"]))).unwrap_err();
    assert_eq!(
        mismatch.to_string(),
        "2 of 3 elements of a set disagree in `1`\n  1 missing: \"a\"\n  1 additional: \"c\""
    );
    assert_eq!((mismatch.share(), mismatch.ulps()), (2.0 / 3.0, None));
    let numbers = |range: std::ops::Range<u8>| range.collect::<BTreeSet<_>>();
    assert_eq!(said(numbers(0..2), numbers(0..3)), "1 of 3 elements of a set disagree\n  1 missing: 2");
    assert_eq!(said(numbers(0..3), numbers(0..3)), "");
    assert_eq!((null(numbers(0..0)), null(numbers(0..1))), (Some(Null::Empty), None));
    assert_eq!((null(set(&[])), null(set(&[""]))), (Some(Null::Empty), None));
    // The order of a hash is none of ours, and a hasher may be anybody's.
    type Own = HashMap<u8, u8, BuildHasherDefault<DefaultHasher>>;
    let own = |keys: std::ops::Range<u8>| keys.map(|key| (key, key)).collect::<Own>();
    assert_eq!(said(own(0..9), own(1..9)), "1 of 9 keys of a map disagree\n  1 additional: 0");
    assert_eq!(said(own(0..9), own(0..9)), "");
}

#[test]
fn what_is_there_is_told_from_what_is_not() {
    assert_eq!(said(None::<f32>, None), "");
    assert_eq!(said(Some(1.000_001_f32), Some(1.0)), "");
    assert_eq!(said(None, Some(1.0_f32)), "None instead of Some");
    assert_eq!(said(Some("a value"), None), "Some (\"a value\") instead of None");
    assert_eq!(said(vec![Some(Exact('x'))], vec![None]), "Some ('x') instead of None in `[0]`");
    assert_eq!(
        first(Some(vec![1.0_f32, 3.0]), Some(vec![1.0, 2.0])),
        "1 of 2 elements (50.0 %) disagree in f32[2]; allowed: rtol 1.3e-6, atol 1e-5 (for f32)"
    );
    // As with an array without elements, nothing is there that could show anything.
    assert_eq!(
        (null(None::<f32>), null(Some([0.0_f32])), null(Some(""))),
        (None, Some(Null::Zeros), Some(Null::Empty))
    );
}

#[test]
fn both_refuse_or_both_do_not() {
    type Any = Fallible<Vec<f32>>;
    let ok = |x| Any::from(Ok::<_, String>(vec![x, 2.0]));
    let refused = |why: &str| Any::from(Err(why.to_owned()));
    assert_eq!(said(ok(1.000_001), ok(1.0)), "");
    assert_eq!(said(refused("too long"), refused("no such axis")), "");
    assert_eq!(said(refused("too\nlong"), ok(1.0)), "Err (\"too\\nlong\") instead of Ok");
    assert_eq!(said(ok(1.0), refused("too long")), "Ok instead of Err (\"too long\")");
    assert!(first(ok(1.5), ok(1.0)).starts_with("1 of 2 elements (50.0 %) disagree in f32[2]"));
    assert_eq!(said(vec![ok(1.0), refused("a")], vec![ok(1.0), refused("b")]), "");
    assert_eq!(said(vec![ok(1.0), refused("a")], vec![ok(1.0), ok(1.0)]), "Err (\"a\") instead of Ok in `[1]`");
    // Any error of a body is one here.
    assert_eq!(Any::from("x".parse::<f32>().map(|x| vec![x])).0.unwrap_err().to_string(), "invalid float literal");
    // Errors that are compared: by their text, and as values.
    let text = |why: &str| Fallible::<u8, _>(Err(why.to_owned()));
    assert_eq!(
        (said(text("a"), text("a")), said(text("a"), text("b"))),
        (String::new(), r#""a" instead of "b""#.to_owned())
    );
    let value = |text: &str| Fallible(text.parse::<u8>().map_err(Exact));
    assert_eq!(said(value(""), value("")), "");
    assert_eq!(
        said(value("999"), value("")),
        "the values disagree (- expected, + actual)\n  @@ -1,3 +1,3 @@\n    ParseIntError {\n  -     kind: Empty,\n  +     kind: PosOverflow,\n    }"
    );
    // Where there is nothing but the refusal.
    let unit = |ok: bool| Fallible::<()>(if ok { Ok(()) } else { Err(AnyError::new("no")) });
    assert_eq!([said(unit(true), unit(true)), said(unit(false), unit(false))], ["", ""]);
    assert_eq!(said(unit(false), unit(true)), "Err (\"no\") instead of Ok");
    // A refusal is no output, and a value is one.
    assert_eq!(
        (null(refused("a")), null(ok(1.0)), null(Any::from(Ok::<_, String>(vec![0.0; 2])))),
        (None, None, Some(Null::Zeros))
    );
}

#[test]
fn an_input_that_is_no_array_and_comes_back_is_found() {
    let echo =
        |expected: &str, input: &str| accepts_input(&Leaves::of(expected), &[Leaves::of(input)], &Terms::DEFAULT);
    assert_eq!((echo("a", "a"), echo("a", "b")), (Some(Null::Identity { input: 0 }), None));
    let exact = |expected: char, input: char| {
        accepts_input(&Leaves::of(&Exact(expected)), &[Leaves::of(&Exact(input))], &Terms::DEFAULT)
    };
    assert_eq!((exact('a', 'a'), exact('a', 'b')), (Some(Null::Identity { input: 0 }), None));
    let other_type = accepts_input(&Leaves::of(&Exact(1_u8)), &[Leaves::of(&Exact(1_u16))], &Terms::DEFAULT);
    assert_eq!((other_type, accepts_input(&Leaves::of("a"), &[Leaves::of(&1_u8)], &Terms::DEFAULT)), (None, None));
}

#[test]
fn types_that_are_exact_say_so() {
    let exact = [
        String::EXACT,
        <&str>::EXACT,
        char::EXACT,
        i128::EXACT,
        Duration::EXACT,
        HashSet::<u8>::EXACT,
        HashMap::<u8, String>::EXACT,
        Exact::<f32>::EXACT,
        Fallible::<u8>::EXACT,
    ];
    assert_eq!(exact, [true; 9]);
    let floats = [HashMap::<u8, f32>::EXACT, BTreeMap::<u8, Vec<f64>>::EXACT, Fallible::<f32>::EXACT];
    assert_eq!(floats, [false; 3]);
}

/// A value whose key and element of a set say what a terminal would obey, without an end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wild(u8);

impl Debug for Wild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            f.write_str("\u{1b}[2J\n")?;
        }
    }
}

#[test]
fn whatever_a_value_says_a_mismatch_is_short_and_harmless() {
    let set = |x| BTreeSet::from([Wild(x)]);
    let within = |x: f32| BTreeMap::from([(Wild(0), x)]);
    for shown in [
        said(set(1), set(2)),
        said(within(1.0), within(2.0)),
        said(Exact(Wild(1)), Exact(Wild(2))),
        said(Some(Exact(Wild(1))), None),
        said(vec!["\u{1b}[2J".to_owned()], vec!["\u{1b}[2J\r".repeat(100_000)]),
    ] {
        assert!(shown.len() < 2_000 && shown.contains(r"\u{1b}[2J"), "{shown}");
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    }
}
