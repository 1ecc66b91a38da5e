"""Debian's Chromium, driven over its own pipe (Chrome DevTools Protocol): pictures, keys, and what scripts find."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
CAP_S = 60.0


def axe() -> str:
    """Return axe-core's script."""
    found = find_spec("axe_core_python")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


class Browser:
    """One headless browser with one page."""

    def __init__(self, folder: Path) -> None:
        assert CHROMIUM is not None
        down_read, self._down = os.pipe()
        self._up, up_write = os.pipe()
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        # The pipe is descriptors 3 and 4; descriptors in between may be anybody's, so a shell puts them there.
        script = f'exec "$0" "$@" 3<&{down_read} 4>&{up_write}'
        self._process = subprocess.Popen(
            ["bash", "-c", script, CHROMIUM, *arguments, "--remote-debugging-pipe", f"--user-data-dir={folder}"],
            pass_fds=(down_read, up_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(down_read)
        os.close(up_write)
        self._number = 0
        self._kept = b""
        self._session: str | None = None

    async def open(self, address: str, *, width: int = 900, dark: bool = False) -> None:
        """Open a page, and wait until it is there."""
        if self._session is None:
            target = await self.do("Target.createTarget", url="about:blank")
            attached = await self.do("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            self._session = attached["sessionId"]
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.do("Emulation.setEmulatedMedia", features=scheme)
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.do("Emulation.setDeviceMetricsOverride", **size)
        await self.do("Page.navigate", url=address)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def do(self, method: str, **parameters: Any) -> Any:
        """Return what a method of the protocol answers."""
        return await asyncio.wait_for(asyncio.to_thread(self._do, method, parameters), CAP_S)

    def _do(self, method: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._down, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._kept:
                octets = os.read(self._up, 65_536)
                assert octets, "the browser has ended"
                self._kept += octets
            told, _, self._kept = self._kept.partition(b"\0")
            answer = json.loads(told)
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    async def run(self, script: str) -> Any:
        """Return what a script makes."""
        answer = await self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until a script says true."""
        async with asyncio.timeout(CAP_S):
            while not await self.run(script):  # noqa: ASYNC110 - nothing tells of what a browser does
                await asyncio.sleep(0.05)

    async def press(self, key: str) -> None:
        """Press a key."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            await self.do(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key], **more
            )

    async def picture(self, path: Path) -> None:
        """Write a picture of the whole page."""
        shot = await self.do("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._down)
        os.close(self._up)


KEYS = {"Tab": 9, "Enter": 13}
