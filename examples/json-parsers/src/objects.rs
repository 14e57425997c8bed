//! Members. RFC 8259 leaves open what a name means that is there twice; most programs take the last one.

use crosscheck::compare::Expected;
use crosscheck::{backend_matrix, conformance};

use crate::{Json, Parser};

fn names(tree: &Json) -> Vec<String> {
    let Json::Object(members) = tree else { panic!("{tree:?} is no object") };
    members.iter().map(|(name, _)| name.clone()).collect()
}

/// An object with this many members, the last two of which are called `a`; the last one is their number.
fn with_a_name_twice(members: usize) -> String {
    let others: String = (2..members).map(|i| format!(r#""k{i}":{i},"#)).collect();
    format!(r#"{{{others}"a":-1,"a":{members}}}"#)
}

#[backend_matrix(text(plain = r#"{"b":1,"a":7}"#, escaped = r#"{"\u0061":8}"#, missing = r#"{"":1}"#))]
pub fn a_member_is_found(parser: &dyn Parser, text: &str) -> Result<Option<i64>, String> {
    parser.look_up(text.as_bytes(), "a")
}

#[backend_matrix(name("a", "b", "c", "d"))]
pub fn a_member_is_found_by_its_name(parser: &dyn Parser, name: &str) -> Result<Option<i64>, String> {
    parser.look_up(br#"{"b":1,"a":7,"c":3}"#, name)
}

#[backend_matrix(members(2, 33, 34), uses("last_member_wins"))]
pub fn of_a_name_twice_the_last_is_found(parser: &dyn Parser, members: usize) -> Result<Option<i64>, String> {
    parser.look_up(with_a_name_twice(members).as_bytes(), "a")
}

#[conformance(members(2, 33, 34), uses("last_member_wins"))]
pub fn a_name_twice_is_listed_once(parser: &dyn Parser, members: usize) -> Result<(), String> {
    let names = names(&parser.parse(with_a_name_twice(members).as_bytes())?);
    assert_eq!(names.iter().filter(|name| *name == "a").count(), 1);
    Ok(())
}

#[conformance(uses("member_order"))]
pub fn members_stay_in_order(parser: &dyn Parser) -> Result<Expected<Vec<String>>, String> {
    let tree = parser.parse(br#"{"b":1,"c":2,"a":3}"#)?;
    Ok(Expected::new(names(&tree), ["b", "c", "a"].map(String::from).to_vec()))
}
