//! Each limit decides something by itself, and is what the README says.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::jinja::limits::tests::with;
use crate::jinja::limits::{DEFAULT, Limits};
use crate::jinja::{Kind, Template};

/// A limit with another value, and templates that take more and more of it.
struct Case {
    what: &'static str,
    set: fn(&mut Limits, usize),
    /// Two values that are small.
    values: [usize; 2],
    template: fn(usize) -> String,
}

fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
    format!("{{{{ {}{inside}{} }}}}", open.repeat(times), close.repeat(times))
}

const CASES: [Case; 10] = [
    Case {
        what: "bytes of source",
        set: |limits, value| limits.source = value,
        values: [40, 80],
        template: |size| "a".repeat(size),
    },
    Case {
        what: "levels of nesting",
        set: |limits, value| limits.nesting = value,
        values: [20, 40],
        template: |size| nested("(", "1", ")", size),
    },
    Case {
        what: "levels in an expression",
        set: |limits, value| limits.expression = value,
        values: [20, 40],
        template: |size| nested("", "1", " + 1", size),
    },
    Case {
        what: "levels in a value",
        set: |limits, value| limits.value = value,
        values: [20, 40],
        template: |size| {
            format!(
                "{{% set ns = namespace(x=1) %}}{{% for i in range({size}) %}}{{% set ns.x = [ns.x] %}}{{% endfor %}}"
            )
        },
    },
    Case {
        what: "calls in one another",
        set: |limits, value| limits.calls = value,
        values: [50, 100],
        template: |size| {
            format!("{{% macro m(n) %}}{{% if n %}}{{{{ m(n - 1) }}}}{{% endif %}}{{% endmacro %}}{{{{ m({size}) }}}}")
        },
    },
    Case {
        what: "bytes in a text",
        set: |limits, value| limits.text = value,
        values: [40, 80],
        template: |size| format!("{{% for i in range({size}) %}}a{{% endfor %}}"),
    },
    Case {
        what: "elements in a list",
        set: |limits, value| limits.elements = value,
        values: [40, 80],
        template: |size| format!("{{{{ ([1] * {size}) | list | length }}}}"),
    },
    Case {
        what: "elements in a range",
        set: |limits, value| limits.range = value,
        values: [40, 80],
        template: |size| format!("{{{{ range({size}) | length }}}}"),
    },
    Case {
        what: "bytes in all values",
        set: |limits, value| limits.memory = value,
        values: [10_000, 20_000],
        template: |size| format!("{{% set x = 'a' * {size} * 100 %}}"),
    },
    Case {
        what: "steps",
        set: |limits, value| limits.steps = value as u64,
        values: [100, 200],
        template: |size| format!("{{% for i in range({size}) %}}{{% endfor %}}"),
    },
];

/// What is met, and how much may be there.
fn met(limits: Limits, source: &str) -> Option<(&'static str, u64)> {
    match with(limits, || Template::new(source)?.render(&[])) {
        Ok(_) => None,
        Err(fault) => match fault.kind {
            Kind::Limit { what, limit, .. } => Some((what, limit)),
            other => panic!("{source}: {other:?}"),
        },
    }
}

#[test]
fn each_limit_is_met_where_it_is_and_nowhere_else() {
    for Case { what, set, values, template } in CASES {
        let firsts = values.map(|value| {
            let mut limits = DEFAULT;
            set(&mut limits, value);
            let first = (1..1000).find(|&size| met(limits, &template(size)).is_some());
            let first = first.unwrap_or_else(|| panic!("{what}: {value} is no limit"));
            assert_eq!(met(limits, &template(first)), Some((what, value as u64)), "size {first}");
            first
        });
        // Twice as much is about twice as large.
        let [small, large] = firsts;
        assert!(large > small + small / 2, "{what}: {firsts:?}");
        assert_eq!(met(DEFAULT, &template(large)), None, "{what}");
    }
}

#[test]
fn time_is_a_limit_too() {
    let source = "{% for a in range(99) %}{% for b in range(999) %}{% endfor %}{% endfor %}";
    assert_eq!(met(Limits { time: Duration::ZERO, ..DEFAULT }, source), Some(("milliseconds", 0)));
    assert_eq!(met(DEFAULT, source), None);
}

/// So that none is raised without a word.
#[test]
fn the_limits_are_those_of_the_readme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let number = |number: usize| {
        let digits = number.to_string();
        let groups: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap()).collect();
        groups.join(",")
    };
    let mebibytes = |bytes: usize| format!("{} MiB", bytes >> 20);
    let Limits { source, nesting, expression, value, calls, text, elements, range, memory, steps, time } = DEFAULT;
    for row in [
        format!("| bytes of source | {} |", number(source)),
        format!(
            "| levels of nesting; of an expression, to which each link of a chain adds one | {nesting}; {expression} |"
        ),
        format!(
            "| bytes in a text; elements in a list, in a range; levels in a value | {}; {}, {}; {value} |",
            mebibytes(text),
            number(elements),
            number(range)
        ),
        format!("| calls in one another | {} |", number(calls)),
        format!("| bytes in all values at a time | {} |", mebibytes(memory)),
        format!("| steps; time | {}; {} s |", number(steps as usize), time.as_secs()),
    ] {
        assert!(readme.contains(&row), "{row}");
    }
}
