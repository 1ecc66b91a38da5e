"""The page in a real browser: without a violation of axe-core's rules, by keyboard, in pictures, and live.

With HAN_PICTURES=FOLDER the pictures are kept there, to be looked at.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.simulation import examples
from tests.links.browser import Browser, axe, needs_chromium
from tests.links.served import Served
from tests.links.test_web import examples_of_an_alarm
from tests.share import some

pytestmark = needs_chromium
ALARMED = replace(examples.CALM, **examples_of_an_alarm())


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(tmp_path / "browser")
    yield made
    made.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("HAN_PICTURES", tmp_path))
    folder.mkdir(exist_ok=True)
    return folder


LOOKS = ((360, False), (900, False), (900, True), (360, True))
"""Width in pixels, and whether it is dark."""


async def test_it_looks_right_and_breaks_no_rule_of_axe(browser, pictures):
    rules = axe()
    for language in ("nb", "nn", "en", "sv"):
        served = Served(situation=ALARMED, language=language, settings={"acknowledge": True})
        async with served.serving():
            # Light and dark are the same in all languages, and words are tightest on a phone.
            for width, dark in LOOKS if language == "nb" or "HAN_PICTURES" in os.environ else some(LOOKS, len(LOOKS)):
                await browser.open(f"http://127.0.0.1:{served.port}/", width=width, dark=dark)
                await browser.run("document.querySelector('details').open = true; 1")
                await browser.until("document.getElementById('live') !== null")
                await browser.run(rules + "; 1")
                found: Any = await browser.run("axe.run().then((found) => found.violations)")
                assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]
                wide = await browser.run("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, f"{language}, {width} px: wider than the window"
                await browser.run("document.querySelector('details').open = false; 1")
                look = "dark" if dark else "light"
                await browser.picture(pictures / f"page-{language}-{width}-{look}.png")


async def test_all_that_can_be_done_can_be_done_by_keyboard(browser):
    served = Served(situation=ALARMED, settings={"acknowledge": True})
    async with served.serving():
        await browser.open(f"http://127.0.0.1:{served.port}/")
        walked = []
        for _ in range(14):
            await browser.press("Tab")
            walked.append(await browser.run("(document.activeElement.name || document.activeElement.tagName)"))
        assert [name for place, name in enumerate(walked) if name not in walked[:place]][:5] == [
            "BUTTON",
            "from",
            "to",
            "SUMMARY",
            "BODY",
        ]
        await browser.run("document.querySelector('form[method=post] button').focus(); 1")
        await browser.press("Enter")
        async with asyncio.timeout(60):
            while not served.acknowledged:  # noqa: ASYNC110 - nothing tells of what a browser does
                await asyncio.sleep(0.05)
        await browser.until("document.readyState === 'complete' && location.pathname === '/'")
    assert served.acknowledged == 1


PIXELS = """(() => {
  const data = document.getElementById("live").getContext("2d").getImageData(0, 0, 128, 64).data;
  return Array.from({length: 128 * 64}, (_, place) => (data[4 * place] > 100 ? 1 : 0)).join("");
})()"""


async def test_its_pixels_are_the_panel_s_as_they_change(browser):
    served = Served()
    async with served.serving():
        await browser.open(f"http://127.0.0.1:{served.port}/")
        await browser.until("document.getElementById('live') !== null")
        for turned in (False, True):
            if turned:
                served.glass = bytes(octet ^ 0xA5 for octet in served.glass)
                served.web.show(replace(examples.CALM, power_import_w=1.0))
            wanted = "".join(f"{octet:08b}" for octet in served.glass)
            await browser.until(f"{PIXELS} === '{wanted}'")


async def test_it_is_complete_without_scripts(browser):
    served = Served()
    async with served.serving():
        await browser.open(f"http://127.0.0.1:{served.port}/nothing")
        await browser.do("Emulation.setScriptExecutionDisabled", value=True)
        await browser.open(f"http://127.0.0.1:{served.port}/")
        await browser.do("Emulation.setScriptExecutionDisabled", value=False)
        assert await browser.run("document.getElementById('glass').naturalWidth") == 128
        assert await browser.run("document.querySelectorAll('svg rect').length") > 20
