"""The rendition engine beside pyvips, sharp and ImageMagick, for the standard set, by type of source.

Each contestant makes the same five renditions of the same file in a process of its own: CPU seconds a set, peak memory,
and the SSIM of each rendition against a floating-point Lanczos of the full decode. The contestants take turns, several
rounds of them; the least CPU of the rounds counts. `QUICK=1` has fewer sources, `ROUNDS` sets how many rounds.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks import photographs, results
from benchmarks.engine_contestants import SET
from benchmarks.ssim import Floats, luma, reference, ssim
from compute.worker_process import TUNING

SHARP = Path(__file__).resolve().parent / "sharp"
QUICK = bool(os.environ.get("QUICK"))
ROUNDS = int(os.environ.get("ROUNDS", "2"))
REPEATS = 3
JPEGS = {
    "JPEG 2 MP": (1733, 1155),
    "JPEG 12 MP": (4000, 3000),
    "JPEG 24 MP": (6000, 4000),
    "JPEG 50 MP": (8660, 5774),
}
THUMBNAILS = ("48.png", "140.png", "319.png")
OURS = "aemulator"
TARGETS = {"pyvips-cascade": 1.1, "sharp": 0.5}  # our CPU seconds to theirs, at most, for JPEG
SSIM_NOISE = 0.0005  # what two encoders of the same pixels differ by


@dataclass
class Score:
    """The best of the rounds: CPU seconds a set; peak bytes; SSIM by rendition."""

    cpu: float = float("inf")
    peak: int = 0
    ssim: dict[str, float] = field(default_factory=dict)


def sources(folder: Path) -> Iterator[tuple[str, Path]]:
    sizes = dict(list(JPEGS.items())[:2]) if QUICK else JPEGS
    for name, (width, height) in sizes.items():
        yield name, photographs.make(folder, 1, width, height)[0]
    with Image.open(folder / "photo-4000x3000-000.jpg") as photo:
        photo.save(folder / "photo.png", compress_level=6)
        yield "PNG 12 MP", folder / "photo.png"
        photo.save(folder / "photo.webp", quality=85)
        yield "WebP 12 MP", folder / "photo.webp"
        yield "TIFF 16 bit 12 MP", _deep_tiff(photo, folder / "photo.tif")


def _deep_tiff(photo: Image.Image, file: Path) -> Path:
    import pyvips

    eight: Any = pyvips.Image.new_from_memory(photo.tobytes(), *photo.size, 3, "uchar")
    (eight.cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16").tiffsave(str(file), compression="lzw")
    return file


def contestants(node: str | None, magick: str | None) -> dict[str, list[str]]:
    """The commands, but for FILE OUT REPEATS."""
    python = [sys.executable, "-m", "benchmarks.engine_contestants"]
    named = {name: [*python, name] for name in (OURS, "pyvips-cascade", "pyvips-each", "aemulator-pillow")}
    if node:
        named["sharp"] = [node, str(SHARP / "render.mjs")]
    if magick:
        named["imagemagick"] = [*python, "imagemagick"]
    return named


def measure(command: list[str], file: Path, out: Path, score: Score) -> None:
    repeats = 1 if "imagemagick" in command else REPEATS
    # Ours as its processes are started; the others as their documentation has them.
    environment = {**os.environ, **(TUNING if OURS in command else {})}
    run = subprocess.run(
        [*command, str(file), str(out), str(repeats)], check=True, capture_output=True, text=True, env=environment
    )
    said = json.loads(run.stdout.splitlines()[-1])
    score.cpu = min(score.cpu, said["cpu"])
    score.peak = max(score.peak, said["peak"])


def judge(file: Path, folder: Path, scores: dict[str, Score]) -> None:
    photo_file = file.parent / "photo-4000x3000-000.jpg" if file.suffix == ".tif" else file  # the same pixels
    with Image.open(photo_file) as photo:
        full = photo.convert("RGB")
    for made in SET:
        wanted: dict[tuple[int, int], Floats] = {}
        for name, score in scores.items():
            with Image.open(folder / name / made) as rendition:
                if rendition.size not in wanted:
                    wanted[rendition.size] = reference(full, rendition.size)
                score.ssim[made] = round(ssim(luma(rendition), wanted[rendition.size]), 5)


def compare(file: Path, commands: dict[str, list[str]], folder: Path) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    for number in range(ROUNDS):
        for name, command in commands.items():
            if name == "imagemagick" and number:
                continue  # it is so far off that one round says it
            out = folder / "out" / name
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            try:
                measure(command, file, out, scores.setdefault(name, Score()))
            except subprocess.CalledProcessError:
                del scores[name]
                print(f"{name} does not read {file.name}")
    judge(file, folder / "out", scores)
    return scores


def install_sharp() -> str | None:
    """Node's path, when there is one and sharp can be installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    if not (SHARP / "node_modules" / "sharp").exists():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=SHARP, check=True, capture_output=True)
    return node


def find_imagemagick() -> str | None:
    """By name, or by `IMAGEMAGICK`."""
    names = (os.environ.get("IMAGEMAGICK") or "magick", "convert-im6.q16")
    return next((found for name in names if (found := shutil.which(name))), None)


def show(name: str, scores: dict[str, Score]) -> None:
    rows = [
        [
            contestant,
            f"{score.cpu * 1000:.0f}",
            f"{score.cpu / scores[OURS].cpu:.2f}",
            f"{score.peak / 1e6:.0f}",
            f"{min(score.ssim[made] for made in THUMBNAILS):.4f}",
            f"{min(score.ssim['1280.jpeg'], score.ssim['2048.jpeg']):.4f}",
        ]
        for contestant, score in scores.items()
    ]
    head = [name, "CPU ms", "to ours", "peak MB", "SSIM thumbnails", "SSIM web"]
    print(results.table(head, rows), end="\n\n", flush=True)


def missed(name: str, scores: dict[str, Score]) -> Iterator[str]:
    """What of the targets a type of source does not reach, in words."""
    ours = scores[OURS]
    for peer, target in TARGETS.items():
        if peer not in scores:
            continue
        theirs = scores[peer]
        ratio = ours.cpu / theirs.cpu
        if name.startswith("JPEG") and ratio > target:
            yield f"{name}: {ratio:.2f} of the CPU of {peer}, more than {target}"
        if ours.peak > theirs.peak:
            yield f"{name}: {ours.peak / 1e6:.0f} MB at the peak, {peer} {theirs.peak / 1e6:.0f}"
        for made in SET:
            if ours.ssim[made] < theirs.ssim[made] - SSIM_NOISE:
                yield f"{name}: SSIM of {made} {ours.ssim[made]:.4f}, {peer} {theirs.ssim[made]:.4f}"


def main() -> None:
    node, magick = install_sharp(), find_imagemagick()
    os.environ["IMAGEMAGICK"] = magick or ""
    commands = contestants(node, magick)
    ratios: dict[str, dict[str, float]] = {}
    details: dict[str, object] = {}
    lacking: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        for name, file in sources(Path(place)):
            scores = compare(file, commands, Path(place))
            show(name, scores)
            lacking += missed(name, scores)
            ours = scores[OURS].cpu
            ratios[name] = {peer: round(ours / score.cpu, 3) for peer, score in scores.items() if peer != OURS}
            details[name] = {peer: vars(score) for peer, score in scores.items()}
    file = results.write("engine", ratios, details)
    print(f"ratios: our CPU seconds to theirs; written to {file}")
    print("\n".join(["missed:", *lacking]) if lacking else "all targets are reached")
    sys.exit(1 if lacking else 0)


if __name__ == "__main__":
    main()
