"""The same work without AEM around it: libvips, one process, two threads, files in and files out.

Run as a program so that its CPU time and memory are its own: `python -m benchmarks.bare_engine OUT FILE…` prints JSON.
"""

import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("VIPS_CONCURRENCY", "1")  # parallel over files, not within one

import pyvips

THREADS = 2
JPEG_QUALITY = 85
# Widest first: each rendition is made from the one before, which is the cheapest order that keeps the quality.
JPEGS = ((2048, 2048), (1280, 1280))
PNGS = ((319, 319), (140, 100), (48, 48))


def render(file: Path, out: Path) -> None:
    """Decoded once, at the smallest scale of the JPEG that is large enough."""
    image = pyvips.Image.thumbnail(str(file), JPEGS[0][0], height=JPEGS[0][1], size="down").copy_memory()
    for width, height in JPEGS:
        image = _fitted(image, width, height)
        image.jpegsave(str(out / f"{file.stem}.{width}.jpeg"), Q=JPEG_QUALITY, keep="none")
    for width, height in PNGS:
        image = _fitted(image, width, height)
        image.pngsave(str(out / f"{file.stem}.{width}.png"), keep="none")


def _fitted(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    scale = min(width / image.width, height / image.height)
    return image.resize(scale).copy_memory() if scale < 1 else image


def main() -> None:
    out, files = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda file: render(file, out), files))
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdout.write(
        json.dumps({"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024})
    )


if __name__ == "__main__":
    main()
