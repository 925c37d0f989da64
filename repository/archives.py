"""What an archive of assets and folders holds: which files, under which names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from os.path import commonpath
from typing import Final

from django.db import connection

from repository.paths import NodePath
from repository.profiles import ORIGINAL
from repository.tree import BinaryRef

MAX_FILES: Final = 50_000
_FILE = re.compile(r"(?P<asset>/.+)/jcr:content/renditions/(?P<rendition>[^/]+)/jcr:content", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """A file of the archive; the name of an original is its asset's path below what all have in common."""

    name: str
    binary: BinaryRef
    is_original: bool


def entries(paths: Sequence[NodePath]) -> list[Entry]:
    """Originals and renditions of these assets, and of all assets in these folders; at most MAX_FILES + 1.

    A path that does not exist has none.
    """
    base = commonpath([path.parent for path in paths]) if paths else "/"
    found: dict[str, Entry] = {}
    for path in paths:
        for entry in _entries_at(path, base.rstrip("/") + "/"):
            found[entry.name] = entry
            if len(found) > MAX_FILES:
                return list(found.values())
    return list(found.values())


def _entries_at(path: NodePath, base: str) -> Iterator[Entry]:
    for stored, binary in _files(path):
        match = _FILE.fullmatch(stored)
        if match is None:
            continue
        name, rendition = match["asset"].removeprefix(base), match["rendition"]
        is_original = rendition == ORIGINAL
        yield Entry(name if is_original else f"{name}.renditions/{rendition}", binary, is_original)


def _files(path: NodePath) -> Iterable[tuple[str, BinaryRef]]:
    lower, upper = path.below
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.path, b.id, b.container, b.blob, b.size, b.mime_type, b.sha1 FROM repository_node n"
            " JOIN repository_binary b ON b.id = n.binary_id WHERE n.path >= %s AND n.path < %s"
            " ORDER BY n.path LIMIT %s",
            [lower, upper, MAX_FILES + 1],
        )
        return [(row[0], BinaryRef(*row[1:])) for row in cursor.fetchall()]
