//! A statement for whoever chooses a backend.

use std::fmt::Write;

use crosscheck::internals::PackageRecord;

use crate::statement::{Exception, Feature, Statement, Support, Verdict};
use crate::views::escape::markdown as code;

/// All of it.
pub fn markdown(statement: &Statement) -> String {
    let Statement { suite, backend, run, .. } = statement;
    let mut text = format!("# Conformance of {} to {}\n\n", code(&backend.name), code(&suite.subject));
    let result = match statement.result {
        Verdict::Full => "Every check runs and passes.",
        Verdict::Partial => "Nothing fails; what is left out, or is expected to fail, stands below.",
        Verdict::Failed => "**Checks fail.**",
    };
    let counts = statement.counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect::<Vec<_>>();
    let _ = write!(text, "{result} {} cells: {}.\n\n", statement.cells, counts.join(", "));
    let package = |package: &Option<PackageRecord>| {
        package.as_ref().map(|it| code(&format!("{} {}", it.name, it.version))).unwrap_or_else(|| "–".to_owned())
    };
    let list = |texts: &[String]| match texts {
        [] => "–".to_owned(),
        texts => texts.iter().map(|text| code(text)).collect::<Vec<_>>().join(", "),
    };
    let suite_is = if suite.package.is_empty() { &suite.name } else { &suite.package };
    let facts = [
        ("suite", format!("{} of {}", code(&suite.name), code(suite_is))),
        ("declared by", package(&suite.declared_by)),
        ("fingerprint", code(&suite.fingerprint.to_string())),
        ("baseline", code(&suite.baseline)),
        ("backend", package(&backend.registered_by)),
        ("device", list(&backend.devices)),
        ("of itself", list(&backend.about)),
        ("date", run.date.as_deref().map_or("–".to_owned(), code)),
        ("machine", list(&run.machines)),
        ("crosscheck", list(&run.crosscheck)),
    ];
    text += "| | |\n| --- | --- |\n";
    for (name, fact) in facts {
        let _ = writeln!(text, "| {name} | {fact} |");
    }
    features(&mut text, &statement.features);
    exclusions(&mut text, statement);
    exceptions(&mut text, &statement.exceptions);
    text += "\n## Tolerances\n\n";
    if statement.tolerances.is_empty() && statement.own_tolerances.is_empty() {
        text += "The records do not say them.\n";
    }
    for terms in &statement.tolerances {
        let _ = writeln!(text, "- {}", code(terms));
    }
    for (test, terms) in &statement.own_tolerances {
        let _ = writeln!(text, "- {} sets {}", code(test), list(terms));
    }
    text
}

fn features(text: &mut String, features: &[Feature]) {
    if features.is_empty() {
        return;
    }
    *text += "\n## Features\n\n| feature | support | passed | |\n| --- | --- | --- | --- |\n";
    for Feature { marker, description, support, cells, passed } in features {
        let passed = if *support == Support::Untested { "–".to_owned() } else { format!("{passed} of {cells}") };
        let _ = writeln!(text, "| {} | {} | {passed} | {} |", code(marker), support.as_str(), code(description));
    }
}

fn exclusions(text: &mut String, statement: &Statement) {
    if statement.exclusions.is_empty() {
        return;
    }
    *text += "\n## What is excluded\n\n| what | how | why | kind | followed up |\n| --- | --- | --- | --- | --- |\n";
    for row in &statement.exclusions {
        let condition = row.condition.iter().map(|condition| format!(" if {condition}")).collect::<String>();
        let debt = row.debt.map_or("–", |debt| debt.as_str());
        let tracking = code(row.tracking.as_deref().unwrap_or_default());
        let _ = writeln!(
            text,
            "| {} | {} | {} | {debt} | {tracking} |",
            code(&format!("{}{condition}", row.row)),
            code(&row.action),
            code(&row.reason)
        );
    }
}

fn exceptions(text: &mut String, exceptions: &[Exception]) {
    if exceptions.is_empty() {
        return;
    }
    *text += "\n## What did not pass\n\n| test | outcome | cells | why |\n| --- | --- | --- | --- |\n";
    for Exception { test, outcome, reason, machine, cells } in exceptions {
        let on = machine.as_ref().map(|machine| format!(" on {}", code(machine))).unwrap_or_default();
        let _ = writeln!(text, "| {} | {outcome}{on} | {cells} | {} |", code(test), code(reason));
    }
}
