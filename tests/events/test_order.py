"""The promise of the journal: no reader ever skips an entry that commits late. On SQLite and on PostgreSQL."""

import json
import subprocess
import sys
from pathlib import Path

from tests.postgres import cluster
from tests.server import ROOT, clean_environment

WRITERS, EVENTS = 4, 60


def hammer(database_url: str) -> dict[str, object]:
    environment = clean_environment(DATABASE_URL=database_url, DJANGO_SETTINGS_MODULE="tests.settings")
    command = [sys.executable, "-m", "tests.events.hammer", str(WRITERS), str(EVENTS)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_on_sqlite(tmp_path: Path) -> None:
    found = hammer(f"sqlite:///{tmp_path / 'journal.sqlite3'}")
    assert found["complete"], found


def test_on_postgresql() -> None:
    with cluster() as database_url:
        found = hammer(database_url)
    assert found["complete"], found
