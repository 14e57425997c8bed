use crosscheck::conformance;
use rstest::{fixture, rstest};

#[fixture]
fn value() -> i64 {
    7
}

#[rstest]
#[test_attr(conformance(uses = "long_keys"))]
#[case::ascii("k", 9)]
#[case::umlauts("ü", 300)]
fn keys(#[ignore] store: &dyn Store, #[case] letter: &str, #[case] length: usize, value: i64) {
    let key = letter.repeat(length);
    assert_eq!(store.put(&key, value), Ok(()));
    assert_eq!(store.get(&key), Some(value));
}
