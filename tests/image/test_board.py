"""The boot partition: which kernel the Pi's start takes, and what lies packed in the initial file system."""

import gzip
from pathlib import Path

import pytest

from image.recipe import root
from image.recipe.board import _pack_kernel, initial_modules
from image.recipe.steps import BuildError

KERNEL = b"MZ@\xfa" + bytes(52) + b"ARMd" + bytes(100)
"""The head of an arm64 image (Linux: Documentation/arch/arm64/booting.rst, section 4): its magic stands at octet 56."""


def archived(*names: str) -> bytes:
    """An archive of files of five octets each, in the kernel's format for an initial file system ("newc")."""
    octets = b""
    for name in (*names, "TRAILER!!!"):
        size = 0 if name == "TRAILER!!!" else 5
        fields = [0] * 13
        fields[6], fields[11] = size, len(name) + 1
        octets += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        octets += bytes(-len(octets) % 4) + b"x" * size
        octets += bytes(-len(octets) % 4)
    return octets


def test_a_bare_kernel_is_packed(tmp_path: Path) -> None:
    (tmp_path / "vmlinuz").write_bytes(KERNEL)
    _pack_kernel(tmp_path / "vmlinuz", tmp_path / "packed")
    assert gzip.decompress((tmp_path / "packed").read_bytes()) == KERNEL


@pytest.mark.parametrize("octets", [b"MZ\0\0zimg" + KERNEL[8:], b"\x1f\x8b" + KERNEL, KERNEL[:56] + b"ARM?", b""])
def test_a_kernel_that_the_pis_start_does_not_take_ends_the_build(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "vmlinuz").write_bytes(octets)
    with pytest.raises(BuildError, match="no bare kernel"):
        _pack_kernel(tmp_path / "vmlinuz", tmp_path / "packed")


@pytest.mark.parametrize("padding", [0, 4, 512])
def test_modules_are_found_before_and_in_what_is_packed(tmp_path: Path, padding: int) -> None:
    early = archived("kernel", "lib/modules/6/kernel/drivers/mmc/host/sdhci-iproc.ko.xz")
    packed = gzip.compress(archived("bin/sh", "lib/modules/6/fixed.ko", "lib/modules/6/modules.dep"))
    (tmp_path / "initrd.img").write_bytes(early + bytes(padding) + packed)
    assert initial_modules(tmp_path) == {"sdhci_iproc", "fixed"}


def test_a_radio_without_its_firmware_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "usr/lib/firmware/brcm"
    folder.mkdir(parents=True)
    for name in ("brcmfmac43430-sdio.bin", "brcmfmac43436-sdio.bin"):
        (folder / name).touch()
    monkeypatch.setattr(root, "FIRMWARE_KEPT", (r"brcm/brcmfmac43430-sdio\.",))
    root._keep_firmware(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["brcmfmac43430-sdio.bin"]

    monkeypatch.setattr(root, "FIRMWARE_KEPT", (r"brcm/brcmfmac43430b0-sdio\.",))
    with pytest.raises(BuildError, match="no firmware fits"):
        root._keep_firmware(tmp_path)
