"""One contestant of the engine benchmark in a process of its own, so that CPU time and memory are its own.

`python -m benchmarks.engine_contestants NAME FILE OUT REPEATS` makes the standard set of FILE in OUT, then again and
again, and prints a JSON line: CPU seconds a set, and the peak of resident memory in bytes.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("VIPS_CONCURRENCY", "1")

SET: dict[str, tuple[int, int]] = {
    "2048.jpeg": (2048, 2048),
    "1280.jpeg": (1280, 1280),
    "319.png": (319, 319),
    "140.png": (140, 100),
    "48.png": (48, 48),
}
JPEG_QUALITY = 85
Make = Callable[[Path], dict[str, bytes]]


def aemulator(use_vips: bool) -> Make:
    """The engine as the core workers call it, without transfers."""
    from compute.engine.engine import Engine
    from compute.engine.limits import Limits
    from compute.engine.rendition import Rendition
    from compute.engine.source import Source

    class Silence:
        def at(self, stage: str, indexes: list[int]) -> None: ...

        def beat(self) -> None: ...

    class Nowhere:
        def fetch(self, url: str, limit: int) -> bytes:
            raise NotImplementedError

        def save(self, url: str, path: Path, progress: Callable[[], None]) -> int:
            raise NotImplementedError

    engine = Engine(Limits(use_vips=use_vips), Nowhere(), Silence())
    names = list(SET)
    wanted: dict[int, dict[str, Any]] = {
        number: {"fmt": name.partition(".")[2], "width": size[0], "height": size[1], "quality": JPEG_QUALITY}
        for number, (name, size) in enumerate(SET.items())
    }

    def make(file: Path) -> dict[str, bytes]:
        made: dict[str, bytes] = {}
        for index, outcome in engine.render(Source(file, file.stat().st_size, None, file.name), wanted, file.parent):
            if not isinstance(outcome, Rendition) or not isinstance(outcome.content, bytes):
                raise SystemExit(f"{file.name}: {outcome}")
            made[names[index]] = outcome.content
        return made

    return make


def pyvips_cascade() -> Make:
    """Decoded once by `thumbnail`, each rendition made from the one before."""
    import pyvips

    pyvips.cache_set_max(0)

    def make(file: Path) -> dict[str, bytes]:
        made: dict[str, bytes] = {}
        image: Any = None
        for name, (width, height) in SET.items():
            if image is None:
                image = pyvips.Image.thumbnail(str(file), width, height=height, size="down")
            else:
                image = image.thumbnail_image(width, height=height, size="down")
            image = image.copy_memory()
            made[name] = _saved(image, name)
        return made

    return make


def pyvips_each() -> Make:
    """One call for each rendition."""
    import pyvips

    pyvips.cache_set_max(0)
    thumbnail: Any = pyvips.Image.thumbnail
    return lambda file: {
        name: _saved(thumbnail(str(file), width, height=height, size="down"), name)
        for name, (width, height) in SET.items()
    }


def _saved(image: Any, name: str) -> bytes:
    saved: bytes = (
        image.pngsave_buffer(keep="none")
        if name.endswith(".png")
        else image.jpegsave_buffer(keep="none", Q=JPEG_QUALITY)
    )
    return saved


def imagemagick(command: str) -> Make:
    """One process for each rendition, with the options that its documentation gives for thumbnails."""

    def make(file: Path) -> dict[str, bytes]:
        made = {}
        for name, (width, height) in SET.items():
            hint = ["-define", f"jpeg:size={2 * width}x{2 * height}"] if file.suffix == ".jpg" else []
            options = ["-auto-orient", "-thumbnail", f"{width}x{height}>", "-quality", str(JPEG_QUALITY)]
            options = options[:-2] if name.endswith(".png") else options
            call = [command, *hint, f"{file}[0]", *options, f"{name.partition('.')[2]}:-"]
            made[name] = subprocess.run(call, check=True, capture_output=True).stdout
        return made

    return make


def main() -> None:
    name, file, out, repeats = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    contestants: dict[str, Callable[[], Make]] = {
        "aemulator": lambda: aemulator(use_vips=True),
        "aemulator-pillow": lambda: aemulator(use_vips=False),
        "pyvips-cascade": pyvips_cascade,
        "pyvips-each": pyvips_each,
        "imagemagick": lambda: imagemagick(os.environ["IMAGEMAGICK"]),
    }
    make = contestants[name]()
    for rendition, content in make(file).items():
        (out / rendition).write_bytes(content)
    before = _cpu()
    for _ in range(repeats):
        make(file)
    used = (_cpu() - before) / repeats
    sys.stdout.write(json.dumps({"cpu": used, "peak": _peak(name)}))


def _peak(name: str) -> int:
    """Bytes. Not `ru_maxrss` of the process itself: that begins with what its parent had."""
    if name == "imagemagick":
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
