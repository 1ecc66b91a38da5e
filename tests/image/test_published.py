"""What a release says of itself: Imager's list, what changed, what is behind, licences and sources."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from image.recipe import licences, published
from image.recipe.licences import as_sources, licence_texts
from image.recipe.program import locked
from image.recipe.published import behind, changes, manifest
from image.recipe.steps import BuildError

OFFERED = """\
openssl:arm64:
  Installed: (none)
  Candidate: 3.5.9-1~deb13u1
  Version table:
     3.5.9-1~deb13u1 500
        500 http://archive.example/debian trixie/main arm64 Packages
     3.5.7-1~deb13u3 500
        500 http://security.example/debian-security trixie-security/main arm64 Packages
firmware-brcm80211:
  Installed: (none)
  Candidate: 20250410-2
  Version table:
     20250410-2 500
        500 http://archive.example/debian trixie/non-free-firmware amd64 Packages
        500 http://archive.example/debian trixie/non-free-firmware arm64 Packages
libc6:arm64:
  Installed: 2.41-12+deb13u5
  Candidate: 2.41-12+deb13u5
  Version table:
 *** 2.41-12+deb13u5 500
        500 http://archive.example/debian trixie/main arm64 Packages
        100 /var/lib/dpkg/status
"""
"""What apt-cache policy of Debian trixie said on 27 November 2026, with other hosts."""


def packages(*lines: str) -> str:
    return "".join("\t".join((*line.split(), "arm64", "0" * 64)) + "\n" for line in lines)


def test_imagers_list_has_the_fields_of_its_schema(tmp_path: Path) -> None:
    image, packed = tmp_path / "sdcard.img", tmp_path / "han-appliance-1.2.3.img.xz"
    image.write_bytes(b"card" * 1000)
    packed.write_bytes(b"packed")
    (entry,) = json.loads(manifest(image, packed, "https://example.org/1.2.3/", "1.2.3", "2026-12-03"))["os_list"]

    # "required" of rpi-imager's doc/json-schema/os-list-schema.json, and of its doc/schema-notes.md
    required = {"name", "description", "icon", "url", "extract_size", "extract_sha256", "image_download_size"}
    assert required | {"release_date", "devices"} <= entry.keys()
    assert entry["url"] == "https://example.org/1.2.3/han-appliance-1.2.3.img.xz"
    assert (entry["extract_size"], entry["image_download_size"]) == (4000, 6)
    assert entry["extract_sha256"] == hashlib.sha256(b"card" * 1000).hexdigest()
    assert entry["image_download_sha256"] == hashlib.sha256(b"packed").hexdigest()
    assert (entry["release_date"], entry["init_format"]) == ("2026-12-03", "cloudinit")


def test_the_notes_name_each_package_that_changed() -> None:
    old = packages("deb bash 5.2-1", "deb gone 1", "deb same 1", "pypi h11 0.15.0")
    new = packages("deb bash 5.2-2", "deb same 1", "pypi h11 0.16.0", "deb new 2")

    assert changes(old, new).splitlines() == [
        "- bash 5.2-2 (was 5.2-1)",
        "- gone is gone (was 1)",
        "- new 2 is new",
        "- h11 0.16.0 (was 0.15.0)",
    ]
    assert changes(old, old) == "- no package changed\n"


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="Debian's own comparison of versions is dpkg's")
def test_a_package_with_a_newer_version_is_named_and_a_security_fix_as_one() -> None:
    ours = (
        "deb openssl 3.5.7-1~deb13u2",
        "deb firmware-brcm80211 20240101-1",
        "deb libc6 2.41-12+deb13u5",
        "deb own 1",
    )
    sentences, unknown = behind(packages(*ours, "pypi h11 0.15.0"), OFFERED)

    assert sentences == [
        "openssl 3.5.7-1~deb13u2: 3.5.9-1~deb13u1 is there (security)",
        "firmware-brcm80211 20240101-1: 20250410-2 is there",
    ]
    assert unknown == ["own"]


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="Debian's own comparison of versions is dpkg's")
def test_a_fix_that_the_image_has_is_none() -> None:
    sentences, _ = behind(packages("deb openssl 3.5.8-1"), OFFERED)

    assert sentences == ["openssl 3.5.8-1: 3.5.9-1~deb13u1 is there"]


def test_a_word_that_is_none_of_them_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert published.main(["other"]) == 2
    assert "manifest IMAGE" in capsys.readouterr().err


def test_each_source_is_named_once_with_its_own_version() -> None:
    status = (
        "Package: libc6\nSource: glibc\nVersion: 2.41-12\n\nPackage: libc-bin\nSource: glibc\nVersion: 2.41-12\n\n"
        "Package: busybox\nVersion: 1:1.37.0-6+b9\nSource: busybox (1:1.37.0-6)\n\nPackage: bash\nVersion: 5.2-1\n"
        "\nPackage: linux-image-6.12.118-arm64\nSource: linux-signed-arm64 (6.12.118+1)\nVersion: 6.12.118-1\n"
        "Built-Using: linux (= 6.12.118-1)\n"
    )

    assert as_sources(status).splitlines() == [
        "bash\t5.2-1",
        "busybox\t1:1.37.0-6",
        "glibc\t2.41-12",
        "linux\t6.12.118-1",
        "linux-signed-arm64\t6.12.118+1",
    ]


def test_each_python_package_has_its_licence_or_the_build_ends(tmp_path: Path) -> None:
    for name, (version, _) in locked().items():
        folder = tmp_path / f"{name.replace('.', '_').replace('-', '_')}-{version}.dist-info"
        (folder / "licenses").mkdir(parents=True)
        if name != "pyserial":  # its wheel has none
            (folder / "licenses/LICENSE.txt").write_text("as you like")

    assert licence_texts(tmp_path)["pyserial"] == [licences.BY_HAND / "pyserial.txt"]
    (tmp_path / "h11-0.16.0.dist-info/licenses/LICENSE.txt").unlink()
    with pytest.raises(BuildError, match="h11 brings no licence"):
        licence_texts(tmp_path)
