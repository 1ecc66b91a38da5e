"""image/release publishes no version of which the changelog says nothing; tried on a repository of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

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


def release(checkout: Path, changelog: str, tag: str | None) -> subprocess.CompletedProcess[str]:
    (checkout / "CHANGELOG.md").write_text(changelog)
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "A version")
    if tag is not None:
        git(checkout, "tag", tag)
    return subprocess.run([checkout / "image" / "release"], capture_output=True, text=True)


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
