"""Why a frame gave no reading."""

from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why a frame gave no reading."""

    HEADER = "header check sequence"
    """The header check sequence is wrong: neither addresses nor length can be believed."""
    FRAME = "frame check sequence"
    """The header is right, and the octets up to the declared end are not."""
    LENGTH = "length"
    """The declared length is too short for the frame's own header."""
    CUT_OFF = "cut off"
    """The frame's end never came: a whole frame began within it, or the line ended."""
    NO_CLOSING_FLAG = "no closing flag"
    """Both check sequences are right, but no flag follows."""
    SEGMENTED = "segmented"
    """The segmentation bit is set: the list continues in frames that carry no number, so a lost one would go unseen."""
    NOT_A_NOTIFICATION = "not a data-notification"
    ENCRYPTED = "encrypted"
    """General-glo-ciphering: unreadable without the grid company's key."""
    WRONG_KEY = "encrypted, and the key does not fit"
    REPLAYED = "encrypted, and sent before"
    """The key fits, but the frame counter has not grown: somebody sends an old frame again."""
    BLOCK_TRANSFER = "general-block-transfer"
    """A part of a list that was cut in pieces, which no meter known to us needs on its HAN port."""
    MALFORMED = "malformed data"
    """The frame is intact, but its data contradict themselves or the standard."""
    UNKNOWN_LIST = "unknown list"
    """Intact data without codes in an order that no description known to us explains."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A frame that gave no reading: where it began in the stream, how many octets were judged, and why."""

    offset: int
    length: int
    reason: Reason
    maker: str | None = field(default=None, compare=False)
    """The known maker of a list that is not known, as far as its name or the frame's address tells."""
