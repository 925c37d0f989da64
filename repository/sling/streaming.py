"""Which bytes a URL of the tree stands for, and with which headers they go out.

A GET of an asset gives its original; of a file, its content; of `…/jcr:content` or `…/jcr:data`, the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from repository import names, values
from repository.paths import NodePath
from repository.tree import BinaryRef, TreeNode, get_many

ACCEPT_RANGES_FROM = 100 * 1024  # bytes; Sling announces ranges only beyond that, though it answers them always
DATA = "jcr:data"
ORIGINAL = "jcr:content/renditions/original/jcr:content"
# What a browser would run with the repository's own origin. `sandbox` without `allow-scripts` renders it dead.
_ACTIVE_TYPES = frozenset(
    ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "text/xsl")
)
_DEAD = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@dataclass(frozen=True)
class BinaryTarget:
    """`content` is the node that has the bytes, `binary` where they are."""

    name: str
    content: TreeNode
    binary: BinaryRef

    @property
    def mime_type(self) -> str:
        return self.content.text("jcr:mimeType") or self.binary.mime_type or names.mime_type(self.name)

    @property
    def etag(self) -> str:
        """A binary row never changes: its key names the bytes."""
        return f'"{self.binary.id:x}-{self.binary.size:x}"'

    @property
    def last_modified(self) -> datetime:
        return values.moment(self.content.properties.get("jcr:lastModified")) or datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def is_active(self) -> bool:
        """Whether a browser would run it."""
        return self.mime_type.partition(";")[0].strip().lower() in _ACTIVE_TYPES

    def headers(self) -> dict[str, str]:
        headers = {
            "content-type": _with_charset(self.mime_type),
            "last-modified": format_datetime(self.last_modified.astimezone(UTC), usegmt=True),
            "etag": self.etag,
            "cache-control": "private, no-cache",
            "x-content-type-options": "nosniff",
        }
        if self.is_active:
            headers["content-security-policy"] = _DEAD
        if self.binary.size > ACCEPT_RANGES_FROM:
            headers["accept-ranges"] = "bytes"
        return headers


def find(path: NodePath) -> BinaryTarget | None:
    """What a GET of the path streams, if anything."""
    found = get_many(_holders(path))
    for content in map(found.get, _holders(path)):
        if content and content.binary:
            return BinaryTarget(path.name, content, content.binary)
    return None


def _holders(path: NodePath) -> Iterator[NodePath]:
    """The nodes that may hold the bytes: the node itself, a file's content, an asset's original."""
    if path.name == DATA:
        yield path.parent
        return
    yield path
    for below in ("jcr:content", ORIGINAL):
        if len(path) + len(below) < 2000:
            yield path / below


def _with_charset(mime_type: str) -> str:
    """Texts are stored as they came, and nearly all are UTF-8; a browser would guess Latin-1."""
    return f"{mime_type};charset=utf-8" if mime_type.startswith("text/") and ";" not in mime_type else mime_type
