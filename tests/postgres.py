"""A private PostgreSQL cluster for tests: in a folder of its own, reached by a Unix socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.services import require

_PROGRAMS = "/usr/lib/postgresql"
_USER = "postgres"


@contextmanager
def cluster() -> Iterator[str]:
    """The DATABASE_URL of a fresh cluster; skips the test (in CI: fails it) where PostgreSQL is not installed."""
    programs = _programs()
    require(programs, f"PostgreSQL is not installed ({_PROGRAMS})")
    assert programs
    # Not below tmp_path: that belongs to root, and PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="aemulator-pg-"))
    try:
        _give_away(folder)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=40"
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgres://{_USER}@{quote(str(folder), safe='')}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = sorted(Path(_PROGRAMS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _USER, _USER)


def _run(*command: str | Path) -> None:
    prefix = ["setpriv", "--reuid", _USER, "--regid", _USER, "--clear-groups"] if os.geteuid() == 0 else []
    # The output goes to a file: the server inherits it, and a pipe would stay open as long as it runs.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run([*prefix, *map(str, command)], stdout=output, stderr=output, cwd="/", check=False)
        output.seek(0)
        assert done.returncode == 0, output.read().decode(errors="replace")
