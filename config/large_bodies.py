"""uvicorn's HTTP/1.1 protocol, for bodies of many megabytes.

uvicorn wakes the application for each read from the socket, a quarter of a megabyte at most, and copies what it read
four times on the way. Here it is copied once, into pieces of a megabyte.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PIECE = 1024 * 1024  # bytes that are gathered before the application gets them
MAX_READS = 1024  # of which a piece is made: a client that sends byte by byte must not cost a hundred times its bytes


class LargeBodyProtocol(HttpToolsProtocol):
    """Gathers bodies. One piece at most waits for the application: nothing more is read until it asks for that one."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reads: list[bytes] = []
        self._gathered = 0

    def on_body(self, body: bytes) -> None:
        self._reads.append(body)
        self._gathered += len(body)
        if self._gathered >= PIECE or len(self._reads) >= MAX_READS:
            self._hand_over()

    def on_message_complete(self) -> None:
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
