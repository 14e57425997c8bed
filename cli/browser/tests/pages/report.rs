//! What a page shows, and how one gets to it.

use std::collections::BTreeMap;

use crosscheck_page_tests::{Cell, Page, cell, demo, in_browser, lines, suite};
use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};

/// No cell is open, and the address says so.
const CLOSED: &str = "!document.querySelector('dialog[open]') && !location.hash.includes('cell=')";

fn page() -> (Page, Vec<Cell>) {
    let (suite, cells) = demo(3);
    (Page::of(&lines(suite, &cells)), cells)
}

/// Without its script, the page shows the same table.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn the_table_is_the_same_with_and_without_the_script() {
    let (page, _) = page();
    // Every outcome by itself and beside a passed one, too.
    let outcomes = [
        "passed",
        "failed",
        "skipped",
        "not_implemented",
        "unavailable",
        "x_failed",
        "x_passed",
        "x_changed",
        "expired",
        "vacuous",
        "known_flaky",
        "flaky",
        "timed_out",
        "crashed",
        "missing",
    ];
    let alone = outcomes.map(|outcome| cell("t", outcome, "one", &[outcome], outcome));
    let beside = outcomes.map(|outcome| cell("t", &format!("{outcome}_2"), "two", &[outcome], outcome));
    let passed = outcomes.map(|outcome| cell("t", &format!("{outcome}_3"), "two", &[outcome], "passed"));
    let features = outcomes.map(|outcome| (outcome, ""));
    let cells: Vec<_> = alone.into_iter().chain(beside).chain(passed).collect();
    let all = Page::of(&lines(suite(&features, &["one", "two"], &[]), &cells));
    in_browser(1280, 900, async |browser| {
        for page in [&page, &all, &two_machines()] {
            browser.open(&page.url("")).await;
            let file = std::fs::read_to_string(page.path()).unwrap();
            let script = "
                const cells = (page) => [...page.querySelectorAll('#support tr')].map((row) =>
                    [...row.children].map((cell) => cell.textContent.replace(/\\s+/g, ' ').trim()));
                const written = cells(new DOMParser().parseFromString(arguments[0], 'text/html'));
                return [written, cells(document)];";
            let found = browser.js_with(script, vec![json!(file)]).await;
            assert!(found[0].as_array().is_some_and(|rows| rows.len() >= 3), "{found}");
            assert_eq!(found[0], found[1]);
        }
    });
}

/// The same suite on two kinds of machines: what passes on Linux fails, is excused or passes on macOS.
fn two_machines() -> Page {
    let on = |machine: &str, outcomes: [(&str, &'static str); 3]| {
        let cells = outcomes.map(|(test, outcome)| cell(test, "", "cpu", &["float64"], outcome));
        let mut lines = lines(suite(&[("float64", "")], &["cpu"], &[]), &cells);
        lines[0]["machine"] = json!(machine);
        lines
    };
    let linux = on("x86_64-linux", ["add", "mul", "sub"].map(|test| (test, "passed")));
    let mac = on("aarch64-macos", [("add", "failed"), ("mul", "x_failed"), ("sub", "passed")]);
    Page::of(&[linux, mac].concat())
}

#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn a_backend_has_a_column_for_each_kind_of_machines() {
    let page = two_machines();
    in_browser(1280, 900, async |browser| {
        browser.open(&page.url("")).await;
        assert_eq!(browser.text("#matches").await, "3 cells");
        assert_eq!(browser.text("#support thead").await, "Featurecpu@aarch64-macoscpu@x86_64-linux");
        assert_eq!(browser.count("#failures article").await, 1);
        assert_eq!(browser.text("#failures h3").await, "FAILED add::cpu on aarch64-macos");
        // A column by itself.
        for (column, failing) in [("aarch64-macos", 1), ("x86_64-linux", 0)] {
            browser.open(&page.url(&format!("backend=cpu@{column}"))).await;
            assert_eq!(browser.text("#matches").await, "3 cells");
            assert_eq!(browser.text("#support thead").await, format!("Featurecpu@{column}"));
            assert_eq!(browser.count("#failures article").await, failing, "{column}");
        }
        browser.open(&page.url("outcome=xfailed")).await;
        assert_eq!(browser.text("#matches").await, "1 of 3 cells match");
        // The name of a cell leads to the outcome that counts, with its machine it leads there.
        for (name, says, other) in [
            ("add::cpu", "FAILED on aarch64-macos", "cpu@x86_64-linux passed"),
            ("add::cpu@aarch64-macos", "FAILED on aarch64-macos", "cpu@x86_64-linux passed"),
            ("add::cpu@x86_64-linux", "passed on x86_64-linux", "cpu@aarch64-macos FAILED"),
        ] {
            browser.open(&page.url(&format!("cell={}", name.replace(':', "%3A")))).await;
            assert_eq!(browser.text("#cell-name").await, "add::cpu");
            assert_eq!(browser.text("#cell-name + p").await, says, "{name}");
            assert_eq!(browser.text("#cell .others").await, other, "{name}");
            let command = "cargo test -p kernels --test conformance -- --exact add::cpu";
            assert_eq!(browser.text("#cell .command pre").await, command);
        }
    });
}

/// Each value of each filter: as many cells match as the record has of that kind, and the address leads to the same.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn each_filter_shows_what_it_says() {
    let (page, cells) = page();
    in_browser(1280, 900, async |browser| {
        browser.open(&page.url("")).await;
        let options = "
            return ['backend', 'marker', 'tag', 'outcome'].flatMap((name) =>
                [...document.getElementById(`filter-${name}`).options].filter((it) => it.value).map((it) => [name, it.value]));";
        let options = browser.js(options).await;
        let options: Vec<(String, String)> = serde_json::from_value(options).unwrap();
        assert_eq!(options.len(), 4 + 7 + 1 + 8, "{options:?}");
        for (name, value) in options {
            let is_of = |cell: &&Cell| {
                let has = |field: &str| cell.line[field].as_array().is_some_and(|all| all.contains(&json!(value)));
                match (name.as_str(), value.as_str()) {
                    ("backend", _) => cell.backend == value,
                    ("marker", "(no feature)") => cell.line["markers"] == json!([]),
                    ("marker", _) => has("markers"),
                    ("tag", _) => has("tags"),
                    (_, "fails the run" | "FAILED") => cell.outcome == "failed",
                    (_, outcome) => cell.outcome == outcome.replace("xfailed", "x_failed").replace(' ', "_"),
                }
            };
            let expected = cells.iter().filter(is_of).count();
            let said = format!("{expected} of {} cells match", cells.len());
            let select = browser.client.find(Locator::Id(&format!("filter-{name}"))).await.unwrap();
            select.select_by_value(&value).await.unwrap();
            assert_eq!(browser.text("#matches").await, said, "{name} {value}");
            let url = browser.client.current_url().await.unwrap();
            browser.open(url.as_str()).await;
            assert_eq!(browser.text("#matches").await, said, "{url}");
            let all = browser.text("#support .total").await;
            assert!(all.starts_with("all cells"), "{all}");
            browser.client.find(Locator::Id("filter-clear")).await.unwrap().click().await.unwrap();
            assert_eq!(browser.text("#matches").await, format!("{} cells", cells.len()));
        }
    });
}

#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn a_text_is_looked_for_in_names_functions_and_reasons() {
    let (page, cells) = page();
    let count = |is_of: &dyn Fn(&Cell) -> bool| cells.iter().filter(|cell| is_of(cell)).count();
    let expected: BTreeMap<&str, usize> = [
        ("CUDA", count(&|cell| cell.backend == "cuda")),
        ("of_four_bits", count(&|cell| cell.test == "quantize::of_four_bits")),
        ("of_vectors::f16", 0),
        ("by_vectors::f16_8x12::candle", 1),
        (
            "matmul cuda f16_",
            count(&|it| it.test.starts_with("matmul") && it.backend == "cuda" && it.case.contains("f16_")),
        ),
        ("64-bit", count(&|cell| cell.outcome == "skipped")),
        ("<b>", 0),
        ("no such thing", 0),
    ]
    .into();
    in_browser(1280, 900, async |browser| {
        for (text, count) in expected {
            browser.open(&page.url("")).await;
            let field = browser.client.find(Locator::Id("filter-q")).await.unwrap();
            field.send_keys(text).await.unwrap();
            let said = format!("{count} of {} cells match", cells.len());
            let wait = "
                const [said, done] = arguments; let left = 100;
                const look = () => document.getElementById('matches').textContent === said || --left < 0 ? done(left >= 0) : setTimeout(look, 20);
                look();";
            let found = browser.client.execute_async(wait, vec![json!(said)]).await.unwrap();
            assert_eq!(found, json!(true), "{text}: {} instead of {said}", browser.text("#matches").await);
            let url = browser.client.current_url().await.unwrap();
            browser.open(url.as_str()).await;
            assert_eq!(browser.text("#matches").await, said, "{url}");
            if count == 0 {
                assert_eq!(browser.text("#support").await, "No cell matches.");
            }
        }
        // What the address asks for and this run does not have.
        browser.open(&page.url("backend=mlx_gqu&marker=nothing")).await;
        assert_eq!(browser.text("#matches").await, format!("0 of {} cells match", cells.len()));
        assert_eq!(browser.text("#filter-backend :checked").await, "mlx_gqu (not in this run)");
    });
}

/// From the table to a cell and back, without a mouse.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn a_cell_is_opened_and_closed_by_keyboard() {
    let (page, cells) = page();
    in_browser(1280, 900, async |browser| {
        browser.open(&page.url("outcome=FAILED&backend=metal")).await;
        let focused = "
            const it = document.activeElement;
            return [it.tagName, it.textContent, it.getAttribute('aria-expanded'), it.id, getComputedStyle(it).outlineStyle].map(String);";
        let focus_on = async |text: &str| {
            for _ in 0..40 {
                browser.press(&[Key::Tab]).await;
                let at = browser.js(focused).await;
                if at[1].as_str().is_some_and(|found| found.trim() == text) {
                    assert_ne!(at[4], "none", "the focus on {text} does not show");
                    return;
                }
            }
            panic!("the focus does not come to {text}: {}", browser.js(focused).await);
        };
        focus_on("large_logits").await;
        browser.press(&[Key::Enter]).await;
        assert_eq!(browser.js(focused).await[2], "true");
        let rows = browser.count("#support tbody tr").await;
        focus_on("FAILED").await;
        browser.press(&[Key::Enter]).await;
        let cell = cells.iter().find(|cell| cell.outcome == "failed" && cell.backend == "metal").unwrap();
        assert_eq!(browser.js(focused).await[3], "cell-name");
        assert_eq!(browser.text("#cell-name").await, cell.name());
        let said = browser.text("#cell").await;
        for part in [
            cell.line["reason"].as_str().unwrap().lines().next().unwrap(),
            &format!("cargo test -p kernels --test conformance -- --exact {}", cell.name()),
            &format!("{:#018x}", cell.line["seed"].as_u64().unwrap()),
            "instead of",
            "large_logits: Logits above 88",
            "suite/src/lib.rs:7",
        ] {
            assert!(said.contains(part), "{part} is not in {said}");
        }
        // Eight elements that disagree, each with a mark and a line.
        assert_eq!(
            (browser.count("#cell .tensor .wrong").await, browser.count("#cell .elements tbody tr").await),
            (8, 8)
        );
        let url = browser.client.current_url().await.unwrap();
        browser.press(&[Key::Escape]).await;
        browser.until(CLOSED).await;
        assert_eq!(browser.js(focused).await[1].as_str().unwrap().trim(), "FAILED");
        // The address leads to where one was.
        browser.open(url.as_str()).await;
        assert_eq!(browser.text("#cell-name").await, cell.name());
        assert_eq!(browser.count("dialog[open]").await, 1);
        browser.press(&[Key::Escape]).await;
        browser.until(CLOSED).await;
        // What was opened is open again; closed, it is gone.
        assert_eq!(browser.count(".expands[aria-expanded=true]").await, 1);
        assert!(rows > browser.count("#support .level-0").await);
        focus_on("large_logits").await;
        browser.press(&[Key::Enter]).await;
        assert_eq!(browser.count("#support tbody tr").await, browser.count("#support .level-0").await);
    });
}

/// Every cell can be opened by its address, and says what became of it.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn every_cell_has_an_address() {
    let (suite, cells) = demo(1);
    let page = Page::of(&lines(suite, &cells));
    in_browser(1280, 900, async |browser| {
        browser.open(&page.url("")).await;
        for cell in &cells {
            browser
                .js_with("location.hash = new URLSearchParams({ cell: arguments[0] })", vec![json!(cell.name())])
                .await;
            browser.until("document.querySelector('#cell-name')?.textContent === new URLSearchParams(location.hash.slice(1)).get('cell')").await;
            let outcome = cell.outcome.replace("x_failed", "xfailed").replace("failed", "FAILED").replace('_', " ");
            let outcome = outcome.replace("xFAILED", "xfailed");
            assert_eq!(browser.text("#cell .tag").await, outcome, "{}", cell.name());
        }
        browser.js("location.hash = '#cell=no::such::cell'").await;
        browser.until("document.querySelector('#cell-name').textContent === 'No such cell'").await;
        assert_eq!(browser.errors().await, [""; 0]);
    });
}

/// The heat map says the largest share, and opens to how it is spread.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn headroom_is_by_function_backend_and_type() {
    let (page, cells) = page();
    in_browser(1280, 900, async |browser| {
        browser.open(&page.url("")).await;
        let mut worst: BTreeMap<(String, String, String), f64> = BTreeMap::new();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for cell in &cells {
            let agreement = &cell.line["agreement"];
            let Some(used) = agreement["used"].as_f64() else { continue };
            let key = (text(&cell.line["function"]), cell.backend.clone(), text(&agreement["dtype"]));
            let most = worst.entry(key).or_default();
            *most = most.max(used);
        }
        let labels = "return [...document.querySelectorAll('.heat')].map((it) => it.getAttribute('aria-label'))";
        let mut labels: Vec<String> = serde_json::from_value(browser.js(labels).await).unwrap();
        labels.sort();
        let percent = |used: f64| match used {
            0.0 => 0.0,
            used => (100.0 * used).clamp(1.0, if used < 1.0 { 99.0 } else { f64::INFINITY }).round(),
        };
        let mut expected: Vec<_> = worst
            .iter()
            .map(|((function, backend, dtype), used)| {
                format!("{}\u{a0}%: {function} on {backend} in {dtype}", percent(*used))
            })
            .collect();
        expected.sort();
        assert_eq!(labels, expected);
        browser.client.find(Locator::Css(".heat")).await.unwrap().click().await.unwrap();
        assert_eq!(browser.count("#headroom-details .bars").await, 2);
        assert!(browser.count("#headroom-details .opens").await > 0);
    });
}

/// The rows of the matrix: a link where it is one, the days that are left, and how many cells each decides on.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn rows_have_links_and_days() {
    let rows = [("2000-01-01", "https://example.org/1"), ("2999-01-01", "javascript:alert(1)"), ("soon", "issue 7")];
    let rows = rows.map(|(until, tracking)| {
        json!({ "backend": "two", "row": until, "action": "xfail", "reason": "so it is", "debt": "not_yet", "until": until, "tracking": tracking, "at": "a.rs:1" })
    });
    let decided = |case: &str| {
        cell("t", case, "two", &[], "x_failed").with("row", json!("2999-01-01")).with("row_at", json!("a.rs:1"))
    };
    let cells = [decided("a"), decided("b"), cell("t", "a", "one", &[], "passed")];
    let page = Page::of(&lines(suite(&[], &["one", "two"], &rows), &cells));
    in_browser(1280, 900, async |browser| {
        browser.open(&page.url("")).await;
        let said = "return [...document.querySelectorAll('#rows tbody tr')].map((row) => [...row.children].slice(4, 7).map((it) => it.textContent.trim().replace(/\\d+ days/, 'N days')))";
        let expected = json!([
            ["https://example.org/1", "2000-01-01 expired", "0"],
            ["javascript:alert(1)", "2999-01-01 N days left", "2"],
            ["issue 7", "soon", "0"],
        ]);
        assert_eq!(browser.js(said).await, expected);
        assert_eq!(browser.count("#rows a").await, 1);
        browser.open(&page.url("backend=one")).await;
        assert_eq!(browser.js("return document.querySelector('#rows .kind').hidden").await, json!(true));
    });
}

/// The reader's system chooses the colours, or the reader does.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn colours_are_those_of_the_system_or_of_the_address() {
    let (page, _) = page();
    in_browser(1280, 900, async |browser| {
        let ground = "return getComputedStyle(document.documentElement).backgroundColor";
        let (light, dark) = (json!("rgb(255, 255, 255)"), json!("rgb(18, 22, 28)"));
        for (system, chosen, expected) in [
            ("light", "", &light),
            ("dark", "", &dark),
            ("light", "theme=dark", &dark),
            ("dark", "theme=light", &light),
            ("dark", "theme=other", &dark),
        ] {
            browser.prefer("prefers-color-scheme", system).await;
            browser.open(&page.url(chosen)).await;
            assert_eq!(&browser.js(ground).await, expected, "{system} {chosen}");
        }
        let select = browser.client.find(Locator::Id("theme-choice")).await.unwrap();
        select.select_by_value("light").await.unwrap();
        assert_eq!(browser.js(ground).await, light);
        assert!(browser.client.current_url().await.unwrap().as_str().ends_with("#theme=light"));
    });
}
