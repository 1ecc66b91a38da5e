"""python3 image/testing/releases.py FOLDER: answers the one who connects, by HTTP, with the files of a folder.

QEMU's router starts it for each connection of the emulated Pi to one address of its network, with the connection in
place of standard input (QEMU, "Network emulation", `guestfwd` with `cmd`). So the Pi reaches these files, and no host.
It runs among the image's tools, which have the standard library only.
"""

import socket
import sys
from http.server import SimpleHTTPRequestHandler
from typing import Any


class Releases(SimpleHTTPRequestHandler):
    """One connection."""

    def log_message(self, *_words: Any) -> None:
        """Say nothing: standard error is the connection too."""


if __name__ == "__main__":
    # The handler asks its server for nothing but a name in the log.
    Releases(socket.socket(fileno=sys.stdin.fileno()), ("the Pi", 0), None, directory=sys.argv[1])  # type: ignore[arg-type]
