"""A log that says a thing once, however long it lasts."""

import logging


class SayOnce:
    """Logs a sentence when it is another than the last one."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._last = ""

    @property
    def pending(self) -> bool:
        """Whether something was said that is not over yet."""
        return self._last != ""

    def is_news(self, sentence: str) -> bool:
        """Remember a sentence. Return whether it is another than the last one; nothing is logged."""
        before, self._last = self._last, sentence
        return sentence != before

    def warn(self, sentence: str) -> None:
        """Log a sentence as a warning, unless it is the last one again."""
        if self.is_news(sentence):
            self._log.warning("%s", sentence)

    def over(self, sentence: str = "") -> None:
        """Forget the last sentence; log that it is over, if something was said and there are words for it."""
        if self._last and sentence:
            self._log.warning("%s", sentence)
        self._last = ""
