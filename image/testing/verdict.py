"""What must hold, said in a sentence each, with what was seen; and what did not hold, kept for the end.

A check is a small function whose docstring is the sentence; it gives back what it saw, or raises `NotSoError` with it.
One that fails does not end the run: the next ones may tell why.
"""

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from image.testing.console import NoAnswerError
from image.testing.tools import ToolError

T = TypeVar("T")


class NotSoError(Exception):
    """A sentence does not hold; what was seen instead."""


class Verdict:
    """The account of one run, printed as it comes."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.passed = 0
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line that is no check: what happens now, or a figure."""
        print(f"{time.monotonic() - self._began:5.0f} s  {text}", flush=True)

    async def check(self, subject: T, *checks: Callable[[T], Awaitable[str]]) -> bool:
        """Make these checks in turn. Return whether all of them hold."""
        return all([self._account(check, await _seen(check(subject))) for check in checks])

    def _account(self, check: Callable[[T], Awaitable[str]], seen: tuple[bool, str]) -> bool:
        holds, saw = seen
        sentence = (inspect.getdoc(check) or check.__name__).partition("\n")[0]
        self.say(f"{'ok      ' if holds else 'FAILED  '}{sentence} [{saw}]")
        if holds:
            self.passed += 1
        else:
            self.failed.append(sentence)
        return holds


async def _seen(check: Awaitable[str]) -> tuple[bool, str]:
    try:
        return True, await check
    except (NotSoError, NoAnswerError, ToolError, ConnectionError) as trouble:
        return False, str(trouble)
