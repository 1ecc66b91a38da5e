"""One password, asked for by HTTP Basic (RFC 7617); any name goes with it.

Checking a guess is meant to be slow, so it is done in a thread, one at a time. A header that was right once is known
again by a keyed digest; the key lives as long as the process.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets

PAUSE_S = 1.0
"""After a wrong one."""


class Password:
    """The password of the page."""

    def __init__(self, password: str) -> None:
        self._salt, self._key = secrets.token_bytes(16), secrets.token_bytes(32)
        self._wanted = self._hashed(password.encode())
        self._right: bytes | None = None
        self._turn = asyncio.Lock()

    async def allows(self, header: str | None) -> bool:
        """Return whether an Authorization header has it."""
        if header is None:
            return False
        digest = hashlib.blake2b(header.encode("latin-1", "replace"), key=self._key).digest()
        if self._right is not None and hmac.compare_digest(digest, self._right):
            return True
        async with self._turn:
            if await asyncio.to_thread(self._fits, header):
                self._right = digest
                return True
            await asyncio.sleep(PAUSE_S)
        return False

    def _fits(self, header: str) -> bool:
        kind, _, encoded = header.partition(" ")
        try:
            _, mark, guess = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        except (binascii.Error, ValueError):
            return False
        return kind.lower() == "basic" and bool(mark) and hmac.compare_digest(self._hashed(guess[:256]), self._wanted)

    def _hashed(self, password: bytes) -> bytes:
        return hashlib.scrypt(password, salt=self._salt, n=4096, r=8, p=1)
