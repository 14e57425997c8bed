//! What `fixtures/py_ref/loads` had rendered.

use std::fs;

use serde::Deserialize;

use crate::jinja::memory::Buffer;
use crate::jinja::strftime::strftime;
use crate::jinja::{Data, Kind, Template};

fn lines(file: &str) -> Vec<String> {
    fs::read_to_string(format!("{}/{file}", crosscheck_fixtures::LOADS)).unwrap().lines().map(str::to_owned).collect()
}

/// The first line: what the others name.
#[derive(Deserialize)]
struct Names {
    always: Data,
    families: Data,
    chats: Data,
    variants: Data,
    values: Data,
}

#[derive(Deserialize)]
struct Case {
    family: Option<String>,
    chat: Option<String>,
    variant: Option<String>,
    template: Option<String>,
    rendered: Option<String>,
    fails: Option<String>,
}

fn entries(data: &Data) -> Vec<(String, Data)> {
    let Data::Dict(entries) = data else { panic!("{data:?} is no dictionary") };
    entries.clone()
}

fn named(data: &Data, name: Option<&str>) -> Data {
    entries(data).into_iter().find(|(own, _)| Some(own.as_str()) == name).unwrap().1
}

/// All of the templates.
pub(super) fn sources() -> Vec<String> {
    let lines = lines("templates.jsonl");
    let names: Names = serde_json::from_str(&lines[0]).unwrap();
    let text = |data| if let Data::Text(text) = data { text } else { panic!("{data:?} is no text") };
    let families = entries(&names.families).into_iter().map(|(_, source)| text(source));
    let cases = lines[1..].iter().filter_map(|line| serde_json::from_str::<Case>(line).unwrap().template);
    families.chain(cases).collect()
}

#[test]
fn templates_render_what_transformers_renders() {
    let lines = lines("templates.jsonl");
    let names: Names = serde_json::from_str(&lines[0]).unwrap();
    let mut wrong = Vec::new();
    for line in &lines[1..] {
        let case: Case = serde_json::from_str(line).unwrap();
        let (source, variables) = match &case.template {
            Some(template) => (template.clone(), entries(&names.values)),
            None => {
                let Data::Text(source) = named(&names.families, case.family.as_deref()) else { panic!() };
                let chat = ("messages".to_owned(), named(&names.chats, case.chat.as_deref()));
                let variant = entries(&named(&names.variants, case.variant.as_deref()));
                (source, entries(&names.always).into_iter().chain(variant).chain([chat]).collect())
            }
        };
        let made = Template::new(&source).and_then(|template| template.render(&variables));
        let is_right = match (&made, &case.rendered, &case.fails) {
            (Ok(made), Some(rendered), _) => made == rendered,
            (Err(fault), None, Some(message)) => fault.kind == Kind::Raised(message.clone()),
            (Err(fault), None, None) => matches!(fault.kind, Kind::Failed(_) | Kind::Limit { .. }),
            _ => false,
        };
        if !is_right {
            let name = case.template.unwrap_or_else(|| format!("{:?} {:?} {:?}", case.family, case.chat, case.variant));
            wrong.push(format!("{name}\n  made {made:?}\n  expected {:?} {:?}", case.rendered, case.fails));
        }
    }
    assert!(lines.len() > 1000, "there are only {} lines", lines.len());
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), lines.len() - 1, wrong.join("\n"));
}

#[derive(Deserialize)]
struct Date {
    seconds: i64,
    format: String,
    expected: String,
}

#[test]
fn dates_are_written_as_python_writes_them() {
    let lines = lines("dates.jsonl");
    assert!(lines.len() > 300, "there are only {} lines", lines.len());
    for line in lines {
        let Date { seconds, format, expected } = serde_json::from_str(&line).unwrap();
        let mut made = Buffer::default();
        strftime(&format, seconds, 0, &mut made).unwrap();
        assert_eq!(made.as_str(), expected, "{format} at {seconds}");
    }
}
