"""What a POST did, and how Sling says it: a page with known ids, or the same as JSON. Pure.

Source: sling-org-apache-sling-servlets-post, AbstractPostResponse and its two renderers.
"""

import html
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

from repository.paths import NodePath

_ROWS = (
    ("Status", "Status", "status.code"),
    ("Message", "Message", "status.message"),
    ("Location", "Location", "location"),
    ("ParentLocation", "Parent Location", "parentLocation"),
    ("Path", "Path", "path"),
    ("Referer", "Referer", "referer"),
)
_LINKS = frozenset({"location", "parentLocation", "referer"})


@dataclass
class Outcome:
    """`changes` are tuples like ("modified", path) or ("moved", from, to), in the order in which they were made."""

    path: NodePath
    referer: str = ""
    display_extension: str = ""
    created: bool = False
    status: int = 0
    message: str = ""
    error: str = ""
    changes: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, kind: str, *arguments: str) -> None:
        self.changes.append((kind, *arguments))

    def refuse(self, status: int, message: str, error: str = "") -> None:
        """`error` is the reason of an exception, for the JSON form."""
        self.status, self.message, self.error = status, message, error
        self.changes.clear()

    @property
    def code(self) -> int:
        return self.status or (HTTPStatus.CREATED if self.created else HTTPStatus.OK)

    @property
    def succeeded(self) -> bool:
        return 200 <= self.code < 300

    @property
    def location(self) -> str:
        return f"{self.path.href}{self._extension}"

    def properties(self) -> dict[str, str | int | bool]:
        return {
            "status.code": self.code,
            "status.message": self.message or HTTPStatus(self.code).phrase,
            "title": self._title(),
            "path": self.path,
            "location": self.location,
            "parentLocation": f"{self.path.parent.href}{self._extension}",
            "isCreate": self.created,
            "referer": self.referer,
        }

    def json(self) -> bytes:
        body: dict[str, object] = dict(self.properties())
        if self.error:
            body["error"] = {"class": self.error, "message": self.message}
        body["changes"] = [_change(*change) for change in self.changes]
        return orjson.dumps(body)

    def html(self) -> bytes:
        properties = {name: html.escape(_text(value)) for name, value in self.properties().items()}
        rows = [_row(anchor, label, name, properties[name]) for anchor, label, name in _ROWS]
        log = "".join(f"{html.escape(_call(*change))}<br/>" for change in self.changes)
        rows.append(f'<tr><td>ChangeLog</td><td><div id="ChangeLog"><pre>{log}</pre></div></td></tr>')
        title = properties["title"]
        head = f'<!DOCTYPE html>\n<html lang="en"><head><title>{title}</title></head><body>\n<main>\n<h1>{title}</h1>\n'
        table = f"<table><tbody>\n{chr(10).join(rows)}\n</tbody></table>\n"
        return f"{head}{table}{self._links(properties)}</main></body></html>\n".encode()

    def _title(self) -> str:
        if not self.succeeded:
            return f"Error while processing {self.path}"
        return f"Content {'created' if self.created else 'modified'} {self.path}"

    @property
    def _extension(self) -> str:
        return f".{self.display_extension.lstrip('.')}" if self.display_extension else ""

    def _links(self, properties: dict[str, str]) -> str:
        links = [("location", "Modified Resource"), ("parentLocation", "Parent of Modified Resource")]
        if self.referer.startswith(("http://", "https://")):
            links.insert(0, ("referer", "Go Back"))
        return "".join(f'<p><a href="{properties[name]}">{label}</a></p>\n' for name, label in links)


def _row(anchor: str, label: str, name: str, value: str) -> str:
    if name in _LINKS and value.startswith(("/", "http://", "https://")):
        return f'<tr><td>{label}</td><td><a href="{value}" id="{anchor}">{value}</a></td></tr>'
    return f'<tr><td>{label}</td><td><div id="{anchor}">{value}</div></td></tr>'


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _call(kind: str, *arguments: str) -> str:
    return f"{kind}({', '.join(f'{chr(34)}{argument}{chr(34)}' for argument in arguments)});"


def _change(kind: str, *arguments: str) -> dict[str, object]:
    return {"type": kind, "argument": arguments[0] if len(arguments) == 1 else list(arguments)}
