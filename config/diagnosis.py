"""What `manage.py doctor` looks at. A missing Node is no problem: only custom workers need one."""

import os
import platform
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import httpx
from cryptography import x509
from django.conf import settings
from django.db import DatabaseError

from config import certificates, database, datalock
from config.errors import StartError

LIBRARIES = ("pyvips", "PIL", "pillow_heif", "pypdfium2", "av", "resvg_py", "psd_tools")
ENOUGH_SPACE = 1024**3  # bytes


@dataclass(frozen=True)
class Finding:
    part: str
    ok: bool
    words: str


def examine() -> list[Finding]:
    checks: dict[str, Callable[[], str]] = {
        "python": _python,
        "libraries": _libraries,
        "node": _node,
        "data directory": _data_dir,
        "database": _database,
        "certificate": _certificate,
        "server": _server,
    }
    return [_finding(part, check) for part, check in checks.items()]


class Problem(Exception):
    """Its words are the finding."""


def _finding(part: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, check())
    except (Problem, StartError, DatabaseError, OSError) as err:
        return Finding(part, False, str(err))


def _python() -> str:
    return f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, {ssl.OPENSSL_VERSION}"


def _libraries() -> str:
    missing = [name for name in LIBRARIES if not _imports(name)]
    if missing:
        raise Problem(f"cannot be imported: {', '.join(missing)} (pip install -r requirements.lock)")
    return ", ".join(LIBRARIES)


def _imports(name: str) -> bool:
    try:
        import_module(name)
    except (ImportError, OSError):  # OSError: the package is there, the system library that it loads is not
        return False
    return True


def _node() -> str:
    node = shutil.which("node")
    if not node:
        return "not installed (only Node workers and clients need it)"
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False)
    return f"{answer.stdout.strip()} at {node}"


def _data_dir() -> str:
    root: Path = settings.DATA_DIR
    root.mkdir(parents=True, exist_ok=True)
    if not os.access(root, os.W_OK):
        raise Problem(f"{root} cannot be written")
    free = shutil.disk_usage(root).free
    if free < ENOUGH_SPACE:
        raise Problem(f"{root}: only {free // 1024**2} MiB are free")
    return f"{root}, {free / 1024**3:.1f} GiB free"


def _database() -> str:
    if not database.exists():
        return "not made yet: the first start makes it"
    found = database.check(whole=True)
    if found != "ok":
        raise Problem(f"damaged: {found.splitlines()[0]}")
    missing, newer = database.differences()
    if newer:
        raise Problem(f"belongs to a newer version (it has {newer[0]})")
    return f"undamaged, {f'{len(missing)} migrations to apply at the next start' if missing else 'up to date'}"


def _certificate() -> str:
    file = certificates.authority_file(settings.DATA_DIR / "secrets")
    if not file.exists():
        return "not made yet: the first start makes it"
    try:
        end = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    except ValueError as err:
        raise Problem(f"{file} cannot be read: {err}; the next start makes a new one") from err
    if end < datetime.now(UTC):
        raise Problem(f"{file} has expired; the next start makes a new one")
    return f"{file}, good until {end:%Y-%m-%d}"


def _server() -> str:
    if not datalock.is_held(settings.DATA_DIR):
        return "not running"
    try:
        parts = httpx.get(f"{settings.AEMULATOR_URL}/_aemulator/health", timeout=10).json()["parts"]
    except (httpx.HTTPError, ValueError, KeyError) as err:
        raise Problem(f"runs, but {settings.AEMULATOR_URL} does not answer: {err}") from err
    stale = [name for name, part in parts.items() if not part["ok"]]
    if stale:
        raise Problem(f"runs at {settings.AEMULATOR_URL}, but not well: {', '.join(stale)}")
    return f"runs at {settings.AEMULATOR_URL}, {len(parts)} parts fresh"
