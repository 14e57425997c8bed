//! What nextest's filter selects, as `cargo nextest list --message-format json` prints it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use crosscheck::internals::Start;
use serde::Deserialize;

use crate::error::Error;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct List {
    rust_suites: BTreeMap<String, Suite>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Suite {
    package_name: String,
    binary_name: String,
    testcases: BTreeMap<String, Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Test {
    filter_match: Match,
}

#[derive(Deserialize)]
struct Match {
    status: String,
    #[serde(default)]
    reason: String,
}

impl Match {
    /// What a partition leaves out, another machine runs; what is ignored, the plan skips.
    fn is_wanted(&self) -> bool {
        self.status == "matches" || ["ignored", "partition"].contains(&self.reason.as_str())
    }
}

/// The names of the cells of this suite that one of the lists selects.
///
/// # Errors
/// When one cannot be read, or lists nothing of the suite.
pub fn selected(paths: &[PathBuf], of: &Start) -> Result<HashSet<String>, Vec<Error>> {
    let (mut selected, mut errors) = (HashSet::new(), Vec::new());
    for path in paths {
        let read = std::fs::read(path).map_err(|source| Error::Input { path: path.clone(), source });
        let list = read.and_then(|text| {
            serde_json::from_slice::<List>(&text).map_err(|source| Error::NextestList { path: path.clone(), source })
        });
        match list {
            Ok(list) => {
                let target = |name: &str| name.replace('-', "_");
                let known: BTreeSet<_> = list.rust_suites.keys().cloned().collect();
                let own = list.rust_suites.into_values().filter(|suite| {
                    suite.package_name == of.package && target(&suite.binary_name) == target(&of.suite)
                });
                let tests: Vec<_> = own.flat_map(|suite| suite.testcases).collect();
                if tests.is_empty() {
                    errors.push(Error::NotListed { path: path.clone(), suite: of.suite.clone(), known });
                }
                selected
                    .extend(tests.into_iter().filter(|(_, test)| test.filter_match.is_wanted()).map(|(name, _)| name));
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(selected) } else { Err(errors) }
}
