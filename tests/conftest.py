"""What all tests share: no network, no open figures, the same examples on every run, and where the data lie."""

from __future__ import annotations

import ipaddress
import os
import random
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "data" / "reports" / "320804-2023.txt"
SHARED = ROOT.parent / "shared"

# Properties give the same answer on every run and machine; a slow machine is not a failure.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call() -> None:
    """Have kernels that a test starts watch their streams as they do for users: below pytest they would not."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup() -> None:
    """The same for kernels that fixtures start."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)


@pytest.fixture
def seed_path() -> Path:
    """The bundled report of Huaiyin District."""
    return SEED


@pytest.fixture
def corpus_path() -> Path:
    """The corpus of real reports, which lies beside the checkout where it is at hand."""
    path = SHARED / "corpus" / "reports.parquet"
    if not path.is_file():
        pytest.skip("needs the corpus of reports, which is not part of the project")
    return path


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to other machines; kernels on this one may talk."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            raise OSError(f"tests are offline, yet one asked for {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(autouse=True)
def _repeatable() -> Iterator[None]:
    """Seed randomness before, and close figures after each test, where the libraries are loaded at all."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def _is_here(host: str) -> bool:
    """Return whether an address is of this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
