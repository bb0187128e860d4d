"""Holds requests in front of a server of NATS until several clients have sent theirs: then they race."""

from __future__ import annotations

import contextlib
import re
import socket
import threading

from node import BOUND


class Gate:
    """Requests with `subject` wait here until there are as many as `copies`, each on a connection of its own."""

    def __init__(self, port: int, subject: str, copies: int) -> None:
        self.port, self.subject, self.all_are_here = port, subject.encode(), threading.Barrier(copies)
        self.held: list[bytes] = []  # their bodies
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"nats://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            inside, outside = socket.create_connection(("127.0.0.1", self.port)), self.listener.accept()[0]
            for pair in ((inside, outside), (outside, inside)):
                threading.Thread(target=self.forward, args=pair, daemon=True).start()

    def forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if found := re.search(rb"^H?PUB \S*" + re.escape(self.subject) + rb".*\r\n(\{.*\})\r\n", data, re.M):
                    self.held.append(found[1])
                    self.all_are_here.wait(BOUND)
                target.sendall(data)
        for one in (source, target):
            one.close()
