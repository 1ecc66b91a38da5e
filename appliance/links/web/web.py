"""The page as a link: its port, its certificate and its password."""

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Mapping, Sequence

from appliance.household.situation import Situation
from appliance.links.link import Context, Link, Task
from appliance.links.web.password import Password
from appliance.links.web.server import Request, Response, Server, listening_socket
from appliance.links.web.site import HEADERS, Site, Sources
from appliance.settings.model import WebSettings
from appliance.system.backoff import Backoff
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0


class Web(Link):
    """The appliance's page."""

    name = "web"

    def __init__(
        self, settings: WebSettings, hosts: Sequence[str], timebase: Timebase, context: Context, sources: Sources
    ) -> None:
        """Serve by these settings, under these names."""
        self._settings = settings
        self._timebase = timebase
        self._site = Site(settings, hosts, context, sources)
        self._password = None if settings.password is None else Password(settings.password)
        self._said = SayOnce(log)
        self._news = asyncio.Event()

    def show(self, situation: Situation) -> None:
        """Keep the situation for who asks."""
        self._site.situation = situation
        self._news.set()

    def apply(self, context: Context) -> None:
        """Speak by other words from now on."""
        self._site.context = context

    def tasks(self) -> Mapping[str, Task]:
        """Return the task that answers, and the one that wakes who watches."""
        return {self.name: self._run, "web's live part": self._tell}

    async def _run(self) -> None:
        """Answer; a port or a certificate that cannot be had is tried again."""
        own, backoff = self._settings, Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        if own.password is not None and own.certificate is None and not ipaddress.ip_address(own.address).is_loopback:
            log.warning("the page's password goes over the network as it is: give [web] a certificate")
        server = Server(self._site.answer, self._admits, own.connections)
        while True:
            try:
                context = await asyncio.to_thread(_context, own)
                listener = listening_socket(own.address, own.port or 0, own.interface)
            except (OSError, ValueError) as error:
                self._said.warn(f"no page on {own.address}, port {own.port}: {error}; it is tried again")
                await self._timebase.sleep(backoff.pause_s())
            else:
                with listener:
                    self._said.over("the page is there")
                    await server.serve(listener, context)

    async def _admits(self, request: Request) -> Response | None:
        refusal = await self._site.admits(request)
        if refusal is not None or self._password is None:
            return refusal
        if await self._password.allows(request.headers.get("authorization")):
            return None
        asks = HEADERS | {"www-authenticate": 'Basic realm="HAN", charset="UTF-8"', "content-type": "text/plain"}
        return Response(status=401, headers=asks, body=b"the page asks for a password\n")

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            async with self._site.news:
                self._site.news.notify_all()


def _context(settings: WebSettings) -> ssl.SSLContext | None:
    """Return what TLS goes by, if there is a certificate: in a thread, for it reads files. Raise OSError."""
    if settings.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.certificate, settings.certificate_key)
    return context
