import pytest

import matrix
from backends import BACKENDS


def pytest_configure(config):
    for name, value in vars(matrix).items():
        if name.startswith("USES_"):
            config.addinivalue_line("markers", value)


@pytest.fixture(params=BACKENDS)
def backend(request):
    for marker, action, message in matrix.SKIP_MATRIX.get(request.param, []):
        if marker == matrix.ALL or request.node.get_closest_marker(marker):
            action(message.format(marker=marker, backend=request.param))
    return BACKENDS[request.param]()
