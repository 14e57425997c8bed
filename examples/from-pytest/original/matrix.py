"""Which tests are not for which backend."""

import pytest

ALL = "all"
USES_DYNAMIC_OFFSETS = "uses_dynamic_offsets"
USES_LONG_SCANS = "uses_long_scans"
USES_RAGGED_TABLES = "uses_ragged_tables"
USES_SCANS = "uses_scans"

XFAIL = pytest.xfail
SKIP = pytest.skip

UNSUPPORTED = "'{marker}' tests are not supported by '{backend}'"

COMMON = [(USES_DYNAMIC_OFFSETS, XFAIL, UNSUPPORTED)]

SKIP_MATRIX = {
    "vectorized": [
        *COMMON,
        (USES_SCANS, XFAIL, UNSUPPORTED),
        (USES_RAGGED_TABLES, XFAIL, "'{backend}' forgets the last neighbours"),
    ],
    "compiled": [*COMMON, (USES_LONG_SCANS, SKIP, "'{backend}' overflows the stack")],
    "dry_run": [(ALL, SKIP, "'{backend}' runs nothing")],
}
