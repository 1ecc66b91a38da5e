"""image/release publishes no version of which the changelog says nothing; tried on a repository of its own."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from appliance.update import newest
from appliance.update.signature import is_signed
from image.recipe.published import digest

RELEASE = Path(__file__).parents[2] / "image" / "release"
BUILT = 7
"""What the build that stands in for the real one ends with."""


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "image").mkdir()
    shutil.copy(RELEASE, tmp_path / "image" / "release")
    build = tmp_path / "image" / "build"
    build.write_text(f"#!/bin/sh\nexit {BUILT}\n")
    build.chmod(0o755)
    git(tmp_path, "init", "-q")
    return tmp_path


def release(checkout: Path, changelog: str, tag: str | None, **env: str) -> subprocess.CompletedProcess[str]:
    (checkout / "CHANGELOG.md").write_text(changelog)
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "A version")
    if tag is not None:
        git(checkout, "tag", tag)
    return subprocess.run(
        [checkout / "image" / "release"], capture_output=True, text=True, check=False, env={**os.environ, **env}
    )


@pytest.mark.parametrize("heading", ["## 1.2.3", "## 1.2.3 (3 December 2026)"])
def test_a_version_with_an_entry_is_built(checkout: Path, heading: str) -> None:
    done = release(checkout, f"# Changelog\n\n## Unreleased\n\n{heading}\n\nAll new.\n", "v1.2.3")

    assert done.returncode == BUILT, done.stderr


@pytest.mark.parametrize(
    ("changelog", "tag"),
    [
        ("# Changelog\n\n## Unreleased\n\n## 1.2.2\n", "v1.2.3"),
        ("# Changelog\n\n## 1.2.30\n", "v1.2.3"),
        ("# Changelog\n\n## 1x2.3\n", "v1.2.3"),
        ("# Changelog\n\nNothing about ## 1.2.3 in a heading of its own.\n", "v1.2.3"),
        ("# Changelog\n\n## Unreleased\n", None),
    ],
)
def test_a_version_without_an_entry_is_refused_in_one_sentence(checkout: Path, changelog: str, tag: str | None) -> None:
    done = release(checkout, changelog, tag)

    assert done.returncode == 1
    assert done.stderr.startswith("image: CHANGELOG.md has no entry '## ")
    assert len(done.stderr.splitlines()) == 1
    assert tag is None or "'## 1.2.3'" in done.stderr


BUILDS = """#!/bin/sh
set -e
mkdir -p image/out/update cache/work/boot
cd image/out
echo v1.2.3 >version
echo card >sdcard.img
printf 'deb\\tbash\\t5.2-2\\tarm64\\tx\\n' >packages.tsv
echo {} >bom.cdx.json
echo bash >sources.tsv
echo licences >../../cache/work/boot/licences.tar.xz
echo root >update/root.squashfs
echo '{"version": "v1.2.3", "build": 5, "layout": 2, "parts": []}' >update/manifest
"""
"""Leaves what the real one leaves."""
TOOLS = """cache=$PWD/cache
in_tools() { "$@"; }
"""


@pytest.mark.skipif(shutil.which("xz") is None, reason="the real release packs among the tools, this one on the host")
def test_all_that_is_published_is_there_and_in_the_checksums(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (checkout / "image/build").write_text(BUILDS)
    (checkout / "image/tools.sh").write_text(TOOLS)
    (checkout / ".gitignore").write_text("image/out\ncache\n")
    shutil.copytree(RELEASE.parent / "recipe", checkout / "image/recipe", ignore=shutil.ignore_patterns("__pycache__"))
    elsewhere = tmp_path_factory.mktemp("last")
    (elsewhere / "packages.tsv").write_text("deb\tbash\t5.2-1\tarm64\tx\n")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", elsewhere / "key"], check=True)
    done = release(
        checkout,
        "# Changelog\n\n## 1.2.3\n",
        "v1.2.3",
        HAN_RELEASE_URL="https://example.org/1.2.3",
        HAN_LAST_PACKAGES=str(elsewhere / "packages.tsv"),
        HAN_SIGNING_KEY=str(elsewhere / "key"),
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert done.returncode == 0, done.stderr

    out, name = checkout / "image/out", "han-appliance-v1.2.3"
    parts = ("-changes.md", "-licences.tar.xz", "-packages.tsv", "-sources.tsv", ".cdx.json", ".img.xz")
    published = {f"{name}{part}" for part in (*parts, ".rpi-imager-manifest", ".update")}
    sums = (out / f"{name}.sha256").read_text().splitlines()
    assert {line.split()[1] for line in sums} == published
    assert (out / f"{name}-changes.md").read_text() == "- bash 5.2-2 (was 5.2-1)\n"
    manifest = json.loads((out / f"{name}.rpi-imager-manifest").read_text())
    assert manifest["os_list"][0]["url"] == f"https://example.org/1.2.3/{name}.img.xz"
    with tarfile.open(out / f"{name}.update") as update:
        assert update.getnames() == ["manifest", "manifest.sig", "root.squashfs"]
    _verify(out / f"{name}.sha256", elsewhere / "key.pub", elsewhere)
    told = newest.understood((out / newest.NEWEST).read_bytes())
    assert (told.version, told.build, told.file) == ("v1.2.3", 5, f"{name}.update")
    assert told.sha256 == digest(out / told.file)
    signers = elsewhere / "signers"
    signers.write_text(f"release {(elsewhere / 'key.pub').read_text()}")
    signed = (out / newest.NEWEST).read_bytes(), (out / newest.SIGNATURE).read_bytes()
    assert is_signed(*signed, signers, newest.NAMESPACE)


def _verify(file: Path, public: Path, folder: Path) -> None:
    """Check a signature as image/README.md says."""
    kind, key, *_ = public.read_text().split()
    signers = folder / "allowed_signers"
    signers.write_text(f"han-appliance {kind} {key}\n")
    words = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "han-appliance", "-n", "han-appliance"]
    with file.open("rb") as text:
        subprocess.run([*words, "-s", f"{file}.sig"], stdin=text, check=True, capture_output=True)
