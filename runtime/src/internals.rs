//! The stages, for this project's own benches, tools and tests. Not part of the public interface: it changes at any time.

pub use crate::compare::agreement::Agreement;
pub use crate::compare::engine::compare;
pub use crate::compare::null::{Null, accepts_null, echoes};
pub use crate::compare::view::{Data, View};
pub use crate::registry::{Bodies, BoxError, Elements, Gathered, Instance};
pub use crate::suite::row::{Exclusion, Row};
pub use crate::suite::scope::{CaseName, Scope, TestName};
pub use crate::suite::spec::{AxisSpec, BackendSpec, FeatureSpec, Origin, Source, SuiteSpec, TestSpec};

#[cfg(feature = "harness")]
pub use crate::{
    plan::resolve::{resolve, shadowed},
    plan::shard::Shard,
    plan::{Decision, NameFilter, Selection, plan},
    record::constant::judge_constants,
    record::disagreement::{Disagreement, WrongElement},
    record::extent::Extent,
    record::fingerprint::Fingerprint,
    record::journal::Journal,
    record::line::{FORMAT, Line, OLDEST, Start},
    record::plan::{PlanRecord, ShardRecord},
    record::read::{RecordError, Recorded, read_all},
    record::suite::{
        AxisRecord, FeatureRecord, PackageRecord, PlaceRecord, RowRecord, SourceRecord, SuiteRecord, TestRecord,
    },
    registry::Returned,
    report::Results,
    session::{RunConfig, Session},
};

/// Views of records, as text.
#[cfg(feature = "harness")]
pub mod report {
    pub use crate::report::{
        By, Columns, Counts, Narrow, Table, agreements, around, is_measured, markdown, markdown_table, narrowest,
        paint, part, rerun, spoken, stale_disputes, totals, unavailable,
    };
    #[cfg(feature = "junit")]
    pub use crate::report::{Dialect, junit};
    pub use crate::text::{acts, line, lines};
}

/// That something of this name is not known, what is, and which one is the nearest.
#[cfg(feature = "harness")]
pub fn unknown(what: &str, given: &str, known: &[&str]) -> String {
    crate::nearest::unknown(what, given, known)
}

/// The record of a cell of a plan.
#[cfg(feature = "harness")]
pub fn cell_record(
    plan: &crate::plan::Plan,
    cell: &crate::plan::Cell,
    finished: &crate::judge::Finished,
) -> crate::record::CellRecord {
    crate::record::CellRecord::new(plan, cell, finished)
}

/// What is known of a cell that was planned and is in no record.
#[cfg(feature = "harness")]
pub fn missing(name: &str) -> crate::record::CellRecord {
    crate::record::CellRecord::missing(name)
}

/// The day of a time in seconds since 1970, in UTC.
#[cfg(feature = "harness")]
pub fn day(at: u64) -> crate::Date {
    crate::Date::after_1970(at / 86_400)
}
