//! Pictures of the pages, to be looked at: `cargo xtask pages --pictures FOLDER`.

use std::path::PathBuf;

use crosscheck_page_tests::{Page, demo, in_browser, lines};
use fantoccini::wd::PrintConfiguration;

#[test]
#[ignore = "needs a browser: cargo xtask pages"]
fn pictures() {
    let (suite, cells) = demo(3);
    let failed = cells.iter().find(|cell| cell.outcome == "failed").unwrap().name().replace(':', "%3A");
    let page = Page::of(&lines(suite, &cells));
    let folder = std::env::var_os("PICTURES").map(PathBuf::from);
    let shots = [
        ("light", 1280, 900, "theme=light&open=large_logits"),
        ("dark", 1280, 900, "theme=dark&open=large_logits"),
        ("cell", 1280, 900, &*format!("theme=light&cell={failed}")),
        ("narrow", 400, 800, "theme=light&open=large_logits"),
        ("whole", 1280, 4600, "theme=dark"),
    ];
    for (name, width, height, state) in shots {
        in_browser(width, height, async |browser| {
            browser.open(&page.url(state)).await;
            let picture = browser.client.screenshot().await.unwrap();
            let print = browser.client.print(PrintConfiguration::default()).await.unwrap();
            // A page on which nothing is comes to less.
            assert!(picture.len() > 20_000 && print.len() > 20_000, "{name}: {} {}", picture.len(), print.len());
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
                if name == "light" {
                    std::fs::write(folder.join("print.pdf"), print).unwrap();
                }
            }
        });
    }
}
