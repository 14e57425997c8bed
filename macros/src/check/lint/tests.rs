use syn::parse_quote;

use super::*;

/// The findings in a check of `kernels` with this body, as text without spaces.
fn found(lint: Lint, body: &str) -> Vec<String> {
    let body: TokenStream = body.parse().unwrap();
    found_in(lint, &parse_quote!(fn check(kernels: &dyn Kernels, n: usize) { #body }))
}

fn found_in(lint: Lint, function: &ItemFn) -> Vec<String> {
    let findings = lint.findings(function, &[], Flavour::Check);
    findings.iter().map(|tokens| tokens.to_string().replace(' ', "")).collect()
}

#[test]
fn branches_on_the_backend_are_found_once() {
    for (body, identity) in [
        ("if kernels.name() == \"metal\" { return; }", "kernels.name()"),
        ("if \"metal\" != (&*kernels).backend_name() {}", "(&*kernels).backend_name()"),
        ("while kernels.kind() == Kind::Metal {}", "kernels.kind()"),
        ("let metal = kernels.name() == \"metal\"; if metal {}", "kernels.name()"),
        ("if n > 1 && kernels.name().starts_with(\"m\") {}", "kernels.name()"),
        ("if kernels.is_metal() {}", "kernels.is_metal()"),
        ("let again = kernels; if again.name() == \"metal\" {}", "again.name()"),
        ("if let \"metal\" = kernels.name() {}", "kernels.name()"),
        ("let \"metal\" = kernels.name() else { return };", "kernels.name()"),
        ("match (n, kernels.name()) { _ => {} }", "kernels.name()"),
        ("match n { 1 if kernels.name() == \"metal\" => {} _ => {} }", "kernels.name()"),
        ("if matches!(kernels.name(), \"metal\" | \"cuda\") {}", "kernels.name()"),
        ("if matches!(n, 1 if kernels.is_gpu()) {}", "kernels.is_gpu()"),
        ("if (kernels as &dyn Any).type_id() == TypeId::of::<Metal>() {}", "(kernelsas&dynAny).type_id()"),
        ("if (kernels as &dyn Any).is::<Metal>() {}", "(kernelsas&dynAny).is::<Metal>()"),
        ("if let Some(metal) = kernels.as_any().downcast_ref::<Metal>() {}", "kernels.as_any()"),
        ("if std::any::type_name_of_val(kernels).contains(\"Metal\") {}", "std::any::type_name_of_val(kernels)"),
        ("if Kernels::name(kernels) == \"metal\" {}", "Kernels::name(kernels)"),
        ("if let Backend::Metal = kernels {}", "kernels"),
        ("if kernels.kind == Kind::Metal {}", "kernels.kind"),
        ("if [\"metal\", \"cuda\"].contains(&kernels.name()) {}", "kernels.name()"),
        ("let skipped = vec![\"metal\"]; if skipped.contains(&kernels.name()) {}", "kernels.name()"),
        ("if unsupported(kernels.name(), n) {}", "kernels.name()"),
        ("let &(a, name) = &(n, kernels.name()); if a == 1 && name == \"metal\" {}", "name"),
        ("let name = kernels.name(); if name == \"metal\" {}", "name"),
        ("let name; name = kernels.name(); if name == \"metal\" {}", "name"),
        ("let (a, name) = (n, kernels.name().to_string()); match name.as_str() { _ => {} }", "name"),
        ("let name = format!(\"{}-\", kernels.name()); if name == \"metal-\" {}", "name"),
        ("let name = kernels.name(); if format!(\"{name}\") == \"metal\" {}", "\"{name}\""),
        ("for c in kernels.name().chars() { if c == 'm' {} }", "c"),
        ("kernels.name().eq(\"metal\").then(|| n);", "kernels.name()"),
        ("kernels.is_cpu() || compute(n);", "kernels.is_cpu()"),
        ("xs.iter().for_each(|x| if kernels.name() == *x {});", "kernels.name()"),
        ("assert_eq!(n, if kernels.name() == \"metal\" { 1 } else { 2 });", "kernels.name()"),
        ("assert_eq!(n, match kernels.name() { \"metal\" => 1, _ => 2 });", "kernels.name()"),
        ("assert!(kernels.name() == \"metal\" || n == 1);", "kernels.name()"),
        ("assert_matches!(if kernels.is_cpu() { 1 } else { 2 }, x @ 1..3 if x > 0);", "kernels.is_cpu()"),
        ("if matches!(n, x @ 1..3 if kernels.is_cpu()) {}", "kernels.is_cpu()"),
        ("if kernels.clone().name() == \"metal\" {}", "kernels.clone().name()"),
        ("if kernels.borrow().deref().name() == \"metal\" {}", "kernels.borrow().deref().name()"),
        ("let n = kernels.name().strip_prefix(\"m\").map_or(1, len);", "kernels.name()"),
        ("let n = kernels.name().strip_prefix(\"m\").map_or_else(f, len);", "kernels.name()"),
        ("let mut name = kernels.name(); if n == 1 { name = \"x\"; } if name == \"metal\" {}", "name"),
        ("if [true, false][kernels.id()] {}", "kernels.id()"),
        ("if kernels.name()? == \"metal\" {}", "kernels.name()"),
        ("if (Key { name: kernels.name(), n }) == key {}", "kernels.name()"),
        ("if unsafe { kernels.is_metal() } {}", "kernels.is_metal()"),
        ("if let \"metal\" = kernels.name() && kernels.is_gpu() {}", "kernels.name()"),
        ("let known = vec![\"metal\"]; if known.iter().any_is(kernels.name()) {}", "kernels.name()"),
    ] {
        assert_eq!(found(Lint::BackendBranch, body), [identity], "{body}");
    }
    for search in ["eq", "ne", "contains", "contains_key", "get", "starts_with", "ends_with", "eq_ignore_ascii_case"] {
        let body = format!("let known = f(kernels.run(n)); if known.{search}(kernels.name()) {{}}");
        assert_eq!(found(Lint::BackendBranch, &body), ["kernels.name()"], "{body}");
    }
    // A branch inside of a condition is one of its own.
    let body = "if kernels.name() == f({ if kernels.is_cpu() { g(); } n }) {}";
    assert_eq!(found(Lint::BackendBranch, body), ["kernels.name()", "kernels.is_cpu()"]);
}

#[test]
fn other_conditions_are_none_on_the_backend() {
    for body in [
        "if kernels.supports(x) {}",
        "if kernels.name(n) == \"x\" {}",
        "if kernels.add(a, b).is_ok() {}",
        "let name = other.name(); if name == \"x\" {}",
        "if other.name() == \"x\" && name == \"y\" {}",
        "assert_eq!(kernels.name(), \"metal\");",
        "assert!(kernels.name() == \"metal\" || kernels.name() == \"cuda\", \"{}\", kernels.name());",
        "assert!(matches!(kernels.name(), \"metal\" if n == 1));",
        "assert_near(kernels.name() == \"metal\", true);",
        "println!(\"{} {}\", kernels.name(), n);",
        "let name = kernels.name(); let name = other(); if name == \"x\" {}",
        "let name = kernels.name(); for name in names { if name == \"x\" {} }",
        "let name = kernels.name(); names.iter().any(|name| name == \"x\");",
        "let name = kernels.name(); if let Some(name) = other() { if name == \"x\" {} }",
        "let name = kernels.name(); match n { name if name == 1 => {} _ => {} }",
        "let name = n; println!(\"{name}\", name = kernels.name()); if name == 1 {}",
        "{ let name = kernels.name(); } if name == \"x\" {}",
        "let kernels = wrapped(kernels); if kernels.name() == \"x\" {}",
        "others.iter().any(|kernels| kernels.name() == \"x\");",
        "fn helper(kernels: &Named) { if kernels.name() == \"x\" {} }",
        "if let Err(error) = run(kernels.name(), kernels, n) {}",
        "let got = kernels.run(n); if let Err(error) = compare(&got, kernels.name()) {}",
        "if n == 1 {} match n { 1 => {} _ => {} }",
        "let (a, name): (usize, &str) = (n, kernels.name()); if a == 1 {}",
    ] {
        assert!(found(Lint::BackendBranch, body).is_empty(), "{body}");
    }
}

#[test]
fn cfg_is_found_wherever_it_stands() {
    for body in [
        "if cfg!(unix) {}",
        "if core::cfg!(unix) {}",
        "assert!(cfg!(unix));",
        "println!(\"{}\", vec![cfg!(unix); 2].len());",
        "unreadable!(=> cfg!(unix));",
        "cfg_select! { unix => {} _ => {} }",
        "cfg_match! { unix => {} _ => {} }",
        "cfg_if::cfg_if! { if #[cfg(unix)] { f(); } }",
        "#[cfg(unix)] let x = 1;",
        "#[cfg(unix)] { f(); }",
        "#[cfg(unix)] f();",
        "#[cfg(unix)] f!();",
        "#[cfg(unix)] fn f() {}",
        "#[cfg_attr(unix, inline)] fn f() {}",
        "match n { #[cfg(unix)] 1 => {} _ => {} }",
        "f(#[cfg(unix)] 1);",
        "S { #[cfg(unix)] a: 1 };",
        "fn f() { if cfg!(unix) {} }",
    ] {
        assert_eq!(found(Lint::CfgBranch, body).len(), 1, "{body}");
    }
    assert!(found(Lint::CfgBranch, "#[expect(unused)] let cfg = 1; cfg(cfg); stringify!(cfg!(unix));").is_empty());
}

#[test]
fn returns_before_the_end_are_found() {
    for (body, text) in [
        ("if n == 1 { return; } f();", "return"),
        ("if n == 1 { return Ok(()) } f();", "returnOk(())"),
        ("if n == 1 { return 1; } else { return Err(2); } ", "return1"),
        ("return Ok(()); f();", "returnOk(())"),
        ("let Some(x) = f() else { return };", "return"),
        ("match n { 1 => return, _ => {} }", "return"),
        ("return if n == 1 { return; };", "return"),
        ("assert!(if n == 1 { return } else { true });", "return"),
        ("my_vec![1; return];", "return"),
        ("my! { let x = 1; return; }", "return"),
        ("unreadable!(=> return x);", "return"),
        ("loop { return f(); }", "returnf()"),
        ("if n == 1 { return Err(if n == 2 { return } else { 1 }); } f();", "return"),
    ] {
        assert_eq!(found(Lint::EarlyReturn, body), [text], "{body}");
    }
}

#[test]
fn errors_and_the_end_may_be_returned() {
    for body in [
        "return;",
        "f(); return Ok(1);",
        "if n == 1 { return Err(1); } f();",
        "if n == 1 { return (Result::Err(1)); } f();",
        "if n == 1 { return Err(1)?; } f();",
        "if n == 1 { return Err(1).context(2); } f();",
        "let f = |x| { return x; }; f(1);",
        "assert!(xs.iter().all(|x| { return true; }));",
        "fn f() { return; } f();",
        "let later = async { return 1; }; f();",
        "unreadable!(=> return Err(x));",
    ] {
        assert!(found(Lint::EarlyReturn, body).is_empty(), "{body}");
    }
}

#[test]
fn a_check_that_cannot_fail_is_found() {
    for body in [
        "",
        "kernels.add(n);",
        "println!(\"{}\", n);",
        "let sum = n.checked_add(1).unwrap_or(2);",
        "let f = || -> Option<u32> { g()?; None };",
        "fn f() -> Result<(), u32> { return Err(1); }",
        "async { f()?; };",
        "return;",
    ] {
        assert_eq!(found(Lint::NoAssertion, body), ["check"], "{body}");
    }
    for body in [
        "Ok(())",
        "return Ok(());",
        "{ Ok(()) }",
        "unsafe { Ok(()) }",
        "if n == 1 { Ok(()) } else { Ok::<_, u32>(()) }",
    ] {
        let body: TokenStream = body.parse().unwrap();
        let function = parse_quote!(fn check(kernels: &dyn Kernels) -> Result<(), u32> { kernels.run(); #body });
        assert_eq!(found_in(Lint::NoAssertion, &function), ["check"], "{body}");
    }
    let unit = parse_quote!(
        fn check(kernels: &dyn Kernels) -> () {
            kernels.run()
        }
    );
    assert_eq!(found_in(Lint::NoAssertion, &unit), ["check"]);
}

#[test]
fn a_check_that_can_fail_is_not_found() {
    for body in [
        "assert_eq!(n, 1);",
        "approx::assert_relative_eq!(n, 1);",
        "unreadable!(=> assert!(x));",
        "unreadable!(=> return Err(x));",
        "unreadable!(=> f()?);",
        "f().unwrap_err();",
        "f().unwrap_none();",
        "std::panic::panic_any(n);",
        "resume_unwind(f());",
        "verify(n);",
        "ensure_that(n);",
        "require(n);",
        "compare_with(n);",
        "println!(\"{}\", f().unwrap());",
        "f().expect(\"a value\");",
        "xs.iter().for_each(|x| assert!(x));",
        "if n == 1 { panic!() }",
        "assert_near(n);",
        "suite::check_all(kernels);",
        "self::expect_error(n);",
        "kernels.run()?;",
    ] {
        assert!(found(Lint::NoAssertion, body).is_empty(), "{body}");
    }
    for body in [
        "kernels.run()",
        "if n == 1 { Ok(()) } else { Err(1) }",
        "match n { 1 => Ok(()), _ => kernels.run() }",
        "if n == 1 { return Err(1); } Ok(())",
        "if n == 1 { return kernels.run(); } Ok(())",
        "'a: { if n == 1 { break 'a Err(1); } Ok(()) }",
        "return kernels.run();",
    ] {
        let body: TokenStream = body.parse().unwrap();
        let function = parse_quote!(fn check(kernels: &dyn Kernels) -> Result<(), u32> { #body });
        assert!(found_in(Lint::NoAssertion, &function).is_empty(), "{body}");
    }
}

/// As `#[rstest]` 0.28 writes them; what is parsed from text has no braces in a source file either.
#[test]
fn what_rstest_makes_of_a_case_is_not_found() {
    for body in [
        "let n = 1; check_of_n(kernels, n)",
        "let n = 1; let key = { use rstest::magic_conversion::*; (&&&Magic::<Key>(PhantomData)).magic_conversion(\"k\") }; \
         many(kernels, n, &key)",
        "let n = 1; println!(\"{} = {:?}\", \"n\", n); use rstest::timeout::*; \
         execute_with_timeout_sync(move || many(kernels, n), limit)",
        "fn single(kernels: &dyn Kernels) { kernels.run(); } single(kernels)",
    ] {
        assert!(found(Lint::NoAssertion, body).is_empty(), "{body}");
    }
    for body in [
        "let n = 1; many(kernels, n);",
        "let n = 1; many(n)",
        "kernels.run(); many(kernels)",
        "many(kernels, n + 1)",
        "suite::many(kernels)",
    ] {
        assert_eq!(found(Lint::NoAssertion, body), ["check"], "{body}");
    }
}
