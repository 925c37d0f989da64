"""uvicorn's HTTP/1.1 protocol, for bodies of many megabytes.

uvicorn wakes the application for each read from the socket, a quarter of a megabyte at most, and copies what it read
four times on the way. Here it is copied once, into pieces of a megabyte.

A client may offer to go on with another protocol, as Java's does with HTTP/2 in each request, and Apache's with TLS.
uvicorn's parser then takes the request for one without a body, and its body for the next request, which is none. So
such an offer is not shown to it; that of a web socket, which is taken, is.
"""

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PIECE = 1024 * 1024  # bytes that are gathered before the application gets them
OFFER = re.compile(rb"\r\n(?=upgrade:(?![ \t]*websocket))", re.IGNORECASE)
MAX_READS = 1024  # of which a piece is made: a client that sends byte by byte must not cost a hundred times its bytes


class LargeBodyProtocol(HttpToolsProtocol):
    """Gathers bodies. One piece at most waits for the application: nothing more is read until it asks for that one."""

    _is_at_head = True

    def data_received(self, data: bytes) -> None:
        super().data_received(_without_offer(data) if self._is_at_head else data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reads: list[bytes] = []
        self._gathered = 0

    def on_headers_complete(self) -> None:
        self._is_at_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._reads.append(body)
        self._gathered += len(body)
        if self._gathered >= PIECE or len(self._reads) >= MAX_READS:
            self._hand_over()

    def on_message_complete(self) -> None:
        self._is_at_head = True
        self._hand_over()
        super().on_message_complete()

    def _hand_over(self) -> None:
        if not self._reads:
            return  # nothing came; a request for a socket has no cycle, either
        piece, self._reads, self._gathered = b"".join(self._reads), [], 0
        if not piece:  # there is not even a cycle where a socket of another protocol begins
            return
        if self.cycle.body or self.cycle.response_complete:
            super().on_body(piece)
        else:
            self.cycle.body = piece  # type: ignore[assignment]  # bytes: its own bytearray would be copied once more
            if len(piece) >= PIECE:
                self.flow.pause_reading()
            self.cycle.message_event.set()


def _without_offer(data: bytes) -> bytes:
    """With the header of an offer under another name."""
    head = data.find(b"\r\n\r\n")
    found = OFFER.search(data, 0, head if head >= 0 else len(data))
    return data if found is None else b"%bx-offered-%b" % (data[: found.end()], data[found.end() :])
