//! The file of the test.

/// A suite of one's own, to begin with: that of the README.
pub const STARTER: &str = include_str!("starter.rs");

/// A backend that the test registers.
pub struct Registration {
    /// Its name.
    pub backend: String,
    /// An expression that opens it; nothing where somebody has to write it.
    pub open: Option<String>,
}

/// A test of these crates, the suite first.
pub fn test_file(suite: &str, subject: &str, registered: Option<&Registration>, crates: &[String]) -> String {
    let linked = crates.join(", ");
    let Some(Registration { backend, open }) = registered else {
        return format!("//! The suite `{suite}`.\n\ncrosscheck::main!({linked});\n");
    };
    let function = backend.replace(|c: char| !c.is_alphanumeric(), "_").to_lowercase();
    let function = if function.starts_with(char::is_alphabetic) { function } else { format!("backend_{function}") };
    let (path, short) = match subject.strip_prefix("dyn ") {
        Some(path) if path.contains("::") => {
            let last = path.rsplit("::").next().unwrap_or(path);
            (Some(path.trim()), format!("dyn {last}"))
        }
        _ => (None, subject.to_owned()),
    };
    let import = path.map(|path| format!("use {path};\n")).unwrap_or_default();
    let opened = match open {
        Some(open) => format!("Ok(Box::new({open}))"),
        None => "todo!(\"open the backend: `Ok(Box::new(…))`, or why it is not available on this machine\")".to_owned(),
    };
    format!(
        "//! The suite `{suite}` on `{backend}`.

use crosscheck::{{Action, RUN, Subject, Unavailable}};
{import}
#[crosscheck::backend(name = \"{backend}\")]
fn {function}() -> Result<Box<{short}>, Unavailable> {{
    {opened}
}}

/// What `{backend}` cannot do yet: `cargo crosscheck fix --baseline` writes the rows behind this function.
#[crosscheck::exclusions(\"{backend}\")]
const fn {function}_cannot(_: <{short} as Subject>::Feature) -> Action {{
    RUN
}}

crosscheck::main!({linked});
"
    )
}
