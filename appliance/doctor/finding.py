"""One line of the doctor's report: what was looked at, how it is, and what to do.

Each check is by itself: one that fails for an unforeseen reason is a finding too, and the others go on. What cannot be
known is said to be unknown, and is no fault: a doctor who guesses sends people to change what was right.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from appliance.doctor.target import Target
from appliance.words.sentence import Sentence
from appliance.words.words import Words

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
NAMES: Mapping[str, str] = {
    name: name
    for name in (
        Sentence("board"),
        Sentence("settings"),
        Sentence("appliance"),
        Sentence("port"),
        Sentence("port holder"),
        Sentence("uart"),
        Sentence("console"),
        Sentence("display"),
        Sentence("pins"),
        Sentence("space"),
        Sentence("writes"),
        Sentence("clock"),
        Sentence("watchdog"),
        Sentence("temperature"),
        Sentence("supply"),
        Sentence("prices"),
        Sentence("line"),
    )
}
"""What each check looks at, in at most eleven characters in each language."""


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
        reason = " ".join(str(error).split()) or "-"
        says = Sentence("this check failed itself ({error})", error=f"{type(error).__name__}: {reason}")
        return Finding(name, Grade.FAULT, says, Sentence("report it"))


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the code of the worst of them: 0 fine, 1 a warning, 2 a fault."""
    return max((_EXIT_CODES[finding.grade] for finding in findings), default=0)


def as_text(finding: Finding, words: Words) -> str:
    """Return a line, and another with what to do."""
    name = words.tell(NAMES.get(finding.name, finding.name))
    line = f"{MARKS[finding.grade]} {name:{_INDENT - 2}}{words.tell(finding.says)}"
    return f"{line}\n{'':{_INDENT}}→ {words.tell(finding.advice)}" if finding.advice else line


def summary(findings: Iterable[Finding], words: Words) -> str:
    """Return the number of faults and warnings, in a line."""
    grades = [finding.grade for finding in findings]
    faults, warnings = grades.count(Grade.FAULT), grades.count(Grade.WARNING)
    if not faults and not warnings:
        return words.say("nothing wrong was found")
    of_faults = words.say("1 fault") if faults == 1 else words.say("{count} faults", count=faults)
    of_warnings = words.say("1 warning") if warnings == 1 else words.say("{count} warnings", count=warnings)
    return f"{of_faults}, {of_warnings}"


def as_values(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the report for JSON: `version`, `exit_code`, and `findings` with name, grade, says and advice.

    It is in English whatever the language, for programs that read it.
    """
    found = list(findings)
    rows = [asdict(finding) | {"grade": finding.grade.value} for finding in found]
    return {"version": VERSION, "exit_code": exit_code(found), "findings": rows}
