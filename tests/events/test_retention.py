"""Entries older than the retention, over HTTP."""

from pathlib import Path

from tests.adobe import adobe_client, ingress_body
from tests.server import ServerProcess, wait_until


def test_a_position_that_has_expired_is_410(tmp_path: Path) -> None:
    environment = {"AEMULATOR_JOURNAL_RETENTION": "1"}
    with ServerProcess(tmp_path / "data", environment=environment) as server, adobe_client(server.url) as adobe:
        journal = adobe.post("/register").json()["journal"]
        position = f"puffin:{journal.rpartition('/')[2]}:00000000-0000-0000-0000-000000000000"
        for n in range(2):
            adobe.post("/api/events", json=ingress_body({"n": n}))
        wait_until(lambda: adobe.get(journal, params={"since": position}).status_code == 410, 10, "the events expire")
        gone = adobe.get(journal, params={"since": position})
        assert gone.headers["content-type"].startswith("text/plain")
        assert gone.text == f"Events at position {position} have expired."
        assert adobe.get(f"{journal}/validate", params={"since": position}).status_code == 410
        # One expires after the other.
        wait_until(lambda: adobe.get(journal).status_code == 204, 10, "the journal is empty")
        empty = adobe.get(journal)
        adobe.post("/api/events", json=ingress_body({"n": 2}))
        after = adobe.get(empty.links["next"]["url"])
        assert [entry["event"]["n"] for entry in after.json()["events"]] == [2]
