//! What nextest has to know: it starts a process a cell, and two of one device must not run at a time.

use std::collections::BTreeMap;

use super::Executable;
use crate::suite::spec::SuiteSpec;

/// The part of nextest's configuration that is about this executable: a group of one thread for each device.
///
/// Cells also lock their device themselves, so that runs that know nothing of each other keep apart; the groups keep cells
/// from waiting for the lock while nextest takes their time.
pub(super) fn configuration(suites: &[SuiteSpec], Executable { package, target, .. }: &Executable) -> String {
    let mut devices: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for backend in suites.iter().flat_map(|suite| &suite.backends) {
        if let Some(device) = backend.device {
            devices.entry(device).or_default().push(backend.name);
        }
    }
    let groups: String =
        devices.keys().map(|device| format!("[test-groups.{}]\nmax-threads = 1\n\n", group(device))).collect();
    let overrides = devices.iter().map(|(device, backends)| {
        let mut names: Vec<_> = backends.iter().map(|name| name.replace('.', "\\\\.")).collect();
        names.dedup();
        let target = target.replace('_', "?");
        format!(
            "[[profile.default.overrides]]\nfilter = \"package({package}) & binary({target}) & test(/::({})$/)\"\n\
             test-group = \"{}\"\n",
            names.join("|"),
            group(device)
        )
    });
    groups + &overrides.collect::<Vec<_>>().join("\n")
}

/// nextest's names of groups have no dots.
fn group(device: &str) -> String {
    format!("crosscheck-{}", device.replace('.', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::spec::{BackendSpec, Origin};

    #[test]
    fn each_device_has_a_group_of_one_thread() {
        let origin = Origin { module: "m", file: "a.rs", line: 1 };
        let on = |name, device| BackendSpec { device, ..BackendSpec::new(name, origin) };
        let backends = vec![
            on("reference", None),
            on("metal", Some("gpu.0")),
            on("mlx.metal", Some("gpu.0")),
            on("cuda", Some("gpu1")),
        ];
        let suite = SuiteSpec { backends, ..SuiteSpec::new("dyn Ops", "reference") };
        let own = Executable::new("suite", "all_cells");
        assert_eq!(
            configuration(&[suite], &own),
            r#"[test-groups.crosscheck-gpu-0]
max-threads = 1

[test-groups.crosscheck-gpu1]
max-threads = 1

[[profile.default.overrides]]
filter = "package(suite) & binary(all?cells) & test(/::(metal|mlx\\.metal)$/)"
test-group = "crosscheck-gpu-0"

[[profile.default.overrides]]
filter = "package(suite) & binary(all?cells) & test(/::(cuda)$/)"
test-group = "crosscheck-gpu1"
"#
        );
        assert_eq!(configuration(&[], &own), "");
    }
}
