"""Back to the start while others are at work: quick, and nothing of before reappears."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests import photographer
from tests.adobe import adobe_client, ingress_body
from tests.photographer import RENDITIONS, Upload
from tests.postgres import cluster
from tests.processors import Processors
from tests.server import ADMIN, ServerProcess, wait_until

FAST = 0.3  # seconds


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("reset")
    if request.param == "sqlite":
        with ServerProcess(folder / "data") as server:
            yield server
        return
    with cluster() as url, ServerProcess(folder / "data", environment={"DATABASE_URL": url}) as server:
        yield server


@pytest.fixture
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    with photographer.client(server) as client:
        yield client


def reset(server: ServerProcess) -> float:
    """Seconds that it took, without those that other work on the machine cost."""
    with server.client() as client:
        processors, started = Processors(server.process.pid, os.getpid()), time.monotonic()
        answer = client.post("/_aemulator/reset")
        took = time.monotonic() - started
    assert answer.status_code == 200, answer.text
    return processors.idle_seconds(took)


def exists(server: ServerProcess, path: str) -> bool:
    return httpx.head(f"{server.url}{path}.json", auth=ADMIN).status_code == 200


def test_it_is_quick_and_what_comes_next_is_processed(server: ServerProcess, http: httpx.Client) -> None:
    took = []
    for number in range(4):
        path = Upload(http, photographer.make_folder(http, "quick"), "a.jpg", photographer.photo(number)).run()
        assert photographer.wait_processed(http, [path], 60) == {path: "processed"}
        took.append(reset(server))
        assert not exists(server, path)
    assert min(took) < FAST, took


def test_jobs_under_way_end_without_a_trace(server: ServerProcess, http: httpx.Client) -> None:
    folder = photographer.make_folder(http, "busy")
    for number in range(6):
        Upload(http, folder, f"{number}.jpg", photographer.photo(number, 2000, 1500)).run()
    reset(server)
    assert not exists(server, folder)
    path = Upload(http, photographer.make_folder(http, "busy"), "0.jpg", photographer.photo(9)).run()
    assert photographer.wait_processed(http, [path], 60) == {path: "processed"}
    with adobe_client(server.url) as adobe:
        journal = adobe.post("/register").json()["journal"]
        entries = adobe.get(f"{journal}?limit=100").json()["events"]
    assert {entry["event"]["rendition"]["name"] for entry in entries} == RENDITIONS - {"original"}
    assert len(entries) == len(RENDITIONS) - 1, "one event for each, and none of the jobs before"


def test_an_upload_that_was_initiated_before_is_refused(server: ServerProcess, http: httpx.Client) -> None:
    upload = Upload(http, photographer.make_folder(http, "early"), "a.jpg", photographer.photo(1))
    upload.initiate()
    reset(server)
    photographer.make_folder(http, "early")
    Upload(http, "/content/dam/early", "other.jpg", photographer.photo(2)).run()  # the container is there again
    upload.put()
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        upload.complete()
    assert not exists(server, upload.path)


def test_a_body_that_never_ends_holds_nothing_up(server: ServerProcess, http: httpx.Client) -> None:
    photographer.make_folder(http, "slow")
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as sender:
        sender.sendall(
            b"POST /api/assets/slow/a.jpg HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n"
            b"Content-Type: image/jpeg\r\nContent-Length: 100000\r\n\r\n" + b"x" * 5000
        )
        wait_until(lambda: exists(server, "/content/dam/slow"), 10, "the server is at it")
        assert reset(server) < 4
    assert not exists(server, "/content/dam/slow")


def test_who_was_logged_in_is_not_any_more(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.url) as browser:
        form = {"j_username": "admin", "j_password": "admin", "j_validate": "true"}
        browser.post("/libs/granite/core/content/login.html/j_security_check", data=form).raise_for_status()
        assert browser.get("/content/dam.json").status_code == 200
        reset(server)
        assert browser.get("/content/dam.json").status_code in {302, 401, 403}


def test_an_event_that_a_worker_sends_too_late_is_dropped(server: ServerProcess) -> None:
    with adobe_client(server.url) as adobe:
        adobe.post("/register").raise_for_status()
        owed = {"group": "g", "expected": [{"id": "g-0", "requestId": "before", "rendition": {"name": "a"}}]}
        assert adobe.post("/events/expectations", json=owed).status_code == 204
        reset(server)
        journal = adobe.post("/register").json()["journal"]
        for request_id in ("before", "after"):
            event = {"type": "rendition_created", "requestId": request_id, "rendition": {"name": "a"}}
            assert adobe.post("/api/events", json=ingress_body(event)).status_code == 200
        entries = adobe.get(journal).json()["events"]
    assert [entry["event"]["requestId"] for entry in entries] == ["after"]


def test_what_was_answered_before_it_is_gone_whoever_writes_meanwhile(server: ServerProcess) -> None:
    stop = threading.Event()
    done: list[tuple[float, str]] = []

    def write(writer: int) -> None:
        with server.client() as client:
            number = 0
            while not stop.is_set() and number < 2000:
                number += 1
                name = f"w{writer}-{number}"
                status = client.post(f"/api/assets/{name}", json={"class": "assetFolder"}).status_code
                assert status == 201, f"a request fails neither before nor after, but got {status}"
                done.append((time.monotonic(), name))

    with ThreadPoolExecutor(4) as writers:
        running = [writers.submit(write, writer) for writer in range(4)]
        try:
            for _ in range(5):
                seen = len(done)
                wait_until(lambda seen=seen: len(done) > seen + 8, 20, "others write")  # type: ignore[misc]
                last = time.monotonic()
                reset(server)
        finally:
            stop.set()
        for writer in running:
            writer.result()
    with server.client() as client:
        left = set(client.get("/content/dam.1.json").json())
    assert not left & {name for at, name in done if at < last}


def test_blobs_that_are_being_deleted_hold_nothing_up(server: ServerProcess, http: httpx.Client) -> None:
    folder = photographer.make_folder(http, "many")
    for number in range(12):
        Upload(http, folder, f"{number}.jpg", photographer.photo(number, 64, 48)).run()
    assert http.request("DELETE", "/api/assets/many", auth=ADMIN).status_code == 200
    assert reset(server) < 4


def test_two_at_once_take_turns(server: ServerProcess) -> None:
    with ThreadPoolExecutor(3) as callers:
        assert all(took < 10 for took in callers.map(reset, [server] * 3))
    assert httpx.get(f"{server.url}/_aemulator/health").status_code == 200
