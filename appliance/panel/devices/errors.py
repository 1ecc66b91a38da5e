"""What can be wrong with the panel's devices, as sentences for the person at the keyboard.

Each message says what was tried, the likely cause and what to do. The caller shows the message and goes on
without the device; a traceback would say less.
"""


class DisplayError(Exception):
    """The display cannot be opened or written."""


class PinError(Exception):
    """A pin cannot be had; one sentence."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence
