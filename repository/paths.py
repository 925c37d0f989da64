"""Paths and names of nodes: one parser for every text that names a node. Pure.

A `NodePath` is absolute and normal: NFC, no empty segment, no `.` or `..`. It is a `str`, so that it goes into SQL,
JSON and templates as it is; its constructor is the parser, so an invalid one cannot exist.

URLs write a path differently: percent-encoded, and with `_jcr_content` for `jcr:content` (a colon in a URL path is
trouble for relative links). `from_href` and `href` translate; a name that only looks like the written form gets
one more underscore, as FileVault does, so that the translation is lossless.
"""

import re
import unicodedata
from typing import Final, Self
from urllib.parse import quote, unquote_to_bytes

from repository.errors import InvalidName, InvalidPath
from repository.texts import _

MAX_NAME_LENGTH: Final = 255  # characters
MAX_PATH_BYTES: Final = 2048  # UTF-8; PostgreSQL indexes at most 2704

# Namespace prefixes that AEM registers; `_dc_title` in a URL means dc:title, `_my_photo` means itself.
_PREFIX_LIST = (
    "cq crx creativeCommons crs dam dc exif exifEX fpv granite Iptc4xmpCore Iptc4xmpExt jcr lr mix nt oak pdf pdfx"
    " photoshop plus rep sling slingevent social stEvt stRef sv tiff vlt xmp xmpBJ xmpDM xmpG xmpMM xmpNote"
    " xmpRights xmpTPg"
)
PREFIXES: Final = frozenset(_PREFIX_LIST.split())
_PREFIX_PATTERN = "|".join(sorted(PREFIXES))
_WRITTEN = re.compile(rf"(_*)_({_PREFIX_PATTERN})_")
_QUALIFIED = re.compile(rf"({_PREFIX_PATTERN}):(.+)", re.DOTALL)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What JCR forbids in a name, plus control characters: they survive neither XML nor a header.
_FORBIDDEN = re.compile(r"[/\[\]|*\x00-\x1f\x7f\ud800-\udfff]")
# `a:b` is a qualified name; more colons, or an empty half, are not.
_COLONS = re.compile(r"[^:]*|[^:\s]+:[^:]+")
_SIMPLE = re.compile(r"(?=[\w-])[\w.-]{1,100}(?::[\w.-]{1,100})?", re.ASCII)  # most names, quickly
_SAFE = "!$()*,=@~"  # not `;`, which begins a path parameter, nor `+ & '`, which careless readers mistake


class NodeName(str):
    """One segment of a path: any text without `/ [ ] | *` and control characters, a colon only after a prefix."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        name = unicodedata.normalize("NFC", text)
        _check_name(name)
        return str.__new__(cls, name)

    @classmethod
    def from_segment(cls, segment: str) -> Self:
        """From one decoded URL segment: `_jcr_content` is jcr:content, `__jcr_content` is _jcr_content."""
        written = _WRITTEN.match(segment)
        if not written or written.end() == len(segment):
            return cls(segment)
        if written[1]:
            return cls(segment[1:])
        return cls(f"{written[2]}:{segment[written.end() :]}")

    @property
    def segment(self) -> str:
        """As a URL writes it, before percent-encoding."""
        return _written(self)


class NodePath(str):
    """An absolute path, e.g. `/content/dam/x.jpg/jcr:content`; `/` is the root."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        path = unicodedata.normalize("NFC", text)
        _check_path(path)
        return str.__new__(cls, path)

    @classmethod
    def stored(cls, text: str) -> Self:
        """From the database, where only checked paths are."""
        return str.__new__(cls, text)

    @classmethod
    def from_url(cls, decoded: str) -> Self:
        """From the path of a URL that is percent-decoded (Django's `path_info`); a trailing slash is dropped."""
        segments = decoded.removesuffix("/").split("/")
        return cls("/".join([segments[0], *map(NodeName.from_segment, segments[1:])]) or "/")

    @classmethod
    def from_href(cls, encoded: str) -> Self:
        """From the path of a URL as it is on the wire, percent-decoding exactly once. `%2F` is refused."""
        if "%2f" in encoded.lower():
            raise InvalidPath(_("An encoded slash (%2F) cannot be part of a name"))
        if _PERCENT.search(encoded):
            raise InvalidPath(_("The path %(encoded)r has a percent sign that encodes nothing"), encoded=encoded)
        try:
            return cls.from_url(unquote_to_bytes(encoded).decode())
        except UnicodeError as err:
            raise InvalidPath(_("The path %(encoded)r is not UTF-8"), encoded=encoded) from err

    @property
    def href(self) -> str:
        """The URL path of the node, percent-encoded; `from_href` gives the same path back."""
        return "/".join(quote(_written(name), safe=_SAFE) for name in self.split("/"))

    @property
    def name(self) -> str:
        """The last segment; empty for the root."""
        return self.rpartition("/")[2]

    @property
    def parent(self) -> "NodePath":
        """The root is its own parent."""
        return NodePath.stored(self.rpartition("/")[0] or "/")

    @property
    def depth(self) -> int:
        """0 for the root, 2 for /content/dam."""
        return 0 if self == "/" else self.count("/")

    @property
    def ancestors(self) -> "list[NodePath]":
        """From the root down to the parent."""
        parts = self.split("/")[1:] if self != "/" else []
        return [NodePath.stored("/" + "/".join(parts[:count])) for count in range(len(parts))]

    def __truediv__(self, relative: str) -> "NodePath":
        """A descendant: `path / "x.jpg"`, `path / "jcr:content/metadata"`."""
        if _SIMPLE.fullmatch(relative):
            path = f"{self.removesuffix('/')}/{relative}"
            _check_length(path)
            return NodePath.stored(path)
        if relative.startswith("/"):
            raise InvalidPath(_("%(relative)r is not relative"), relative=relative)
        normal = unicodedata.normalize("NFC", relative)
        for name in normal.split("/"):
            _check_name(name)
        path = f"{self.removesuffix('/')}/{normal}"
        _check_length(path)
        return NodePath.stored(path)

    def is_under(self, other: "NodePath") -> bool:
        """Whether this is a strict descendant of `other`."""
        return self != other and (other == "/" or self.startswith(f"{other}/"))

    @property
    def below(self) -> tuple[str, str]:
        """The bounds `lower ≤ path < upper` of the strict descendants, compared byte by byte (`0` follows `/`)."""
        return ("/!", "0") if self == "/" else (f"{self}/", f"{self}0")

    def relative_to(self, ancestor: "NodePath") -> str:
        """`jcr:content/metadata` for the metadata of `ancestor`; empty for itself."""
        if self == ancestor:
            return ""
        if not self.is_under(ancestor):
            raise InvalidPath(_("%(path)s is not under %(ancestor)s"), path=self, ancestor=ancestor)
        return self[len(ancestor.removesuffix("/")) + 1 :]

    def moved(self, source: "NodePath", target: "NodePath") -> "NodePath":
        """Where this lies after `source`, an ancestor or itself, has become `target`."""
        relative = self.relative_to(source)
        return target / relative if relative else target


def _written(name: str) -> str:
    qualified = _QUALIFIED.fullmatch(name)
    if qualified:
        return f"_{qualified[1]}_{qualified[2]}"
    written = _WRITTEN.match(name)
    return f"_{name}" if written and written.end() < len(name) else name


def _check_name(name: str) -> None:
    if _SIMPLE.fullmatch(name):
        return
    if not name or name in {".", ".."}:
        raise InvalidName(_("%(name)r is not a name"), name=name)
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidName(
            _("A name has at most %(max_name_length)s characters, this one has %(length)s"),
            max_name_length=MAX_NAME_LENGTH,
            length=len(name),
        )
    forbidden = _FORBIDDEN.search(name)
    if forbidden:
        raise InvalidName(_("The name %(name)r contains %(found)r"), name=name, found=forbidden[0])
    if name != name.strip():
        raise InvalidName(_("The name %(name)r begins or ends with white space"), name=name)
    if not _COLONS.fullmatch(name):
        raise InvalidName(_("The name %(name)r has a colon that ends no namespace prefix"), name=name)


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        raise InvalidPath(_("The path %(path)r is not absolute"), path=path[:80])
    if path != "/":
        for name in path[1:].split("/"):
            _check_name(name)
    _check_length(path)


def _check_length(path: str) -> None:
    if len(path) * 4 > MAX_PATH_BYTES and len(path.encode()) > MAX_PATH_BYTES:
        raise InvalidPath(_("A path has at most %(max_path_bytes)s bytes"), max_path_bytes=MAX_PATH_BYTES)


ROOT: Final = NodePath("/")
CONTENT: Final = NodePath("/content")
DAM: Final = NodePath("/content/dam")
