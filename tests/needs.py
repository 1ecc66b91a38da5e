"""Which of the drawings' programs are there."""

import pytest

from hardware.workshop import make


def needs_tool(name: str) -> pytest.MarkDecorator:
    """Skip a test where a program is missing; hardware/check, which fetches them all, skips none."""
    try:
        make.tool(name)
    except make.MissingToolError as missing:
        return pytest.mark.skip(reason=str(missing))
    return pytest.mark.skipif(False, reason="")
