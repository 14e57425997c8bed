//! What the rows that decide stand for, and for how long: by kind, the oldest of each, and which expire next.

use std::cmp::Ordering;

use super::counted;
use crate::plan::Plan;
use crate::suite::action::Debt;
use crate::suite::date::Date;
use crate::suite::row::Row;
use crate::{sorted, text};

/// How many days before it expires a row is worth a word.
pub const SOON: i64 = 14;

/// The rows that decide on cells of the plan, each once.
fn deciding(plan: &Plan) -> Vec<&Row> {
    let rows = plan.cells.iter().filter(|cell| plan.has_rows(cell)).flat_map(|cell| {
        let rows = plan.candidates(cell).into_iter().chain(plan.disputed_at(cell));
        rows.map(|row| (cell.suite, row))
    });
    let rows = sorted::set(rows);
    rows.into_iter().map(|(suite, row)| &plan.suites[suite as usize].rows[row]).collect()
}

/// How many rows expire soon, of those that decide on cells of the plan.
pub fn expiring(plan: &Plan, today: Date) -> usize {
    let days = deciding(plan).into_iter().filter_map(|row| Some(row.until?.days_after(today)));
    days.filter(|days| (0..=SOON).contains(days)).count()
}

/// A line for each kind of debt of which a row says since when it is so, or until when.
pub fn debt(plan: &Plan, today: Date) -> String {
    let rows = deciding(plan);
    let kinds = Debt::ALL.map(Some).into_iter().chain([None]);
    let lines: Vec<_> = kinds.filter_map(|kind| of_kind(kind, &rows, today)).collect();
    if lines.is_empty() { String::new() } else { format!("age of the exclusions\n{}", lines.concat()) }
}

/// `  upstream: 7 rows, the oldest since 2026-03-01 (272 days); next expires `f64` of `mlx`, 2027-01-31 (64 days left)`
fn of_kind(kind: Option<Debt>, rows: &[&Row], today: Date) -> Option<String> {
    let rows: Vec<_> = rows.iter().filter(|row| row.debt == kind).collect();
    let since = rows.iter().filter_map(|row| row.since.as_deref()).min_by(|a, b| by_age(a, b));
    let next = rows.iter().filter_map(|row| Some((row.until?, row))).min_by_key(|(until, _)| *until);
    if since.is_none() && next.is_none() {
        return None;
    }
    let name = kind.map_or("no reason given", Debt::as_str);
    let plural = if rows.len() == 1 { "" } else { "s" };
    let since = since.map(|since| match Date::parse(since).map(|date| today.days_after(date)) {
        Some(age @ 0..) => format!(", the oldest since {since} ({})", days(age)),
        _ => format!(", the oldest since {since}"),
    });
    let next = next.map(|(until, row)| {
        let left = match until.days_after(today) {
            left @ 0.. => format!("{} left", days(left)),
            ago => format!("{} ago", days(-ago)),
        };
        format!("; next to expire: `{}` of `{}`, until {until} ({left})", row.marker, row.backend)
    });
    let (since, next) = (since.unwrap_or_default(), next.unwrap_or_default());
    let line = format!("  {name}: {} row{plural}{since}{next}", counted(rows.len()));
    Some(format!("{}\n", text::line(&line)))
}

fn days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// What is older comes first: dates in their order, then versions in theirs, then what is neither.
fn by_age(a: &str, b: &str) -> Ordering {
    let rank = |text: &str| match (Date::parse(text), version(text)) {
        (Some(date), _) => (0, Some(date), Vec::new()),
        (None, Some(version)) => (1, None, version),
        (None, None) => (2, None, Vec::new()),
    };
    rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
}

/// The numbers of `0.29.1`, `v2` or `mlx 0.29`.
fn version(text: &str) -> Option<Vec<u64>> {
    let last = text.rsplit(' ').next()?;
    last.strip_prefix('v').unwrap_or(last).split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Selection, plan};
    use crate::suite::row::Exclusion;
    use crate::suite::spec::{BackendSpec, Origin, SuiteSpec, TestSpec};

    const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// A row's marker, its debt, since when it is so, and until when it excuses anything.
    type Debts<'a> = (&'static str, Option<Debt>, Option<&'static str>, Option<&'a str>);

    /// A plan with a cell for each row.
    fn of(rows: &[Debts<'_>]) -> Plan {
        let row = |(marker, debt, since, until): &Debts<'_>| Row {
            debt: *debt,
            since: since.map(Into::into),
            until: until.map(day),
            ..Row::new("mlx", marker, Exclusion::Skip, "no").unwrap()
        };
        let test = |(marker, ..): &Debts<'_>| TestSpec { markers: vec![marker], ..TestSpec::new(*marker, HERE) };
        let suite = SuiteSpec {
            backends: ["reference", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
            tests: rows.iter().map(test).collect(),
            rows: rows.iter().map(row).collect(),
            ..SuiteSpec::new("dyn Ops", "reference")
        };
        plan([suite].into(), &Selection::default())
    }

    #[test]
    fn the_age_of_rows_is_told_by_kind() {
        let plan = of(&[
            ("a", Some(Debt::Upstream), Some("0.29.1"), None),
            ("b", Some(Debt::Upstream), Some("0.3"), None),
            ("c", Some(Debt::NotYet), Some("2026-11-01"), Some("2026-12-12")),
            ("d", Some(Debt::NotYet), Some("2026-03-01"), Some("2027-01-31")),
            ("e", Some(Debt::NotYet), Some("0.1"), None),
            ("f", Some(Debt::WontFix), None, None),
            ("g", None, None, Some("2026-11-27")),
            ("h", Some(Debt::HardwareLimit), Some("2027-01-01"), Some("2026-11-28")),
        ]);
        assert_eq!(
            debt(&plan, day("2026-11-28")),
            "age of the exclusions\n  \
             not yet: 3 rows, the oldest since 2026-03-01 (272 days); next to expire: `c` of `mlx`, until 2026-12-12 (14 days left)\n  \
             upstream: 2 rows, the oldest since 0.3\n  \
             hardware limit: 1 row, the oldest since 2027-01-01; next to expire: `h` of `mlx`, until 2026-11-28 (0 days left)\n  \
             no reason given: 1 row; next to expire: `g` of `mlx`, until 2026-11-27 (1 day ago)\n",
        );
        assert_eq!(expiring(&plan, day("2026-11-28")), 2);
        assert_eq!(expiring(&plan, day("2026-11-27")), 2);
        assert_eq!(expiring(&plan, day("2026-12-13")), 0);
        assert_eq!(debt(&of(&[("a", Some(Debt::Upstream), None, None)]), day("2026-11-28")), "");
        assert_eq!(debt(&of(&[]), day("2026-11-28")), "");
    }

    #[test]
    fn a_row_that_decides_on_nothing_here_is_no_debt() {
        let all = of(&[("a", Some(Debt::Upstream), Some("0.3"), Some("2026-11-28"))]);
        let selection = Selection { backends: vec!["reference".to_owned()], ..Selection::default() };
        let plan = plan(std::sync::Arc::clone(&all.suites), &selection);
        assert_eq!((debt(&plan, day("2026-11-28")), expiring(&plan, day("2026-11-28"))), (String::new(), 0));
    }

    #[test]
    fn older_comes_first() {
        let mut texts = ["soon", "mlx 0.29", "v0.3", "2027-01-01", "0.10", "2026-01-31", "0.3.1"];
        texts.sort_by(|a, b| by_age(a, b));
        assert_eq!(texts, ["2026-01-31", "2027-01-01", "v0.3", "0.3.1", "0.10", "mlx 0.29", "soon"]);
    }
}
