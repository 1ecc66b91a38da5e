"""A root's shell on the test's own console, for what can only be seen from within.

The line carries the kernel's words, the shell's prompt and an echo of what is typed, all mixed. So what a command says
is taken from between two marks, which are typed in halves: their echo does not look like them.
"""

import asyncio
import itertools

_AGAIN_S = 1.0


class NoAnswerError(Exception):
    """The shell did not answer in time; one sentence."""


class Console:
    """The console of one machine, from its power on."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._heard = ""
        self._more = asyncio.Event()
        self._numbers = itertools.count(1)

    async def listen(self) -> None:
        """Hear all that is said, until cancelled or the machine ends."""
        while octets := await self._reader.read(4096):
            self._heard += octets.decode("utf-8", errors="replace").replace("\r", "")
            self._more.set()

    @property
    def heard(self) -> str:
        """All that was said so far."""
        return self._heard

    async def awake(self) -> None:
        """Wait for the shell: what is typed before there is one is lost."""
        while "<<awake>>" not in self._heard:
            self._writer.write(b"echo '<<''awake>>'\n")
            await asyncio.sleep(_AGAIN_S)

    async def ask(self, command: str, within_s: float = 120.0) -> str:
        """Run one line of shell, and return what it says on either output. Raises NoAnswerError."""
        number = next(self._numbers)
        begin, end = f"<<{number}>>\n", f"\n<</{number}>>"
        typed = f"echo '<<''{number}>>'; {{ {command}\n}} 2>&1; echo; echo '<</''{number}>>'\n"
        try:
            async with asyncio.timeout(within_s):
                await self.awake()
                self._writer.write(typed.encode())
                while end not in self._heard:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            last = self._heard.strip().splitlines()[-1:] or ["nothing"]
            raise NoAnswerError(f"no answer to '{command}' within {within_s:.0f} s; last heard: {last[0]}") from None
        return self._heard.partition(begin)[2].partition(end)[0].strip("\n")
