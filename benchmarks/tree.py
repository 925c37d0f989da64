"""The tree at a million nodes, on SQLite: import, a page of a folder, an asset by its path, rename, delete.

Assets of ten nodes, a thousand to a folder, made by the repository's own writer: checked, indexed, announced. Reads and
writes are measured at 10,000, 100,000 and a million nodes (`NODES` sets the last size); `ratios` say how much slower
they are in the largest tree than in the smallest. All are CPU seconds of the process, in which SQLite runs: what else
the machine does would show in any other clock.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import results

if TYPE_CHECKING:
    from repository.paths import NodePath
    from repository.tree import NodeSpec

NODES: Final = int(os.environ.get("NODES", "1000000"))
STEPS: Final = sorted({10_001, 100_000, max(NODES, 10_001)})
ASSETS_A_FOLDER: Final = 1_000
RENDITIONS: Final = ("original", "cq5dam.thumbnail.319.319.png", "cq5dam.web.1280.1280.jpeg")
ROUNDS: Final = 30
PAGE, ASSET, RENAME, CREATE, DELETE = "page of 100", "asset by path", "rename 10,000", "new asset", "delete 10,000"
FLAT: Final = {PAGE: 1.5, ASSET: 1.5}  # times the smallest tree, at most
RENAME_WITHIN: Final = 0.035  # seconds
IMPORT_WITHIN: Final = 10.0  # seconds for a million nodes


def main() -> None:
    folder = tempfile.mkdtemp(prefix="aemulator-tree-")
    try:
        _use(Path(folder))
        _measure_all(Path(folder))
    finally:
        shutil.rmtree(folder)


def _use(folder: Path) -> None:
    """A repository of its own in this process."""
    os.environ["AEMULATOR_DATA_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _measure_all(folder: Path) -> None:
    found: dict[int, dict[str, float]] = {}
    seconds, nodes = 0.0, 0
    for step in STEPS:
        began = time.process_time()
        nodes = _grow(nodes, step)
        seconds += time.process_time() - began
        found[nodes] = _measures()
    size = sum(file.stat().st_size for file in folder.glob("*.sqlite3*"))
    _report(found, seconds, nodes, size)


def _grow(nodes: int, until: int) -> int:
    """Folders of assets until there are so many nodes."""
    from repository import tree

    while nodes < until:
        count = min(ASSETS_A_FOLDER, -(-(until - nodes) // 10))
        children = {f"photo-{number:05}.jpg": _asset(number) for number in range(count)}
        tree.create(_path(f"folder-{nodes:08}"), "sling:Folder", children=children)
        nodes += 1 + count * 10
    return nodes


def _path(name: str) -> "NodePath":
    from repository.paths import NodePath

    return NodePath(f"/content/dam/{name}")


def _asset(number: int) -> "NodeSpec":
    from repository.tree import NodeSpec

    size = {"tiff:ImageWidth": 4000, "tiff:ImageLength": 3000, "dam:size": 2_000_000 + number}
    metadata = NodeSpec("nt:unstructured", {"dc:format": "image/jpeg", "dc:title": f"Photo {number}", **size})
    resource = NodeSpec("nt:resource", {"jcr:mimeType": "image/jpeg"})
    files = {name: NodeSpec("nt:file", children={"jcr:content": resource}) for name in RENDITIONS}
    below = {"metadata": metadata, "renditions": NodeSpec("nt:folder", children=files)}
    content = NodeSpec("dam:AssetContent", {"dam:assetState": "processed"}, children=below)
    return NodeSpec("dam:Asset", children={"jcr:content": content})


def _measures() -> dict[str, float]:
    """Seconds of each, the median of many; each leaves the tree as it was."""
    from repository import tree

    first, other, new = _path("folder-00000000"), _path("renamed"), _path("folder-00000000") / "new.jpg"
    photo = first / "photo-00500.jpg"

    def rename() -> None:
        tree.move(other if tree.exists(other) else first, first if tree.exists(other) else other)

    found = {
        PAGE: _median(lambda: tree.children(first, after=photo.name, limit=100)),
        ASSET: _median(lambda: tree.subtree(photo)),
        RENAME: _median(rename, rounds=6),
        CREATE: _median(
            lambda: tree.create(new, "dam:Asset", children=_asset(1).children), after=lambda: tree.delete(new)
        ),
    }
    doomed = _path("doomed")
    tree.copy(first, doomed)
    return {**found, DELETE: _median(lambda: tree.delete(doomed), rounds=1)}


def _median(work: Callable[[], object], *, rounds: int = ROUNDS, after: Callable[[], object] | None = None) -> float:
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
        if after:
            after()
    return statistics.median(taken)


def _report(found: dict[int, dict[str, float]], seconds: float, nodes: int, size: int) -> None:
    smallest, largest = found[min(found)], found[max(found)]
    ratios = {name: round(largest[name] / smallest[name], 2) for name in smallest}
    head = ("ms", *(f"{count:,} nodes" for count in found), "ratio")
    rows = [(name, *(f"{at[name] * 1000:.2f}" for at in found.values()), f"{ratios[name]:.2f}") for name in smallest]
    print(results.table(head, rows))
    print(
        f"\nimport of {nodes:,} nodes: {seconds:.1f} s ({seconds / nodes * 1e6:.0f} µs a node), {size / 2**20:.0f} MiB"
    )
    details: dict[str, object] = {"seconds": {str(count): at for count, at in found.items()}, "import": seconds}
    file = results.write("tree", ratios, {**details, "nodes": nodes, "bytes": size})
    targets = f"flat page and asset, rename {RENAME_WITHIN * 1000:.0f} ms, import {IMPORT_WITHIN:g} s a million"
    print(f"targets: {targets}; written to {file}")
    is_flat = all(ratios[name] <= limit for name, limit in FLAT.items())
    is_quick = largest[RENAME] <= RENAME_WITHIN and seconds <= IMPORT_WITHIN * nodes / 1_000_000
    sys.exit(0 if is_flat and is_quick else 1)


if __name__ == "__main__":
    main()
