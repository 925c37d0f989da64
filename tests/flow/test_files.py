"""Flows as files: HAR with everything, opened again; Mermaid."""

import copy
import json
from typing import Any

import httpx
import pytest

from tests import photographer
from tests.flow.flows import flow_of
from tests.photographer import Upload
from tests.server import ServerProcess

Json = dict[str, Any]


@pytest.fixture(scope="module")
def recorded(server: ServerProcess) -> Json:
    with photographer.client(server) as http, server.client() as client:
        folder = photographer.make_folder(http, "files")
        return flow_of(client, Upload(http, folder, "a.jpg", photographer.photo(7, 160, 120)).run())


@pytest.fixture(scope="module")
def har(server: ServerProcess, recorded: Json) -> Json:
    with server.client() as client:
        answer = client.get(f"/_aemulator/flows/{recorded['flow']['id']}.har")
    assert answer.headers["content-disposition"].endswith('.har"')
    return dict(answer.raise_for_status().json())


def test_a_har_file_is_one_by_its_specification(har: Json, recorded: Json) -> None:
    log = har["log"]
    assert log["version"] == "1.2"
    assert log["creator"].keys() >= {"name", "version"}
    assert len(log["entries"]) == len(recorded["exchanges"])
    for entry in log["entries"]:
        assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings", "pageref"}
        wanted = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
        assert entry["request"].keys() >= wanted
        assert entry["response"]["content"].keys() >= {"size", "mimeType"}
        timings = entry["timings"]
        assert timings["send"] + timings["wait"] + timings["receive"] == pytest.approx(entry["time"], abs=0.01)
    assert "sig=redacted" in json.dumps(har)


def test_a_file_can_be_opened_again_and_shows_the_same(client: httpx.Client, har: Json, recorded: Json) -> None:
    answer = client.post("/_aemulator/flows/import", json=har)
    assert answer.status_code == 201, answer.text
    number = answer.json()["id"]
    opened = client.get(f"/_aemulator/flows/{number}").json()
    assert opened["flow"]["kind"] == "opened"
    assert opened["flow"]["path"] == recorded["flow"]["path"]
    assert [one["name"] for one in opened["spans"]] == [one["name"] for one in recorded["spans"]]
    assert [one["state"] for one in opened["renditions"]] == [one["state"] for one in recorded["renditions"]]
    for mine, theirs in zip(opened["exchanges"], recorded["exchanges"], strict=True):
        assert {**mine, "id": "", "flow": ""} == {**theirs, "id": "", "flow": ""}
        shown = client.get(f"/_aemulator/exchanges/{mine['id']}").json()
        before = client.get(f"/_aemulator/exchanges/{theirs['id']}").json()
        assert shown["response"] == before["response"]
    known = {one["id"] for one in opened["exchanges"]}
    assert {number for one in opened["renditions"] for number in one["exchanges"]} <= known
    assert {one["exchange"] for one in opened["spans"]} - {None} == known
    assert number in {one["id"] for one in client.get("/_aemulator/flows").json()["flows"]}
    again = client.get(f"/_aemulator/flows/{number}.har").json()
    assert client.post("/_aemulator/flows/import", json=again).status_code == 201


def _broken(har: Json) -> list[Any]:
    def changed(change: Any) -> Json:
        content = copy.deepcopy(har)
        change(content["log"])
        return content

    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    return [
        {},
        {"log": 1},
        changed(lambda log: log.update(version="1.1")),
        changed(lambda log: log.pop("_flow")),
        changed(lambda log: log["_flow"].update(started="now")),
        changed(lambda log: log.update(entries={})),
        changed(lambda log: log["entries"][0].pop("_exchange")),
        changed(lambda log: log["entries"][0]["_exchange"].update(url=1)),
        changed(lambda log: log["entries"][0]["_exchange"].update(ms=1e300)),
        changed(lambda log: log["entries"][0]["_exchange"]["request"]["body"].update(data="javascript:1")),
        changed(lambda log: log["_spans"][0].update(started=None)),
        changed(lambda log: log.update(_journal=deep)),
        changed(lambda log: log.update(entries=log["entries"] * 200)),
    ]


def test_files_of_any_other_shape_are_refused(client: httpx.Client, har: Json) -> None:
    for content in _broken(har):
        answer = client.post("/_aemulator/flows/import", json=content)
        assert answer.status_code == 400, content
        assert answer.json()["message"]


def test_the_diagram_has_every_party_and_step(client: httpx.Client, recorded: Json) -> None:
    text = client.get(f"/_aemulator/flows/{recorded['flow']['id']}.mmd").raise_for_status().text
    assert text.startswith("sequenceDiagram\n")
    for party in ("AEM Assets", "Azure Blob storage", "Asset Compute", "Core worker", "I/O Events"):
        assert f" as {party}\n" in text
    for number in (1, 2, 4, 5, 6, 7):
        assert f": Step {number}\n" in text
    assert text.count("->>") - text.count("-->>") == len(recorded["exchanges"])


def test_changes_say_what_the_steps_did(recorded: Json) -> None:
    changes = recorded["changes"]
    created = {one["path"].rpartition("/")[2] for one in changes if one["kind"] == "created" and one["step"] == 7}
    assert created == photographer.RENDITIONS - {"original"}
    assert changes[0]["step"] == 1
    assert changes[0]["path"] == recorded["flow"]["path"]
    cursor = next(one for one in changes if one["kind"] == "cursor")
    assert cursor["after"] > cursor["before"]


@pytest.mark.parametrize("end", [".har", ".mmd"])
def test_unknown_flows(client: httpx.Client, end: str) -> None:
    assert client.get(f"/_aemulator/flows/none{end}").status_code == 404
