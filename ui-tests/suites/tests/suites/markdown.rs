//! Headings and links of a Markdown page, as GitHub and mdBook understand them.

/// The fragment by which GitHub links to a heading.
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The headings of a page and their levels, in order.
pub fn headings(page: &str) -> Vec<(usize, &str)> {
    let headings = prose(page).filter_map(|line| {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        let text = line[level..].strip_prefix(' ')?;
        (1..=6).contains(&level).then_some((level, text.trim()))
    });
    headings.collect()
}

/// The fragments of a page. Of equal headings the second one gets `-1`, the third one `-2`.
pub fn anchors(page: &str) -> Vec<String> {
    let mut anchors = Vec::new();
    let bare: Vec<_> = headings(page).into_iter().map(|(_, heading)| anchor(heading)).collect();
    for (at, anchor) in bare.iter().enumerate() {
        anchors.push(match bare[..at].iter().filter(|before| *before == anchor).count() {
            0 => anchor.clone(),
            earlier => format!("{anchor}-{earlier}"),
        });
    }
    anchors
}

/// Where the links and pictures of a page lead.
pub fn links(page: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(page) {
        // What stands between backticks is code.
        let text: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for start in ["](", "href=\"", "src=\""] {
            let end = if start == "](" { ')' } else { '"' };
            for rest in text.split(start).skip(1) {
                let target = rest.split_once(end).map_or(rest, |(target, _)| target);
                links.push(target.split_whitespace().next().unwrap_or_default().to_owned());
            }
        }
    }
    links
}

/// The blocks of code in this language.
pub fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    let starts = page.split(&fence).skip(1);
    starts.map(|rest| rest.split_once("```").unwrap_or_else(|| panic!("a block does not end:\n{rest}")).0).collect()
}

/// The lines that are not in a block of code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut in_block = false;
    page.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        !in_block && !is_fence
    })
}
