//! The skip matrix, moved over row by row.

use crosscheck::{Action, Debt::*, Failure, RUN, exclusions, skip, xfail};

use crate::Feature;

const UNSUPPORTED: &str = "'{marker}' tests are not supported by '{backend}'";

/// The rows that all backends have, unless they say otherwise.
const fn common(feature: Feature) -> Action {
    match feature {
        Feature::DynamicOffsets => xfail(UNSUPPORTED).because(NotYet).by(Failure::Error),
        _ => RUN,
    }
}

#[exclusions("vectorized")]
const fn vectorized(feature: Feature) -> Action {
    match feature {
        // The original has the common row here too. The first run said that no cell needs it.
        Feature::DynamicOffsets => RUN,
        Feature::Scans => xfail(UNSUPPORTED).because(WontFix).by(Failure::Error).saying("one point after the other"),
        Feature::RaggedTables => xfail("'{backend}' forgets the last neighbours").because(NotYet).by(Failure::Panic),
        _ => common(feature),
    }
}

#[exclusions("compiled")]
const fn compiled(feature: Feature) -> Action {
    match feature {
        Feature::LongScans => skip("'{backend}' overflows the stack").because(NotYet),
        _ => common(feature),
    }
}

#[exclusions("dry_run")]
const DRY_RUN: Action = skip("'{backend}' runs nothing").because(WontFix);
