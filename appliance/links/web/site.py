"""Which path is answered how, and who is answered at all.

All is read, but for one form that acknowledges where the settings allow it. A name in the Host header that is not this
machine's is turned away, as is a form from another page: a browser in the house can be made to ask by any page in the
world. There are no cookies, and nothing comes from elsewhere.
"""

import asyncio
import base64
import hmac
import secrets
import struct
import zlib
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from ipaddress import ip_address
from urllib.parse import parse_qs

import msgspec

from appliance.household.situation import Situation
from appliance.links import metrics, readings
from appliance.links.link import Context
from appliance.links.web.page import Extras, page, texts
from appliance.links.web.server import Request, Response
from appliance.settings.model import WebSettings
from appliance.words.words import Words

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # Not "no-referrer": a browser would say of the page's own form that it comes from nowhere.
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
WIDTH, HEIGHT = 128, 64
LIVE_S = 0.2
"""Between two pictures for a browser; a panel that does not change sends none."""
STILL_S = 15.0
"""After so long without a change a line is sent that says nothing: else nobody knows that the browser has gone."""
LONGEST_SPAN = timedelta(days=20 * 366)

_json = msgspec.json.Encoder().encode

Hours = Callable[[date, date, Words], Iterator[bytes]]
"""Yields a table's parts from a local day to another; it reads the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the rest comes from: what the page shows beside the situation."""

    glass: Callable[[], bytes]
    """What is on the panel: 128 x 64 pixels, eight in an octet, rows from the top."""
    lamps: Callable[[Situation], Mapping[str, str]]
    """What each of red, yellow and green does."""
    status: Callable[[Situation], bytes]
    """The local socket's answer."""
    settings: Callable[[], Sequence[tuple[str, str]]]
    hours: Hours | None = None
    """`None` keeps no history."""
    acknowledge: Callable[[], bool] | None = None
    appliance_id: Callable[[], str] = lambda: "han"


class Site:
    """The answers."""

    def __init__(self, settings: WebSettings, hosts: Sequence[str], context: Context, sources: Sources) -> None:
        """Answer to these names beside all addresses."""
        self._settings = settings
        self._hosts = {"localhost", *(host.lower() for host in hosts)}
        self._sources = sources
        self._token = secrets.token_urlsafe(24)
        self._page: tuple[object, bytes] | None = None
        self._picture = b"", b""
        self._moving: tuple[Situation, bytes, bytes] | None = None
        self._static = {
            f"/{name}": ((files("appliance.links.web") / name).read_bytes(), kind)
            for name, kind in (("style.css", "text/css; charset=utf-8"), ("live.js", "text/javascript; charset=utf-8"))
        }
        self.context = context
        self.situation: Situation | None = None
        self.news = asyncio.Condition()

    async def admits(self, request: Request) -> Response | None:
        """Return why a request is turned away; `None` when it is not."""
        host = request.headers.get("host", "")
        if not self._is_ours(host):
            return _refused(421, "this is not the name of this machine; see [web] host in the settings")
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return _refused(403, "a page from elsewhere may not ask")
        return None

    async def answer(self, request: Request) -> Response:
        """Return the answer to a request that was admitted."""
        situation = self.situation
        if situation is None:
            return _refused(503, "the appliance is just starting; try again")
        if request.method == "POST" and request.path == "/acknowledge":
            return self._acknowledge(request)
        if request.method not in ("GET", "HEAD"):
            return _refused(405, "this is only to be read", {"allow": "GET, HEAD"})
        if (static := self._static.get(request.path)) is not None:
            return _found(static[0], static[1], {"cache-control": "max-age=3600"})
        match request.path:
            case "/":
                return _found(self._page_of(situation), "text/html; charset=utf-8")
            case "/glass.png":
                return _found(self._picture_of(self._sources.glass()), "image/png")
            case "/live":
                return Response(headers=HEADERS | {"content-type": "text/event-stream"}, parts=self._live())
            case "/metrics":
                return _found(metrics.metrics(situation).encode(), metrics.CONTENT_TYPE)
            case "/status.json":
                return _found(self._sources.status(situation), "application/json")
            case "/data.json":
                reading = readings.short(situation)
                if reading is None:
                    return _refused(503, "the power is not known now")
                return _found(_json(reading), "application/json")
            case "/api" if self._settings.homewizard:
                return _found(_json(readings.homewizard_device(self._sources.appliance_id())), "application/json")
            case "/api/v1/data" if self._settings.homewizard:
                return _found(_json(readings.homewizard(situation)), "application/json")
            case "/hours.csv" if self._sources.hours is not None:
                return self._csv(request.query, self._sources.hours)
        return _refused(404, "there is nothing here")

    def _page_of(self, situation: Situation) -> bytes:
        """Return the page: made at most once a list and minute, for however many ask."""
        lamps = self._sources.lamps(situation)
        local = situation.local_time
        made_of = (
            situation.line.readings,
            None if local is None else local.replace(second=0, microsecond=0),
            situation.signal,
            tuple((alarm.rule, alarm.level, alarm.acknowledged) for alarm in situation.alarms),
            situation.past_alarms,
            situation.health.faults,
            self.context,
            tuple(lamps.items()),
        )
        if self._page is None or self._page[0] != made_of:
            extras = Extras(
                lamps=lamps,
                settings=self._sources.settings(),
                has_hours=self._sources.hours is not None,
                token=self._token if self._sources.acknowledge is not None else None,
            )
            self._page = made_of, page(situation, self.context.words, extras).encode()
        return self._page[1]

    def _picture_of(self, glass: bytes) -> bytes:
        """Return the panel's pixels as PNG: made once, for however many ask."""
        if self._picture[0] != glass:
            self._picture = glass, png(glass)
        return self._picture[1]

    async def _live(self) -> AsyncGenerator[bytes, None]:
        """Yield what changes on the panel, as server-sent events."""
        told = b""
        while True:
            if self.situation is not None and (now := self._now(self.situation)) != told:
                told = now
                yield b"data: " + now + b"\n\n"
            try:
                async with asyncio.timeout(STILL_S), self.news:
                    await self.news.wait()
            except TimeoutError:
                yield b":\n\n"
            await asyncio.sleep(LIVE_S)

    def _now(self, situation: Situation) -> bytes:
        """Return what moves on the page: made once, for however many watch."""
        glass = self._sources.glass()
        if self._moving is None or self._moving[0] is not situation or self._moving[1] != glass:
            told = {
                "glass": base64.b64encode(glass).decode(),
                "lamps": self._sources.lamps(situation),
                "texts": texts(situation, self.context.words),
            }
            self._moving = situation, glass, _json(told)
        return self._moving[2]

    def _acknowledge(self, request: Request) -> Response:
        if self._sources.acknowledge is None:
            return _refused(403, "the settings do not allow it: see [web] acknowledge")
        given = parse_qs(request.body.decode("ascii", "replace"), max_num_fields=4).get("token", [""])[0]
        if request.headers.get("origin") is None or not hmac.compare_digest(given.encode(), self._token.encode()):
            return _refused(403, "this form is not the page's own; load it again")
        self._sources.acknowledge()
        self._page = None
        return Response(status=303, headers=HEADERS | {"location": "/"})

    def _csv(self, query: str, hours: Hours) -> Response:
        try:
            given = parse_qs(query, max_num_fields=4)
            first, last = (date.fromisoformat(given[name][0]) for name in ("from", "to"))
        except (KeyError, ValueError):
            return _refused(400, "say from which day to which, such as ?from=2026-11-01&to=2026-11-30")
        if not timedelta() <= last - first <= LONGEST_SPAN or first.year < 2000:
            return _refused(400, "the last day must not be before the first, nor decades after it")
        name = f"hours-{first}-{last}.csv"
        return Response(
            headers=HEADERS
            | {"content-type": "text/csv; charset=utf-8", "content-disposition": f'attachment; filename="{name}"'},
            parts=_parts(hours(first, last, self.context.words)),
        )

    def _is_ours(self, host: str) -> bool:
        """Return whether a Host header names this machine: by its name, or an address, which nobody can bend to it."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and not host.endswith("]") else host
        if name.lower().rstrip(".") in self._hosts:
            return True
        try:
            ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


def png(octets: bytes) -> bytes:
    """Return a picture of the panel's pixels as PNG (ISO/IEC 15948): two colours, one bit each."""
    rows = b"".join(b"\0" + octets[row : row + WIDTH // 8] for row in range(0, len(octets), WIDTH // 8))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 3, 0, 0, 0)
    colours = bytes((5, 8, 10, 191, 230, 255))
    chunks = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


async def _parts(lines: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield parts that are read in a thread."""
    while part := await asyncio.to_thread(lambda: next(lines, b"")):
        yield part


def _found(body: bytes, kind: str, more: Mapping[str, str] | None = None) -> Response:
    return Response(headers=HEADERS | {"content-type": kind} | dict(more or {}), body=body)


def _refused(status: int, sentence: str, more: Mapping[str, str] | None = None) -> Response:
    headers = HEADERS | {"content-type": "text/plain; charset=utf-8"} | dict(more or {})
    return Response(status=status, headers=headers, body=f"{sentence}\n".encode())
