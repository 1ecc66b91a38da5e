"""Steps that say what they do, how long it took, and, when one fails, what failed and where to look.

A build is a chain of other people's programs. What they print goes to one log; the person at the keyboard sees a line
a step, and of a failure the last lines of the log.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

TAIL = 15


class BuildError(Exception):
    """A step did not succeed. The sentence says what is wrong, and the hint, if there is one, what may help."""

    def __init__(self, sentence: str, hint: str | None = None) -> None:
        super().__init__(sentence if hint is None else f"{sentence}; {hint}")


class Steps:
    """The steps of one build, and their log."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._begun = time.monotonic()
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("", encoding="utf-8")

    @contextmanager
    def step(self, sentence: str) -> Iterator[None]:
        """Say the sentence now, and after it the seconds it took."""
        print(f"image: {sentence} ...", end=" ", flush=True)
        self._write(f"\n=== {sentence}\n")
        begun = time.monotonic()
        try:
            yield
        except BaseException:
            print("failed", flush=True)
            raise
        print(f"{time.monotonic() - begun:.0f} s", flush=True)

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
        """Run a program, and return its standard output. Raises BuildError."""
        words = [str(word) for word in command]
        self._write(f"+ {' '.join(words)}\n")
        with self.log.open("ab") as log:
            done = subprocess.run(
                words, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, check=False
            )
            log.write(done.stdout)
        if done.returncode:
            raise BuildError(f"{words[0]} ended with exit code {done.returncode}", "its last words are above")
        return done.stdout.decode()

    def done(self, sentence: str) -> None:
        """Say the last line."""
        print(f"image: {sentence} ({time.monotonic() - self._begun:.0f} s in all)")

    def explain(self, failure: BuildError) -> int:
        """Say what failed. Return the exit code."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        print("\n".join(f"    {line}" for line in lines), file=sys.stderr)
        print(f"image: {failure}; the whole log is {self.log}, and the files beside it were left", file=sys.stderr)
        return 1

    def _write(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(text)


def key(*inputs: Path | str) -> str:
    """Return twelve characters that change when one of these files, folders or words does."""
    digest = sha256()
    for source in inputs:
        if isinstance(source, str):
            digest.update(source.encode())
            continue
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.name} {path.stat().st_mode & 0o111:o}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
