//! Pages of records that somebody has written who wishes their readers no good.

use crosscheck_page_tests::{Browser, Cell, Page, cell, in_browser, lines, suite};
use serde_json::{Value, json};

/// What is not to be run, not to be believed, and not to take for ever.
fn texts() -> Vec<String> {
    [
        "<script>globalThis.taken = 1</script>",
        "</script><script>globalThis.taken = 1</script>",
        "<img src=x onerror=globalThis.taken=1>",
        "\"><svg onload=globalThis.taken=1>",
        "' onmouseover='globalThis.taken=1",
        "<!--<script>",
        "-->",
        "javascript:globalThis.taken=1",
        "__proto__",
        "constructor",
        "quote ' \" ` ${globalThis.taken=1} \\ \\u003c/script>",
        "\u{202e}gnitirw\u{2066} \u{2028}\u{2029}\u{1b}]0;owned\u{7}\u{0}\u{feff}",
        "عربى 👩‍💻 ü\u{301}",
        "&lt;b&gt; &#60; %3Cb%3E",
        " ",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([format!("long{}", "<b>x</b> ".repeat(120_000))])
    .collect()
}

/// A record in which each text is this one.
fn hostile(text: &str) -> (Vec<Value>, String) {
    let row = json!({
        "backend": text, "row": text, "action": text, "reason": text, "debt": "upstream", "tracking": text, "since": text, "until": text,
        "condition": text, "at": text,
    });
    let passed = cell(text, text, text, &[text], "passed");
    let failed = cell(text, &format!("{text}::other"), text, &[text], "failed");
    let index = json!([0, 1]);
    let shared = |cell: Cell| {
        let cell = cell.with("function", json!(text)).with("tags", json!([text])).with("terms", json!([text]));
        cell.with("origin", json!(text))
    };
    let failed = shared(failed)
        .with("reason", json!(text))
        .with("output", json!(text))
        .with("row", json!(text))
        .with("row_at", json!(text))
        .with("disputed_at", json!(text))
        .with("about", json!(text))
        .with("conditions", json!({ text: true }))
        .with("seed", json!(7))
        .with("receipt", json!({ "device": text, "evaluations": 1, "refusals": 0, "fallbacks": [text], "bytes": null }))
        .with("disagreement", json!({ "path": text, "dtype": text, "shape": [2, 3], "wrong": 1, "first": [{ "index": index, "actual": text, "expected": text }], "place": text }));
    let agreed = shared(passed).with(
        "agreement",
        json!({ "used": 0.5, "elements": 1, "histogram": [0, 0, 0, 0, 0, 0, 1, 0], "dtype": "f32" }),
    );
    let failed_name = failed.name();
    let mut all = lines(suite(&[(text, text)], &[text], &[row]), &[agreed, failed]);
    // No package is called so, and no command names it.
    all[0]["package"] = json!(format!("{text} "));
    all[0]["machine"] = json!(text);
    all[1]["subject"] = json!(text);
    all[2]["narrowed"] = json!([text]);
    (all, failed_name)
}

#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn no_text_is_anything_but_text() {
    in_browser(1280, 900, async |browser| {
        let (plain, _) = hostile("plain");
        let plain_page = Page::of(&plain);
        browser.open(&plain_page.url("")).await;
        let plain = shape(browser).await;
        for text in texts() {
            let shown: String = text.chars().take(60).collect();
            let (record, name) = hostile(&text);
            let page = Page::of(&record);
            browser.open(&page.url("")).await;
            assert_eq!(shape(browser).await, plain, "{shown}");
            // Everything that can be opened is opened.
            browser.js("document.querySelectorAll('.expands, .heat').forEach((it) => it.click())").await;
            browser.js("document.querySelectorAll('.expands[aria-expanded=false]').forEach((it) => it.click())").await;
            let opened = browser.count("#support .opens").await;
            assert!(opened >= 2, "{shown}: {opened} cells");
            browser.js("document.querySelector('#failures .opens').click()").await;
            assert_eq!(browser.count("dialog[open]").await, 1, "{shown}");
            if text.len() < 1000 && !text.contains(['\u{202e}', '\u{0}']) {
                let asked = browser.js("return new URLSearchParams(location.hash.slice(1)).get('cell')").await;
                assert_eq!(asked, json!(name), "{shown}");
                let url = browser.client.current_url().await.unwrap();
                browser.open(url.as_str()).await;
                assert_eq!(browser.count("dialog[open]").await, 1, "{shown}");
            }
            assert_eq!(browser.js("return globalThis.taken ?? null").await, Value::Null, "{shown}");
            let acts = "return /[\\u202a-\\u202e\\u2066-\\u2069\\u2028\\u2029\\u0000-\\u0008\\u001b]/.test(document.body.textContent)";
            assert_eq!(browser.js(acts).await, json!(false), "{shown}");
            let foreign = "return [document.querySelectorAll('img, iframe, b, [onload], [onerror], [onmouseover]').length, performance.getEntriesByType('resource').length, [...document.links].filter((it) => !['http:', 'https:', 'file:'].includes(it.protocol)).length]";
            assert_eq!(browser.js(foreign).await, json!([0, 0, 0]), "{shown}");
            assert_eq!(browser.errors().await, [""; 0], "{shown}");
        }
    });
}

/// How many elements of which kind a page has.
async fn shape(browser: &Browser) -> Value {
    let count = "
        const counts = {};
        for (const element of document.querySelectorAll('*')) {
            // A name may be broken in more places, a link is one or none, and a long text has a button for the rest of it.
            if (['WBR', 'A', 'TIME'].includes(element.tagName) || element.matches('time + span, .long, .more')) continue;
            counts[element.tagName] = (counts[element.tagName] ?? 0) + 1;
        }
        return counts;";
    browser.js(count).await
}

/// What the policy of the page says, whatever became of the escaping.
#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn a_script_of_somebody_else_does_not_run() {
    let page = Page::of(&hostile("plain").0);
    in_browser(1280, 900, async |browser| {
        let file = std::fs::read_to_string(page.path()).unwrap();
        let taken = file.replace(
            "<main",
            "<script>globalThis.taken = 1</script><p onclick=\"globalThis.taken = 2\" id=\"trap\">x</p><main",
        );
        std::fs::write(page.path(), taken).unwrap();
        browser.client.goto(&page.url("")).await.unwrap();
        browser.js("document.getElementById('trap').click()").await;
        assert_eq!(browser.js("return globalThis.taken ?? null").await, Value::Null);
        // The page's own script does, and the browser says what it has refused.
        assert_eq!(browser.js("return document.documentElement.dataset.ready").await, json!(""));
        assert!(!browser.errors().await.is_empty());
    });
}
