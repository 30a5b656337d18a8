"""Makes `harness` importable and shares one certificate authority."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import certs, origin  # noqa: E402


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return certs.Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def localhost(authority):
    """A server certificate for 127.0.0.1 and localhost."""
    return authority.issue("localhost", "127.0.0.1")


@pytest.fixture(scope="module")
def upstream():
    """One that the test plays itself; files whose upstream is the mock have a fixture of their own."""
    with origin.run() as running:
        yield running
