//! A run of 100,000 cells.

use std::time::Instant;

use crosscheck_page_tests::{Page, demo, in_browser, lines};
use fantoccini::Locator;

#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn a_hundred_thousand_cells_are_made_to_elements_when_they_are_asked_for() {
    let (suite, cells) = demo(695);
    assert!(cells.len() >= 100_000, "{}", cells.len());
    let page = Page::of(&lines(suite, &cells));
    let bytes = std::fs::metadata(page.path()).unwrap().len();
    assert!(bytes < 20_000_000, "{bytes} bytes");
    in_browser(1280, 900, async |browser| {
        browser.count_processor_time().await;
        browser.open(&page.url("")).await;
        let of_processor = browser.processor_time().await;
        browser
            .until("performance.getEntriesByName('first-contentful-paint')[0] && performance.getEntriesByType('navigation')[0].loadEventEnd")
            .await;
        // Since the navigation began: when the table of features was painted, when the page was loaded, and when its script was done.
        let moments = "
            const [navigation] = performance.getEntriesByType('navigation');
            const at = (name) => performance.getEntriesByName(name)[0].startTime;
            return [at('first-contentful-paint'), navigation.loadEventEnd, at('ready')].map((ms) => ms / 1000)";
        let moments = browser.js(moments).await;
        let [painted, loaded, ready] = [0, 1, 2].map(|at| moments[at].as_f64().unwrap());
        let elements = browser.count("*").await;
        assert!(elements < 5_000, "{elements} elements");
        println!(
            "{} cells: {:.1} MB, painted after {painted:.2} s, loaded after {loaded:.2} s, its script done after {ready:.2} s, of which \
             {of_processor:.2} s on a processor, {elements} elements",
            cells.len(),
            bytes as f64 / 1e6
        );
        let started = Instant::now();
        let select = browser.client.find(Locator::Id("filter-outcome")).await.unwrap();
        select.select_by_value("xfailed").await.unwrap();
        let excused = cells.iter().filter(|cell| cell.outcome == "x_failed").count();
        assert_eq!(browser.text("#matches").await, format!("{excused} of {} cells match", cells.len()));
        println!("filtered in {:.2} s", started.elapsed().as_secs_f64());
        // A feature with 2,780 cells on a backend.
        browser.js("document.querySelectorAll('.expands').forEach((it) => it.click())").await;
        browser.js("document.querySelectorAll('.expands[aria-expanded=false]').forEach((it) => it.click())").await;
        let elements = browser.count("*").await;
        assert!(elements < 20_000, "{elements} elements");
    });
}
