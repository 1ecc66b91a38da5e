r"""Octets as people write them down: in hex with whatever stands between and before, or in base64.

Whoever asks for help sends what his tool has printed: `7e a0 d2`, `0x7E, 0xA0`, `7E:A0:D2`, `\x7e\xa0`, each line
after a time stamp, a logger's words or an address, or a broker's base64. Nothing says which, so each is tried, and
what a reader makes of the octets decides: here they are only taken out of the text.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STAMPS = re.compile(
    r"""^\s*(?:
        [\[(]?(?:\d{4}-\d\d-\d\d|\d\d[./-]\d\d[./-]\d{4})?[T_,\ ]*      # 2026-01-15T17:00:00.123+01:00, [17:00:00]
            \d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?[\])]?(?:\s*[:|>=-]+)?(?=[\s\[])
        | \d+\.\d+(?=\s)                                                # 1700000000.25, 12.5
        | [0-9a-fA-F]{4,8}:(?=\s)                                       # an address, as xxd writes it
        | [0-9a-fA-F]{8}(?=\s\s[0-9a-fA-F]{2}\s)                        # and as hexdump does
    )\s*""",
    re.VERBOSE,
)
_TAGS = re.compile(r"^\s*(?:\[[^\]]*\]\s*)+:?(?=.*[0-9a-fA-F]{2})")
"""A logger's, such as [D][uart_debug:114], which octets follow."""
_AS_TEXT = re.compile(r"\s{2,}\S.{0,40}$|\s\|.*\|\s*$")
"""The octets once more as letters, which follow them after an address."""
_BETWEEN = re.compile(r"(?:\bb(?=['\"])|\\x|\b0x|[\s,;:|'\"\[\](){}<>_-])+", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-fA-F]+")
_FEWEST_OCTETS = 8
"""A run of hex among words that is shorter is a number, or a word such as "added"."""


@dataclass(frozen=True, slots=True)
class Dump:
    """Octets that were taken out of a text."""

    form: str
    """How they were written, in words."""
    pieces: tuple[bytes, ...]
    """Line by line."""

    @property
    def octets(self) -> bytes:
        """All of them, as one stream."""
        return b"".join(self.pieces)


def is_text(octets: bytes) -> bool:
    """Return whether octets are a text: a stream of frames never is one for long."""
    try:
        octets.decode()
    except UnicodeDecodeError as error:
        if error.end < len(octets):  # else the last letter is cut
            return False
    return bool(octets.strip()) and not _CONTROL.search(octets)


def dumps(text: bytes) -> Iterator[Dump]:
    """Yield what may be written in a text, the likeliest first."""
    lines = text.decode("utf-8-sig", "replace").splitlines()
    if in_hex := tuple(filter(None, map(_hex_of, lines))):
        yield Dump("hex digits", in_hex)
    bare = [_STAMPS.sub("", line).strip() for line in lines]
    if whole := _base64_of("".join(bare)):
        yield Dump("base64", (whole,))
    if in_base64 := tuple(filter(None, map(_base64_of, bare))):
        yield Dump("base64", in_base64)


def _hex_of(line: str) -> bytes:
    """Return the octets of a line in hex; empty when it holds none."""
    rest = _STAMPS.sub("", line)
    if rest != line:
        rest = _AS_TEXT.sub("", _STAMPS.sub("", rest))
    rest = _TAGS.sub("", rest)
    tokens = [token for token in _BETWEEN.split(rest) if token]
    digits = [token if _HEX.fullmatch(token) else None for token in tokens]
    if None not in digits:
        return _octets([token for token in digits if token is not None])
    runs: list[list[str]] = [[]]
    for token in digits:
        if token is None or len(token) % 2:
            runs.append([])
        else:
            runs[-1].append(token)
    found = max(map(_octets, runs), key=len)
    return found if len(found) >= _FEWEST_OCTETS else b""


def _octets(tokens: list[str]) -> bytes:
    """Return the octets of hex digits; a single digit among others is an octet whose 0 was left out."""
    if len(tokens) > 1 and max(map(len, tokens)) <= 2:
        tokens = [token.zfill(2) for token in tokens]
    digits = "".join(tokens)
    return bytes.fromhex(digits) if len(digits) % 2 == 0 else b""


def _base64_of(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True) if text else b""
    except (UnicodeEncodeError, binascii.Error):
        return b""
