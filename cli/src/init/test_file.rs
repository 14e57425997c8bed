//! The file of the test.

use super::dependency::Named;
use super::subject::Subject;

/// A suite of one's own, to begin with: that of the README.
const STARTER: &str = include_str!("starter.rs");

/// The file of a suite to begin with.
pub fn starter(crosscheck: &str) -> String {
    if crosscheck == "crosscheck" {
        return STARTER.to_owned();
    }
    let named = STARTER.replace("crosscheck::", &format!("{crosscheck}::"));
    let lines = named.lines().map(|line| match line.strip_suffix(")]") {
        Some(attribute) if line.starts_with("#[derive") => {
            format!("{attribute})]\n#[crosscheck(crate = {crosscheck})]\n")
        }
        Some(attribute) if line.starts_with("#[") => format!("{attribute}, crate = {crosscheck})]\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// A backend that the test registers.
pub struct Registration {
    /// Its name.
    pub backend: String,
    /// What it is one of.
    pub subject: Subject,
    /// An expression that opens it; nothing where somebody has to write it.
    pub open: Option<String>,
}

/// A test of a suite.
pub struct TestFile<'a> {
    /// The package of the suite.
    pub suite: &'a str,
    /// What `crosscheck` is called.
    pub crosscheck: &'a str,
    /// The crates that belong to the run, the suite first.
    pub crates: &'a [Named],
}

impl TestFile<'_> {
    /// Its text.
    pub fn text(&self, registered: Option<&Registration>) -> String {
        let Self { suite, crosscheck, crates } = self;
        let renamed = crates.iter().filter(|it| it.name != it.library);
        let renamed: String = renamed.map(|Named { name, library }| format!("use {name} as {library};\n")).collect();
        let crates: Vec<_> = crates.iter().map(|it| it.library.as_str()).collect();
        let main = format!("{crosscheck}::main!({});\n", crates.join(", "));
        let Some(Registration { backend, subject, open }) = registered else {
            let renamed = if renamed.is_empty() { renamed } else { format!("{renamed}\n") };
            return format!("//! The suite `{suite}`.\n\n{renamed}{main}");
        };
        let opened = match open {
            Some(open) => format!("Ok(Box::new({open}))"),
            None => {
                "todo!(\"open the backend: `Ok(Box::new(…))`, or why it is not available on this machine\")".to_owned()
            }
        };
        let by = if *crosscheck == "crosscheck" { String::new() } else { format!(", crate = {crosscheck}") };
        let import = subject.import.as_ref().map(|path| format!("use {path};\n")).unwrap_or_default();
        let subject = &subject.written;
        let function = function(backend);
        format!(
            "//! The suite `{suite}` on `{backend}`.

use {crosscheck}::{{Action, RUN, Subject, Unavailable}};
{renamed}{import}
#[{crosscheck}::backend(name = \"{backend}\"{by})]
fn {function}() -> Result<Box<{subject}>, Unavailable> {{
    {opened}
}}

/// What `{backend}` cannot do yet: `cargo crosscheck fix --baseline` writes the rows behind this function.
#[{crosscheck}::exclusions(\"{backend}\"{by})]
const fn {function}_cannot(_: <{subject} as Subject>::Feature) -> Action {{
    RUN
}}

{main}"
        )
    }
}

/// What the constructor of a backend is called.
fn function(backend: &str) -> String {
    let name = backend.to_lowercase();
    // The test has a `main`, and a keyword is no name.
    let is_free = syn::parse_str::<syn::Ident>(&name).is_ok() && name != "main" && name != "_";
    if is_free { name } else { format!("backend_{name}") }
}
