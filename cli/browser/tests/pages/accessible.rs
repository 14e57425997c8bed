//! Readers who see little, or nothing, or press keys.

use crosscheck_page_tests::{Page, demo, in_browser, lines};

#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn nothing_keeps_a_reader_out() {
    let (suite, cells) = demo(3);
    let failed = cells.iter().find(|cell| cell.outcome == "failed").unwrap().name();
    let page = Page::of(&lines(suite, &cells));
    for (width, height) in [(1280, 900), (400, 800)] {
        in_browser(width, height, async |browser| {
            for theme in ["light", "dark"] {
                let state = format!("theme={theme}&open=large_logits,nan_argmax");
                browser.open(&page.url(&state)).await;
                assert_eq!(browser.violations().await, [""; 0], "{theme} {width}");
                browser.js("document.querySelectorAll('.level-1 .expands').forEach((it) => it.click()); document.querySelector('.heat').click()").await;
                assert_eq!(browser.violations().await, [""; 0], "{theme} {width}, opened");
                let state = format!("theme={theme}&cell={}", failed.replace(':', "%3A"));
                browser.open(&page.url(&state)).await;
                assert_eq!(browser.count("dialog[open]").await, 1);
                assert_eq!(browser.violations().await, [""; 0], "{theme} {width}, a cell");
            }
            // Nothing sticks out: tables move within their own places.
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.js(wide).await, 0, "{width}");
        });
    }
}
