//! Templates that mean harm. A thread with the small stack of a test parses and renders them: what is met is a limit, and
//! nothing else.

use crate::jinja::fault::Result;
use crate::jinja::limits::tests::with;
use crate::jinja::limits::{DEFAULT, Limits};
use crate::jinja::{Data, Kind, Template};

/// What templates are stopped by here, for the time: `limits` meets each limit by itself, and some below meet the default ones.
pub(super) const SMALL: Limits = Limits { text: 1 << 20, elements: 1 << 14, memory: 8 << 20, steps: 60_000, ..DEFAULT };

fn rendered(source: &str) -> Result<String> {
    let message = Data::Dict(vec![
        ("role".to_owned(), Data::Text("user".to_owned())),
        ("content".to_owned(), Data::Text("Hi".to_owned())),
    ]);
    Template::new(source)?.render(&[("messages".to_owned(), Data::List(vec![message]))])
}

/// The small limit that is met, and how much it was.
fn met(source: &str) -> (&'static str, u64, u64) {
    met_of(SMALL, source)
}

fn met_of(limits: Limits, source: &str) -> (&'static str, u64, u64) {
    match with(limits, || rendered(source)) {
        Err(fault) => match fault.kind {
            Kind::Limit { what, met, limit } => (what, met, limit),
            other => panic!("{}: {other:?}", &source[..source.len().min(200)]),
        },
        Ok(made) => panic!("{}: it made {} bytes", &source[..source.len().min(200)], made.len()),
    }
}

fn many(part: &str) -> String {
    part.repeat(16_000 / part.len().min(16))
}

#[test]
fn a_source_has_a_length() {
    let most = DEFAULT.source;
    assert_eq!(rendered(&"a".repeat(most)).unwrap().len(), most);
    for over in [most + 1, 10 * most] {
        assert_eq!(met(&"a".repeat(over)), ("bytes of source", over as u64, most as u64));
    }
}

#[test]
fn nothing_is_nested_without_end() {
    // What opens, what is inside, what closes.
    let nests = [
        ("-", "1", ""),
        ("+", "1", ""),
        ("not ", "1", ""),
        ("- +", "1", ""),
        ("(", "1", ")"),
        ("((", "1", "),)"),
        ("[", "1", "]"),
        ("{1: ", "1", "}"),
        ("a[", "1", "]"),
        ("a(", "1", ")"),
        ("a(b=", "1", ")"),
        ("a(*", "1", ")"),
        ("a(**", "1", ")"),
        ("1 | d(", "1", ")"),
        ("1 is eq(", "1", ")"),
        ("1 is eq [", "1", "]"),
        ("1 if 1 else ", "1", ""),
        ("1 if (", "1", ") else 1"),
    ];
    for (open, inside, close) in nests {
        let source = format!("{{{{ {}{inside}{} }}}}", many(open), close.repeat(many(open).len() / open.len()));
        assert_eq!(met(&source).0, "levels of nesting", "{open}");
        // Half of what is allowed is parsed.
        let times = DEFAULT.nesting / 4;
        let small = format!("{{{{ ({}{inside}{}) is defined }}}}", open.repeat(times), close.repeat(times));
        Template::new(&small).unwrap_or_else(|fault| panic!("{open}: {fault:?}"));
    }
    for (open, close) in [
        ("{% if 1 %}", "{% endif %}"),
        ("{% if 1 %}{% else %}", "{% endif %}"),
        ("{% for x in [1] %}", "{% endfor %}"),
        ("{% filter upper %}", "{% endfilter %}"),
        ("{% set x %}", "{% endset %}"),
        ("{% macro m() %}", "{% endmacro %}"),
        ("{% call m() %}", "{% endcall %}"),
        ("{% with %}", "{% endwith %}"),
        ("{% generation %}", "{% endgeneration %}"),
    ] {
        assert_eq!(met(&(many(open) + &many(close))).0, "levels of nesting", "{open}");
        Template::new(&(open.repeat(20) + &close.repeat(20))).unwrap();
    }
    let target = format!("{{% set {}x{} = 1 %}}", many("("), many(")"));
    assert_eq!(met(&target).0, "levels of nesting");
}

#[test]
fn a_chain_has_a_length() {
    let links = [
        " | upper",
        ".a",
        "[0]",
        "[1:]",
        "()",
        " + 1",
        " - 1",
        " * 1",
        " / 1",
        " // 1",
        " % 1",
        " ** 1",
        " and 1",
        " or 1",
        " is defined",
        " if 1",
        " if 1 else 1",
        "(1)",
        " | d(1)",
        " | d | d",
    ];
    for link in links {
        let (what, _, limit) = match Template::new(&format!("{{{{ a{} }}}}", many(link))) {
            Err(fault) => match fault.kind {
                Kind::Limit { what, met, limit } => (what, met, limit),
                // Tests cannot follow one another.
                Kind::Failed(_) if link == " is defined" => continue,
                other => panic!("{link}: {other:?}"),
            },
            Ok(_) => panic!("{link}"),
        };
        assert!(
            (what, limit) == ("levels in an expression", DEFAULT.expression as u64)
                || (what, limit) == ("levels of nesting", DEFAULT.nesting as u64),
            "{link}: {what}"
        );
    }
    // These are lists, however long.
    for link in [" ~ 1", " == 1", ", 1"] {
        rendered(&format!("{{{{ 1{} }}}}", link.repeat(3000))).unwrap();
    }
    let branches = "{% elif 0 %}".repeat(3000);
    assert_eq!(rendered(&format!("{{% if 0 %}}{branches}{{% else %}}a{{% endif %}}")).unwrap(), "a");
}

#[test]
fn calls_do_not_wait_for_one_another_without_end() {
    for source in [
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% macro m() %}{% for x in [1] %}{% if 1 %}{{ [m()] }}{% endif %}{% endfor %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}",
        "{% macro m(x=m()) %}{% endmacro %}{{ m() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% macro m() %}{% filter upper %}{{ m() }}{% endfilter %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% set x %}{{ m() }}{% endset %}{% endmacro %}{{ m() }}",
        "{% set ns = namespace() %}{% macro m() %}{{ ns.m() }}{% endmacro %}{% set ns.m = m %}{{ ns.m() }}",
    ] {
        assert_eq!(met(source).0, "calls in one another", "{source}");
    }
    let deep = format!("{}1{}", "(1 + ".repeat(DEFAULT.nesting - 20), ")".repeat(DEFAULT.nesting - 20));
    let source = format!("{{% macro m() %}}{{{{ {deep} ~ m() }}}}{{% endmacro %}}{{{{ m() }}}}");
    assert_eq!(met_of(DEFAULT, &source).0, "calls in one another");
}

#[test]
fn values_are_not_in_one_another_without_end() {
    let grows = |set: &str| {
        format!(
            "{{% set ns = namespace(x=1) %}}{{% for i in range(9999) %}}{{% set ns.x = {set} %}}{{% endfor %}}{{{{ ns.x }}}}"
        )
    };
    for set in [
        "[ns.x]",
        "(ns.x,)",
        "{1: ns.x}",
        "{'a': [ns.x]}",
        "dict(a=ns.x)",
        "[ns.x] | batch(1) | list",
        "[[ns.x], [1]] | first | list | map('list') | list if false else [ns.x]",
        "{1: ns.x} | dictsort",
        "{1: ns.x}.items()",
        "[ns.x] * 1",
        "dict.fromkeys([1], ns.x)",
        "[ns.x] | map('list') | list if false else ([ns.x] | batch(1)) | list",
        "cycler(ns.x)",
        "cycler(ns.x).next",
        "[loop.changed, ns.x]",
    ] {
        assert_eq!(met(&grows(set)).0, "levels in a value", "{set}");
    }
    for holds in ["ns", "[ns]", "{1: ns}", "(1, [ns])"] {
        let base = format!("{{% set ns = namespace() %}}{{% set ns.x = {holds} %}}");
        for shows in [
            "{{ ns }}",
            "{{ [ns] }}",
            "{{ ns ~ '' }}",
            "{{ ns | string }}",
            "{{ '%s' % (ns,) }}",
            "{{ '{}'.format(ns) }}",
            "{{ [ns] | join }}",
            "{{ ns | upper }}",
            "{{ '%r' % (ns,) }}",
        ] {
            assert_eq!(met(&(base.clone() + shows)).0, "levels in a value", "{holds} {shows}");
        }
        for fails in [
            "{{ ns | tojson }}",
            "{{ {ns: 1} }}",
            "{{ ns < ns }}",
            "{{ [ns, 1] | sort }}",
            "{{ [ns] | unique | list }}",
        ] {
            let fault = rendered(&(base.clone() + fails)).unwrap_err();
            assert!(matches!(fault.kind, Kind::Failed(_)), "{holds} {fails}: {fault:?}");
        }
        assert_eq!(rendered(&(base + "{{ ns == ns }}{{ [ns] == [ns] }}{{ ns in [ns] }}")).unwrap(), "TrueTrueTrue");
    }
    // A chain of namespaces, each of which holds the next one.
    let chain = "{% set ns = namespace(last=namespace()) %}{% for i in range(9999) %}{% set ns.new = namespace() %}{% for t in [ns.last] %}{% set t.x = ns.new %}{% endfor %}{% set ns.last = ns.new %}{% endfor %}ok";
    assert_eq!(rendered(chain).unwrap(), "ok");
    assert_eq!(rendered("{% for x in [1] %}{{ loop.changed(loop) }}{% endfor %}").unwrap(), "True");
}

/// Each way in which a text becomes a longer one.
#[test]
fn no_text_grows_without_end() {
    let ways = [
        "x + x",
        "x ~ x",
        "x * 2",
        "2 * x",
        "'%s%s' % (x, x)",
        "'%(a)s%(a)s' % {'a': x}",
        "'{}{}'.format(x, x)",
        "'{0}{0}'.format(x)",
        "'{a}{a}'.format(a=x)",
        "[x, x] | join",
        "[x, x] | join(x)",
        "x.join(['a', 'b', 'c'])",
        "x | replace('a', 'aa')",
        "x.replace('a', 'aa')",
        "x | replace('', 'a')",
        "x.replace('', 'a')",
        "'a' | replace('a', x ~ x)",
        "'%s%s' | format(x, x)",
        "[x, x] | string",
        "[x, x] ~ ''",
        "{1: x, 2: x} ~ ''",
        "[x, x] | tojson",
        "{'a': x, 'b': x} | tojson",
        "(x ~ '\\n') | tojson | tojson",
        "(x ~ '\"') | tojson ~ x",
        "x | center(x | length * 2)",
        "x.center(x | length * 2, 'a')",
        "x.ljust(x | length * 2, 'a')",
        "x.rjust(x | length * 2)",
        "x.zfill(x | length * 2)",
        "('%' ~ (x | length * 2) ~ 's') % x",
        "('%' ~ (x | length * 2) ~ 'd') % 1",
        "('%.' ~ (x | length * 2) ~ 'd') % 1",
        "'%*d' % (x | length * 2, 1)",
        "('{:' ~ (x | length * 2) ~ '}').format(x)",
        "('{:a^' ~ (x | length * 2) ~ '}').format(x)",
        "('{:0' ~ (x | length * 2) ~ 'd}').format(1)",
        "('\\t' ~ x).expandtabs(x | length * 2)",
        "(x ~ '\\n' ~ x) | indent(9)",
        "'a\\nb' | indent(x | length * 2)",
        "'a\\nb' | indent(x ~ x)",
        "'a' | indent(x ~ x, true)",
        "[1] | tojson(indent=x | length * 2)",
        "[1] | tojson(indent=x ~ x)",
        "{1: 2} | tojson(separators=(x, x ~ x))",
        "x | urlencode ~ x",
        "(x ~ '<') | e ~ x",
        "{'a': x, 'b': x} | urlencode",
        "m(x)",
        "m(x) | upper ~ x",
        "[x, x] | sum(start='') if false else x + x",
        "'ß' | upper ~ x ~ x",
        "x | truncate(9, true, x ~ x) if false else x ~ x",
        "x | upper ~ x",
        "x | title ~ x",
        "(x, x) | join | trim",
        "x | batch(1) | map('join') | join ~ x",
        "([x] * 2) | length ~ x ~ x",
        "x | list | join(x)",
        "x[:] ~ x[::-1]",
        "namespace(a=x, b=x) | string",
        "dict(a=x, b=x) | string",
        "cycler(x).next() ~ x",
        "loop.cycle(x) ~ x",
        "(x ~ x).partition('b') | join",
        "(x ~ x).split('b') | join",
        "[x, x] | map('e') | join",
    ];
    for way in ways {
        let source = format!(
            "{{% macro m(x) %}}{{{{ x }}}}{{{{ x }}}}{{% endmacro %}}{{% set ns = namespace(x='aaaaaaaa') %}}\
             {{% for i in range(99999) %}}{{% set x = ns.x %}}{{% set ns.x = {way} %}}{{% endfor %}}"
        );
        let what = met(&source).0;
        assert!(
            ["bytes in a text", "bytes in all values", "steps", "elements in a list", "milliseconds"].contains(&what),
            "{way}: {what}"
        );
    }
    for source in [
        "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set y %}{{ ns.x }}{{ ns.x }}{% endset %}{% set ns.x = y %}{% endfor %}",
        "{% set ns = namespace(x='aaaaaaaaaaaaaaaa' * 9999) %}{% for i in range(9999) %}{{ ns.x }}{% endfor %}",
        "{% set ns = namespace(x='a' * 9999999) %}{% filter upper %}{{ ns.x }}{{ ns.x }}{% endfilter %}",
        "{{ 'a' * 999999999999 }}",
        "{{ '' * 9999999999999 }}{{ 'a' * 9223372036854775807 }}",
        "{{ '%999999999999d' % 1 }}",
        "{{ '{:999999999999}'.format(1) }}",
        "{{ 'a' | center(9223372036854775807) }}",
        "{{ 'a'.ljust(999999999999) }}",
        "{{ '\t'.expandtabs(999999999999) }}",
        "{{ 'a\nb' | indent(999999999999) }}",
        "{{ [1] | tojson(indent=999999999999) }}",
    ] {
        assert_eq!(met(source).0, "bytes in a text", "{source}");
    }
}

#[test]
fn a_float_has_no_more_digits_than_it_can() {
    for source in [
        "{{ '%.1101f' % 1 }}",
        "{{ '%.9999999e' % 1 }}",
        "{{ '{:.99999g}'.format(1.5) }}",
        "{{ '{:.2000%}'.format(1) }}",
    ] {
        assert_eq!(met_of(DEFAULT, source).0, "digits of a float", "{source}");
    }
    assert_eq!(rendered("{{ ('%.1100f' % 1) | length }}").unwrap(), "1102");
}

/// Each way in which a list becomes a longer one.
#[test]
fn no_list_grows_without_end() {
    let ways = [
        "x + x",
        "x * 2",
        "2 * x",
        "(x * 2) | list",
        "[x, x] | sum(start=[])",
        "x | batch(1, 1) | sum(start=x)",
        "x + (x | list)",
        "x + (x | map('string') | list)",
        "x + (x | reverse | list)",
        "x + x[:]",
        "x + (x | sort)",
        "(x + x) | select('defined') | list",
        "x + (x | batch(1) | list)",
        "x + (x | slice(2) | sum(start=[]))",
        "([1] | batch(x | length * 2, 0) | first)",
        "(x | slice(x | length * 2) | list)",
        "range(x | length * 2) | list",
        "('a' * (x | length * 2)) | list",
        "('a ' * (x | length * 2)).split()",
        "('a\\n' * (x | length * 2)).splitlines()",
        "('a,' * (x | length * 2)).split(',')",
        "('a,' * (x | length * 2)).rsplit(',')",
        "dict.fromkeys(range(x | length * 2)) | list",
        "dict.fromkeys(range(x | length * 2)).items()",
        "dict.fromkeys(range(x | length * 2)) | dictsort",
        "v(*(x + x))",
        "x + x | unique | list + x",
    ];
    for way in ways {
        let source = format!(
            "{{% macro v() %}}{{{{ varargs }}}}{{% endmacro %}}{{% set ns = namespace(x=[1, 2, 3]) %}}\
             {{% for i in range(99999) %}}{{% set x = ns.x %}}{{% set ns.x = {way} %}}{{% set ns.n = ns.x | length %}}{{% endfor %}}"
        );
        let what = met(&source).0;
        let known = [
            "elements in a list",
            "elements in a range",
            "bytes in all values",
            "steps",
            "bytes in a text",
            "milliseconds",
        ];
        assert!(known.contains(&what), "{way}: {what}");
    }
    assert_eq!(met("{{ range(100001) }}"), ("elements in a range", 100_001, 100_000));
    assert_eq!(met("{{ range(-9223372036854775807, 9223372036854775807) }}").0, "elements in a range");
    assert_eq!(met("{{ [1] * 9223372036854775807 }}").0, "elements in a list");
    assert_eq!(met("{{ [1] | batch(9223372036854775807, 0) | list }}").0, "elements in a list");
    assert_eq!(met("{{ [1] | slice(9223372036854775807) | list }}").0, "elements in a list");
    // Many values that are each as large as one may be.
    let hoard =
        "{% set ns = namespace(x=[]) %}{% for i in range(999) %}{% set ns.x = ns.x + ['a' * 9999999] %}{% endfor %}";
    assert_eq!(met_of(DEFAULT, hoard).0, "bytes in all values");
    let names = "{% set ns = namespace() %}{% for i in range(99999) %}{% for j in range(99) %}{% set a = namespace(**ns.d or {}) %}{% endfor %}{% endfor %}";
    assert_eq!(met(names).0, "steps");
}

/// A list that holds one list twice, which holds the next one twice, is small, and has more elements than there are atoms.
#[test]
fn what_is_gone_through_is_counted() {
    let twice = "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}";
    let tuple = "{% set ns = namespace(x=(1,)) %}{% for i in range(90) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}";
    let dict =
        "{% set ns = namespace(x={1: 1}) %}{% for i in range(90) %}{% set ns.x = {1: ns.x, 2: ns.x} %}{% endfor %}";
    for base in [twice, tuple, dict] {
        let other = base.replace("ns", "no");
        for uses in [
            "{{ ns.x }}",
            "{{ ns.x | tojson }}",
            "{{ ns.x | string }}",
            "{{ ns.x == no.x }}",
            "{{ ns.x != no.x }}",
            "{{ ns.x in [no.x] }}",
            "{{ [ns.x] | sort == [no.x] }}",
            "{{ [ns.x, no.x] | unique | list }}",
            "{{ [no.x].index(ns.x) }}",
            "{{ [no.x].count(ns.x) }}",
            "{{ ns.x is eq no.x }}",
            "{{ ns.x is sameas no.x }}",
            "{{ {'a': ns.x} == {'a': no.x} }}",
            "{{ ns.x ~ '' }}",
            "{{ '%s' % (ns.x,) }}",
            "{{ ns.x | join }}",
            "{{ [ns.x, no.x] | max }}",
            "{{ [ns.x, no.x] | sort }}",
            "{{ ns.x < no.x }}",
            "{{ [{'a': ns.x}, {'a': no.x}] | groupby('a') }}",
            "{% for x in [1, 2] %}{{ loop.changed(ns.x if loop.first else no.x) }}{% endfor %}",
            "{{ {ns.x: 1} }}",
            "{{ {1: 1}[ns.x] }}",
            "{{ ns.x in {1: 1} }}",
            "{{ {1: 1}.get(ns.x) }}",
            "{{ [ns.x] | selectattr(0, 'eq', no.x) | list }}",
            "{{ ns.x | urlencode }}",
            "{{ [ns.x, no.x] | map('string') | list }}",
        ] {
            let fault = with(SMALL, || rendered(&format!("{base}{other}{uses}")));
            match fault {
                Err(fault) if matches!(fault.kind, Kind::Limit { .. } | Kind::Failed(_)) => (),
                Ok(made) if made.len() < 100 => (),
                other => panic!("{uses}: {other:?}"),
            }
        }
    }
    assert_eq!(met(&(twice.to_owned() + "{{ ns.x == ns.x[:] }}")).0, "steps");
}

#[test]
fn nothing_takes_for_ever() {
    let loops = |inside: &str| {
        format!("{{% for a in range(9999) %}}{{% for b in range(9999) %}}{inside}{{% endfor %}}{{% endfor %}}")
    };
    for inside in [
        "",
        "a",
        "{% set x = 1 %}",
        "{{ a }}",
        "{% if a %}{% endif %}",
        "{{ 'a' in 'b' * 999 }}",
        "{{ range(9999) | sort | length }}",
        "{{ range(999) | list | tojson | length }}",
        "{{ ('a' * 9999) | upper | length }}",
        "{{ ('a' * 9999) | length }}",
        "{{ ('a' * 9999).count('a') }}",
        "{% for c in 'abc' %}{% endfor %}",
        "{{ dict.fromkeys(range(999))[998] }}",
        "{{ ('a' * 9999) == ('a' * 9999) }}",
        "{{ ('a' * 9999)[::-1] | length }}",
        "{% with x = 1 %}{% endwith %}",
    ] {
        let what = met(&loops(inside)).0;
        assert!(["steps", "milliseconds"].contains(&what), "{inside}: {what}");
    }
    let grows = "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{{ ns.x | length }}{% endfor %}";
    assert!(["steps", "elements in a list"].contains(&met(grows).0));
    assert_eq!(
        met_of(
            DEFAULT,
            "{{ 2.0 ** 9999 }}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
        )
        .0,
        "steps"
    );
}
