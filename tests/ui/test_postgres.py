"""The tests of the listing once more, on PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import cluster


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="this is the inner run")
def test_the_listing_on_postgresql() -> None:
    here = Path(__file__).parent
    with cluster() as url:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", here / "test_listing.py"],
            cwd=here.parent.parent,
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
