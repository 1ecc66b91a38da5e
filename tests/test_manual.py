"""The front page and the manual: safety first, every link and name alive, the arrows as they are tested."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import appliance
from tests.test_rooms import HOUSEHOLD_VALUES, MAY_IMPORT

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "appliance" / "docs"
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "README.nb.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / name / "README.md" for name in ("appliance", "hardware", "image")),
        *DOCS.glob("*.md"),
    ]
)


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", without_code(page.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        place, _, heading = target.partition("#")
        if place.startswith("https://"):
            continue
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or (heading and heading not in anchors(file)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_is_there(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](#one-two) [b](page.md#one-two) [c](#three) [d](none.md) ![e](none.png)\n")

    assert list(dead_links(page)) == ["#three", "none.md", "none.png"]


def test_the_front_page_is_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize(
    ("word", "line"),
    [
        (
            "han-appliance demo",
            "python3 -m venv .venv && .venv/bin/pip install -q -e '.[demo]' && .venv/bin/han-appliance demo",
        ),
        (
            "pytest",
            "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -n 4 --dist loadscope",
        ),
    ],
)
def test_the_first_line_with_demo_and_with_pytest_sets_everything_up(word: str, line: str) -> None:
    assert next(found.strip() for found in README.splitlines() if word in found) == line


def test_the_safety_sentence_stands_in_bold_before_the_wiring() -> None:
    before, _, _ = README.partition("[wire it")
    bold = " ".join(re.findall(r"\*\*(.+?)\*\*", before.replace("\n", " ")))
    told = re.sub(r" +", " ", bold)

    for rule in ("is not Ethernet", "PoE injector", "never from 5 V", "at most 3.4 V", "Never open seals or covers"):
        assert rule in told


def test_every_page_of_the_manual_is_in_its_contents() -> None:
    contents = (ROOT / "appliance" / "README.md").read_text(encoding="utf-8")

    assert [page.name for page in DOCS.glob("*.md") if f"(docs/{page.name})" not in contents] == []


def test_the_table_of_arrows_is_the_one_that_is_tested() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| (.+) \|$", ARCHITECTURE, flags=re.MULTILINE))
    shown = {
        room: {name for part in rows[room].replace("`", "").split(", ") for name in _spelt_out(part)}
        for room in MAY_IMPORT
    }

    assert shown == {room: set(names) for room, names in MAY_IMPORT.items()}


def _spelt_out(part: str) -> set[str]:
    return {"household values": HOUSEHOLD_VALUES, "nothing": set()}.get(part, {part})


def test_the_household_values_are_named_in_full() -> None:
    [paragraph] = re.findall(r"^\*Household values\* are (.+?)\. They", ARCHITECTURE, flags=re.MULTILINE | re.DOTALL)

    assert set(re.findall(r"`([\w.]+)`", paragraph)) == HOUSEHOLD_VALUES


def test_every_module_that_the_walks_name_is_there() -> None:
    package = Path(appliance.__file__).parent
    named = set(re.findall(r"`((?:\w+/)+\w+\.(?:py|txt))`", ARCHITECTURE))

    assert len(named) > 30
    assert [name for name in sorted(named) if not (package / name).exists() and not (ROOT / name).exists()] == []
