"""Servers that only accept, workers in processes of their own: messages over Redis, rows in PostgreSQL."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.adobe import JournalReader, adobe_client, png_source, rendition
from tests.postgres import cluster
from tests.redis import redis_server
from tests.server import ROOT, ServerProcess, clean_environment

JOBS, RENDITIONS = 12, 3


def start_worker(server: ServerProcess, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    facts = {"AEMULATOR_DATA_DIR": str(server.data_dir), "AEMULATOR_URL": server.url, **environment}
    with server.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            env=clean_environment(**facts),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def submit(adobe: httpx.Client) -> set[str]:
    renditions = [rendition(f"{n}.png", userData=n) for n in range(RENDITIONS)]
    answers = [adobe.post("/process", json={"source": png_source(), "renditions": renditions}) for _ in range(JOBS)]
    return {answer.raise_for_status().json()["requestId"] for answer in answers}


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with redis_server() as broker, cluster() as database:
        yield {"DRAMATIQ_BROKER_URL": broker, "DATABASE_URL": database, "AEMULATOR_RENDER_PROCESSES": "1"}


def test_a_worker_that_is_killed_is_followed_by_another(tmp_path: Path, environment: dict[str, str]) -> None:
    server = ServerProcess(tmp_path / "data", "--no-workers", environment=environment)
    with server, adobe_client(server.url) as adobe:
        reader = JournalReader(adobe, adobe.post("/register").json()["journal"])
        accepted = submit(adobe)
        first = start_worker(server, environment)
        events = reader.wait_for(1, within=60)
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = start_worker(server, environment)
        try:
            events += reader.wait_for(JOBS * RENDITIONS - len(events), within=60)
            events += reader.rest()
        finally:
            second.send_signal(signal.SIGTERM)
            assert second.wait(20) == 0
    told = sorted((event["requestId"], event["userData"], event["type"]) for event in events)
    assert told == sorted((request, n, "rendition_created") for request in accepted for n in range(RENDITIONS))
