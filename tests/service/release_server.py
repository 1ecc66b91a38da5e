"""A web server with a folder of releases, on real sockets, that can break off, and know nothing of parts."""

import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class ReleaseServer:
    """Serves the files of a folder; what was asked for, and from which octet on, is in `asked`."""

    def __init__(self, folder: Path, certificate: Path | None = None) -> None:
        self.folder = folder
        self.asked: list[tuple[str, int]] = []
        self.breaks_off_after: int | None = None
        """So many octets of a bundle are sent, and the connection ends."""
        self.knows_parts = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"http{'s' if certificate else ''}://127.0.0.1:{self._server.server_address[1]}/releases"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Be gone."""
        self._server.shutdown()
        self._server.server_close()

    def bundles_asked(self) -> list[int]:
        """Return from which octet on bundles were asked for."""
        return [start for name, start in self.asked if name.endswith(".update")]


def _handler(server: ReleaseServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.removeprefix("/releases/")
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(found[1]) if found else 0
            server.asked.append((name, start))
            path = server.folder / name
            if "/" in name or not path.is_file():
                self.send_error(404)
                return
            octets = path.read_bytes()
            is_part = found is not None and server.knows_parts
            self.send_response(206 if is_part else 200)
            if is_part:
                self.send_header("Content-Range", f"bytes {start}-{len(octets) - 1}/{len(octets)}")
                octets = octets[start:]
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            if server.breaks_off_after is not None and name.endswith(".update"):
                octets = octets[: server.breaks_off_after]
                self.close_connection = True
            self.wfile.write(octets)

        def log_message(self, *_words: object) -> None:
            pass

    return Handler
