"""One line of the doctor's report: what was looked at, how it is, and what to do.

Each check is by itself: one that fails for an unforeseen reason is a finding too, and the others go on. What cannot be
known is said to be unknown, and is no fault: a doctor who guesses sends people to change what was right.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from appliance.doctor.target import Target

VERSION = 1
"""Of the shape of `as_values`."""


class Grade(Enum):
    """How a thing is."""

    FINE = "fine"
    UNKNOWN = "unknown"
    """It cannot be known here, or does not matter here."""
    WARNING = "warning"
    FAULT = "fault"


MARKS = {Grade.FINE: "✓", Grade.UNKNOWN: "–", Grade.WARNING: "!", Grade.FAULT: "✗"}
_EXIT_CODES = {Grade.FINE: 0, Grade.UNKNOWN: 0, Grade.WARNING: 1, Grade.FAULT: 2}
_INDENT = 14


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is."""

    name: str
    grade: Grade
    says: str
    advice: str = ""
    """What to do; empty where there is nothing to do."""


Check = Callable[[Target], Finding]


def examine(name: str, check: Check, target: Target) -> Finding:
    """Return what a check finds; a fault called `name` when it fails itself."""
    try:
        return check(target)
    except Exception as error:  # whatever it is, the other checks are worth having
        reason = " ".join(str(error).split()) or "no reason given"
        return Finding(name, Grade.FAULT, f"this check failed itself ({type(error).__name__}: {reason})", "report it")


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the code of the worst of them: 0 fine, 1 a warning, 2 a fault."""
    return max((_EXIT_CODES[finding.grade] for finding in findings), default=0)


def as_text(finding: Finding) -> str:
    """Return a line, and another with what to do."""
    line = f"{MARKS[finding.grade]} {finding.name:{_INDENT - 2}}{finding.says}"
    return f"{line}\n{'':{_INDENT}}→ {finding.advice}" if finding.advice else line


def summary(findings: Iterable[Finding]) -> str:
    """Return the number of faults and warnings, in a line."""
    grades = [finding.grade for finding in findings]
    faults, warnings = grades.count(Grade.FAULT), grades.count(Grade.WARNING)
    if not faults and not warnings:
        return "nothing wrong was found"
    return f"{faults} fault{'' if faults == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"


def as_values(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the report for JSON: `version`, `exit_code`, and `findings` with name, grade, says and advice."""
    found = list(findings)
    rows = [asdict(finding) | {"grade": finding.grade.value} for finding in found]
    return {"version": VERSION, "exit_code": exit_code(found), "findings": rows}
