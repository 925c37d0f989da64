"""One exchange as it was seen, before anything is made of it; plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

Headers = list[tuple[str, str]]


@dataclass
class Message:
    """One half: `kept` are the first bytes of the body, `size` is how many there were; headers with lowered names."""

    headers: Headers = field(default_factory=list)
    kept: bytes = b""
    size: int = 0

    def header(self, name: str) -> str:
        for known, value in self.headers:
            if known == name:
                return value
        return ""

    @property
    def is_whole(self) -> bool:
        return len(self.kept) == self.size

    @property
    def media_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass
class Captured:
    """`id` names it among those of its time; `sender_facts` is what the caller says of itself. Times in seconds."""

    id: str
    sender: str
    receiver: str
    method: str
    scheme: str
    host: str
    path: str
    query: str
    started: float
    request: Message
    response: Message = field(default_factory=Message)
    first_byte: float | None = None
    ended: float = 0.0
    status: int | None = None
    error: str = ""
    fault: str = ""
    sender_name: str = ""
    receiver_name: str = ""
    sender_facts: Mapping[str, str] = field(default_factory=dict)
    polls: list[tuple[float, float]] = field(default_factory=list)
    """Of a page of the journal: when its reader asked in vain before."""

    @property
    def url(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{self.path}{query}"

    def parameter(self, name: str) -> str:
        """Of the query, the first of that name."""
        start = f"{name}="
        for pair in self.query.split("&"):
            if pair.startswith(start):
                return unquote_plus(pair[len(start) :])
        return ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
