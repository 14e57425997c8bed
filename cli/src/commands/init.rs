//! `cargo crosscheck init`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use proc_macro2::{TokenStream, TokenTree};
use syn::Expr;

use crate::Done;
use crate::error::Error;
use crate::init::{Dependency, Manifest, Named, Registration, Subject, TestFile, added, starter};
use crate::output::{Existing, say, write};
use crate::rustfmt::formatted;

/// Write the test target that runs a suite on the backend of this crate
///
/// Without a suite, it is one to begin with: a contract, a check and two backends in one file.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo crosscheck init
  cargo crosscheck init --suite kernel-suite@0.3 --subject 'dyn Kernels' --backend mine --open 'mine::Device::open()?'
  cargo crosscheck init --suite kernel-suite=../suite --contract kernels=../kernels --subject 'dyn kernels::Kernels' --backend mine

A crate is written `name`, `name@version` or `name=folder`.

Exit status: 0, 2 when something is there already or the request makes no sense; nothing is written then.")]
pub struct Options {
    /// The crate that publishes the suite
    #[arg(long, value_name = "CRATE")]
    suite: Option<Dependency>,
    /// What the suite tests, as its crate or that of the contract calls it
    #[arg(long, value_name = "TYPE", requires = "suite")]
    subject: Option<String>,
    /// The name of the backend; without it, the crate itself has one [`#[crosscheck::backend]`]
    #[arg(long, value_name = "NAME", requires = "subject")]
    backend: Option<String>,
    /// The expression that makes the backend
    #[arg(long, value_name = "EXPRESSION", requires = "backend")]
    open: Option<String>,
    /// The crate of the contract, where it is not that of the suite
    #[arg(long, value_name = "CRATE", requires = "suite")]
    contract: Option<Dependency>,
    /// Another crate whose checks, backends or rows belong to the run, such as that of the baseline; may be that of the contract
    #[arg(long, value_name = "CRATE", requires = "suite")]
    with: Vec<Dependency>,
    /// Where `crosscheck` itself is from [default: where the crate or its workspace has it from, else the version of this command]
    #[arg(long, value_name = "CRATE", default_value = "crosscheck", hide_default_value = true)]
    crosscheck: Dependency,
    /// The name of the test
    #[arg(long, value_name = "NAME", default_value = "conformance")]
    test: String,
    /// The manifest of the crate
    #[arg(long, value_name = "Cargo.toml", default_value = "Cargo.toml")]
    manifest_path: PathBuf,
}

/// Writes the file and changes the manifest.
pub fn init(options: Options) -> Done {
    let manifest = Manifest::read(&options.manifest_path).map_err(Error::Init)?;
    let path = manifest.folder().join("tests").join(format!("{}.rs", options.test));
    let mut errors = there_already(&manifest, &options.test, &path);
    let text = contents(&options, &manifest, &mut errors);
    let crates: Vec<_> = options.suite.iter().chain(&options.contract).chain(&options.with).cloned().collect();
    let changed = added(&manifest, &options.test, &options.crosscheck, &crates);
    let changed = changed.map_err(|more| errors.extend(more)).ok();
    let (Some((changed, said)), true) = (changed, errors.is_empty()) else {
        return Err(errors.into_iter().map(Error::Init).collect());
    };
    let folder = manifest.folder().join("tests");
    std::fs::create_dir_all(&folder).map_err(|source| Error::Output { path: folder, source })?;
    let text = formatted(&manifest.folder(), &manifest.edition(), &text).unwrap_or(text);
    write(&path, Existing::Keep, text.as_bytes())?;
    write(&manifest.path, Existing::Replace, changed.as_bytes())?;
    say("note:", &format!("wrote {}", path.display()));
    say("note:", &format!("added to {}: {}", manifest.path.display(), said.join(", ")));
    if options.backend.is_some() && options.open.is_none() {
        say("note:", &format!("open the backend where {} says `todo!`", path.display()));
    }
    say("note:", &format!("then: cargo test --test {}", options.test));
    if options.suite.is_some() {
        say("note:", "then, to record what fails today: cargo crosscheck fix --baseline --apply");
    }
    Ok(ExitCode::SUCCESS)
}

/// What would be written over.
fn there_already(manifest: &Manifest, test: &str, path: &Path) -> Vec<String> {
    let mut errors = Vec::new();
    if !test.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') || test.is_empty() {
        errors.push(format!("`{test}` is no name of a test"));
    }
    if manifest.edition() == "2015" {
        let shown = manifest.path.display();
        errors.push(format!("{shown} is of the edition 2015, in which no suite can be written: give it an `edition`"));
    }
    if manifest.has_test(test) {
        errors.push(format!("{} has a test `{test}` already: --test gives another name", manifest.path.display()));
    }
    // What Cargo would take for the file of the test.
    for path in [path.to_owned(), path.with_extension("").join("main.rs")] {
        if std::fs::symlink_metadata(&path).is_ok() {
            errors.push(format!("{} is there already: --test gives another name", path.display()));
        }
    }
    errors
}

fn contents(options: &Options, manifest: &Manifest, errors: &mut Vec<String>) -> String {
    let crosscheck =
        manifest.known(&options.crosscheck.package).map_or("crosscheck", |(name, _)| name).replace('-', "_");
    let Some(suite) = &options.suite else {
        return starter(&crosscheck);
    };
    let mut named = |dependency: &Dependency| {
        let named = dependency.named(manifest);
        named.map_err(|error| errors.push(error)).unwrap_or_default()
    };
    let suite_crate = named(suite);
    let mut linked: Vec<_> = std::iter::once(suite_crate.clone()).chain(options.with.iter().map(&mut named)).collect();
    let contract = options.contract.as_ref().map(named);
    let own = manifest.crate_name();
    let known: Vec<_> = linked.iter().chain(&contract).map(|it| it.name.clone()).chain([own.clone()]).collect();
    let of = contract.unwrap_or(suite_crate).name;
    let subject = options.subject.as_ref().map(|subject| Subject::read(subject, &of, &known));
    let subject = subject.and_then(|subject| subject.map_err(|error| errors.push(error)).ok());
    errors.extend(options.backend.iter().flat_map(|backend| wrong(backend, options.open.as_deref())));
    let mentions_own = |text: &Option<String>| {
        text.as_ref().and_then(|text| text.parse().ok()).is_some_and(|tokens| mentions(tokens, &own))
    };
    let needs_own = options.backend.is_none() || mentions_own(&options.open) || mentions_own(&options.subject);
    if needs_own && !manifest.has_library() {
        errors.push(format!(
            "the package has no library `{own}`, and its tests see nothing else of it: give it a `src/lib.rs`"
        ));
    }
    let registered = options.backend.clone().zip(subject);
    let registered = registered.map(|(backend, subject)| Registration { backend, subject, open: options.open.clone() });
    if options.backend.is_none() {
        linked.push(Named { name: own.clone(), library: own });
    }
    TestFile { suite: &suite.package, crosscheck: &crosscheck, crates: &linked }.text(registered.as_ref())
}

/// What is wrong with a backend, and with what opens it.
fn wrong(backend: &str, open: Option<&str>) -> Vec<String> {
    let mut errors = Vec::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if backend.is_empty() || !backend.chars().all(is_name) {
        errors.push(format!("`{backend}` is no name of a backend: it has letters, digits and `_`"));
    }
    if let Some(open) = open
        && let Err(error) = syn::parse_str::<Expr>(open)
    {
        errors.push(format!("`{open}` is no expression: {error}"));
    }
    errors
}

/// Whether a name is among these tokens.
fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        _ => false,
    })
}
