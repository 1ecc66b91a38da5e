"""No match of the panel has a case for all the rest, where what is new would be shown as something else."""

import ast
from pathlib import Path

import pytest

from appliance import panel

SOURCES = sorted(Path(panel.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_match_has_a_case_for_all_the_rest(path: Path) -> None:
    rest = [
        f"{path.name}:{case.pattern.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Match)
        for case in node.cases
        if isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
    ]

    assert not rest, f"name what is meant, or use if and elif for what has no end: {rest}"
