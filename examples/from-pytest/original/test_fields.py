import pytest

FIELD = [1.0, 2.0, 3.0, 5.0]


@pytest.mark.parametrize(
    "offset, expected",
    [
        pytest.param(0, [1.0, 2.0, 3.0, 5.0], id="none"),
        pytest.param(1, [2.0, 3.0, 5.0], id="ahead"),
        pytest.param(-1, [1.0, 2.0, 3.0], id="back"),
    ],
)
def test_shift(backend, offset, expected):
    assert backend.shift(FIELD, offset) == expected


@pytest.mark.uses_dynamic_offsets
@pytest.mark.parametrize(
    "offset, expected",
    [pytest.param(2, [3.0, 5.0], id="ahead"), pytest.param(-3, [1.0], id="back")],
)
def test_shift_far(backend, offset, expected):
    assert backend.shift(FIELD, offset) == expected


@pytest.mark.uses_scans
def test_scan(backend):
    assert backend.scan(FIELD, 10.0) == [11.0, 13.0, 16.0, 21.0]


@pytest.mark.uses_scans
@pytest.mark.uses_long_scans
def test_long_scan(backend):
    assert backend.scan([1.0] * 100_000, 0.0)[-1] == 100_000.0


def test_select(backend):
    assert backend.select([True, False, True, False], FIELD, [0.0] * 4) == [1.0, 0.0, 3.0, 0.0]


def test_neighbour_sum(backend):
    assert backend.neighbour_sum(FIELD, [[0, 1], [1, 2], [2, 3]]) == [3.0, 5.0, 8.0]


@pytest.mark.uses_ragged_tables
def test_neighbour_sum_ragged(backend):
    assert backend.neighbour_sum(FIELD, [[0, 1], [0, 1, 2], [3]]) == [3.0, 6.0, 5.0]
