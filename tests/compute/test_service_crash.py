"""Nothing is lost: not by kill -9, not while the ingress is away, not with a token that has expired meanwhile."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.adobe import JournalReader, Json, adobe_client, png_source, rendition
from tests.compute.custom_worker import Call, custom_worker
from tests.server import ServerProcess, wait_until

RENDITIONS = 4
ONE_PROCESS = {"AEMULATOR_RENDER_PROCESSES": "1"}


def submit(adobe: httpx.Client, count: int) -> list[str]:
    """Submit jobs; the request ids that were acknowledged."""
    accepted = []
    for number in range(count):
        renditions = [rendition(f"{n}.png", width=8 + n, userData=n) for n in range(RENDITIONS)]
        answer = adobe.post("/process", json={"source": png_source(), "renditions": renditions, "userData": number})
        accepted.append(answer.raise_for_status().json()["requestId"])
    return accepted


def events_of(server: ServerProcess, journal: str, count: int) -> list[Json]:
    """At least so many events from the oldest on; the server has another port after a restart."""
    with adobe_client(server.url) as adobe:
        reader = JournalReader(adobe, server.url + urlsplit(journal).path)
        return [*reader.wait_for(count, within=60), *reader.rest()]


def outcomes(events: list[Json]) -> list[tuple[str, int, str]]:
    return sorted((event["requestId"], event["rendition"]["userData"], event["type"]) for event in events)


def test_every_accepted_rendition_has_its_one_event_over_kills_at_several_moments(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", environment=ONE_PROCESS).start()
    accepted: list[str] = []
    for moment in (0.0, 0.3, 0.1):
        with adobe_client(server.url) as adobe:
            journal = adobe.post("/register").json()["journal"]
            accepted += submit(adobe, 10)
            time.sleep(moment)  # somewhere in the middle of the work
        server.kill()
        server.start()
    with server:
        events = events_of(server, journal, len(accepted) * RENDITIONS)
    assert outcomes(events) == all_created(accepted)


def all_created(accepted: list[str]) -> list[tuple[str, int, str]]:
    return sorted((request, n, "rendition_created") for request in accepted for n in range(RENDITIONS))


def test_a_custom_worker_is_not_forgotten_over_a_kill(tmp_path: Path) -> None:
    """The server dies between the worker's answer and its events: one of them comes later, the other never."""
    server = ServerProcess(tmp_path / "data", environment=ONE_PROCESS).start()
    with custom_worker(lambda _: (200, {"activationId": "a" * 32})) as worker:
        with adobe_client(server.url) as adobe:
            journal = adobe.post("/register").json()["journal"]
            renditions = [{"worker": worker.url, "name": name, "userData": n} for n, name in enumerate("ab")]
            request_id = adobe.post("/process", json={"renditions": renditions}).json()["requestId"]
            wait_until(lambda: worker.calls, 10, "the worker is called")
        server.kill()
        with server.start():
            call: Call = worker.calls[0]
            assert call.send_event(server.url, call.body["renditions"][0]) == 200
            change(server, "UPDATE compute_invocation SET deadline = 1")  # the worker has had all its time
            events = events_of(server, journal, 2)
            assert call.send_event(server.url, call.body["renditions"][1]) == 200
            assert events_of(server, journal, 2) == events
    assert outcomes(events) == [(request_id, 0, "rendition_created"), (request_id, 1, "rendition_failed")]


def change(server: ServerProcess, sql: str, *values: object) -> None:
    """Change a row behind the server's back."""
    with closing(sqlite3.connect(server.data_dir / "aemulator.sqlite3", timeout=30)) as database, database:
        database.execute(sql, values)


def test_events_wait_for_an_ingress_that_is_away_and_outlive_their_token(tmp_path: Path) -> None:
    nowhere = {"AEMULATOR_EVENTS_INGRESS_URL": "http://127.0.0.1:9"}
    away = ServerProcess(tmp_path / "data", environment={**nowhere, **ONE_PROCESS})
    with away, adobe_client(away.url) as adobe:
        journal = adobe.post("/register").json()["journal"]
        accepted = submit(adobe, 2)
        wait_until(lambda: unsent(adobe) == 2 * RENDITIONS, 20, "all renditions wait to be told of")
        assert adobe.get(journal).status_code == 204
        wait_until(lambda: told_in_vain(away), 20, "the flow shows that the ingress was asked")
    change(away, "UPDATE compute_activation SET access_token = 'expired' WHERE request_id = ?", accepted[0])
    with ServerProcess(tmp_path / "data", environment=ONE_PROCESS) as server:
        events = events_of(server, journal, 2 * RENDITIONS)
    assert outcomes(events) == all_created(accepted)


def told_in_vain(server: ServerProcess) -> bool:
    """Whether the recorder knows of an event for which nobody answered."""
    with server.client() as admin:
        traffic = admin.get("/_aemulator/traffic").raise_for_status().json()["traffic"]
    sent = [one for one in traffic if (one["from"], one["to"], one["step"]) == ("compute", "events", 6)]
    return any(one["status"] is None and one["flow"] for one in sent)


def unsent(adobe: httpx.Client) -> int:
    return int(adobe.get("/_aemulator/health").json()["parts"]["outbox"]["unsent"])
