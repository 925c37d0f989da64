"""Installs the peers from their registries into a folder that is not committed; what is there stays."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

WORK = Path(os.environ.get("PEERS_DIR") or Path(__file__).resolve().parent / ".work")
THUMBOR, WAGTAIL, GUNICORN, DIRECTUS = "7.8.0", "8.0.1", "27.0.1", "11.3.5"
INSTALLING_TAKES = 1200  # seconds at most, for each


def thumbor() -> Path:
    """The interpreter that has it."""
    return _python("thumbor", f"thumbor=={THUMBOR}")


def wagtail() -> Path:
    return _python("wagtail", f"wagtail=={WAGTAIL}", f"gunicorn=={GUNICORN}")


def directus() -> Path | None:
    """The program; None where there is no npm."""
    npm, folder = shutil.which("npm"), WORK / "directus"
    program = folder / "node_modules" / ".bin" / "directus"
    if not npm:
        return None
    if not _is_done(folder, DIRECTUS):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n')
        _run([npm, "install", f"directus@{DIRECTUS}", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        _mark(folder, DIRECTUS)
    return program


def _python(name: str, *packages: str) -> Path:
    folder = WORK / name
    python = folder / "bin" / "python"
    wanted = " ".join(packages)
    if not _is_done(folder, wanted):
        venv.create(folder, with_pip=True, clear=True)
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], folder)
        _mark(folder, wanted)
    return python


def _run(command: list[str], folder: Path) -> None:
    sys.stderr.write(f"installing: {' '.join(command)}\n")
    subprocess.run(command, cwd=folder, check=True, timeout=INSTALLING_TAKES, stdout=subprocess.DEVNULL)


def _is_done(folder: Path, wanted: str) -> bool:
    mark = folder / ".installed"
    return mark.exists() and mark.read_text() == wanted


def _mark(folder: Path, wanted: str) -> None:
    (folder / ".installed").write_text(wanted)
