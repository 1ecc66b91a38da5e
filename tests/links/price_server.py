"""A server on loopback that speaks the shape of hvakosterstrommen.no, on real sockets, and can do all of it wrong."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from appliance.household.hours import HOUR, OSLO
from appliance.household.spot import starts

Say = Callable[[socket.socket, str], None]
"""Answers a request for a path."""
EXR = 10.0


def told(day: date, kr: Callable[[int], float], *, parts: int = 1, currency: str = "NOK") -> list[dict[str, Any]]:
    """Return a day as the server tells it: `kr` gives the price of the hour, or quarter, of a number."""
    length = HOUR / parts
    begins = [start + place * length for start in starts(day) for place in range(parts)]
    return [
        {
            f"{currency}_per_kWh": kr(number),
            "EUR_per_kWh": kr(number) / EXR,
            "EXR": EXR,
            "time_start": begin.astimezone(OSLO).isoformat(),
            "time_end": (begin + length).astimezone(OSLO).isoformat(),
        }
        for number, begin in enumerate(begins)
    ]


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return an answer's octets."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


NOT_FOUND = answer(b"404", "404 Not Found")


class PriceServer:
    """Answers each GET as `say` does; what was asked for is in `paths`."""

    def __init__(self, say: Say | None = None, certificate: Path | None = None) -> None:
        self.paths: list[str] = []
        self.days: dict[str, bytes] = {}
        """What it has, by the path's end, such as 2026/11-26_NO1.json."""
        self.say = say or self._say
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.address = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        self._context = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def has(self, day: date, area: str = "NO1", kr: Callable[[int], float] = lambda hour: 1.0 + hour / 100) -> None:
        """Have the prices of a day from now on."""
        self.days[f"{day:%Y/%m-%d}_{area}.json"] = json.dumps(told(day, kr)).encode()

    def has_month(self, today: date, area: str = "NO1") -> None:
        """Have all days from two months ago up to today."""
        for back in range(62):
            self.has(today - timedelta(days=back), area)

    def asked(self) -> list[str]:
        """Return which days were asked for, in their order."""
        return [path.removeprefix("/api/v1/prices/") for path in self.paths]

    def close(self) -> None:
        """Be gone: whoever connects is refused from now on."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _say(self, client: socket.socket, path: str) -> None:
        body = self.days.get(path.removeprefix("/api/v1/prices/"))
        client.sendall(NOT_FOUND if body is None else answer(body))

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(client,), daemon=True).start()

    def _attend(self, client: socket.socket) -> None:
        try:
            if self._context is not None:
                client = self._context.wrap_socket(client, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                octets = client.recv(4096)
                if not octets:
                    return
                request += octets
            path = request.split()[1].decode()
            self.paths.append(path)
            self.say(client, path)
        except OSError:
            pass
        finally:
            client.close()
