"""What the tests of the data partition need: root, loop devices, and a card of their own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from image.data.disk import MIB, Disk


@pytest.fixture(autouse=True)
def _needs() -> None:
    if os.geteuid() != 0 or "HAN_TOOLS" not in os.environ or not Path("/dev/loop-control").exists():
        pytest.skip("needs root, loop devices and the image's tools: sudo image/test-data")


@pytest.fixture
def flashed(tmp_path: Path) -> Callable[[int], Disk]:
    """Return what makes a freshly flashed card of a number of MiB."""
    return lambda mib: Disk(tmp_path, mib * MIB)


@pytest.fixture
def card(flashed: Callable[[int], Disk]) -> Disk:
    """Return a freshly flashed card of 1.5 GiB, so that five copies of the superblock would not all fit."""
    return flashed(1536)
