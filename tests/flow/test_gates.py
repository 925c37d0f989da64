"""Gates on a real server: a job waits as a row, for as long as somebody wants, and across a crash."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import photographer
from tests.flow.flows import flow_of
from tests.photographer import Upload
from tests.server import ServerProcess, wait_until

Json = dict[str, Any]
WITHIN = 40.0


@pytest.fixture
def folder(server: ServerProcess, client: httpx.Client, request: pytest.FixtureRequest) -> Iterator[str]:
    """A folder of the test's own; its gate is opened afterwards."""
    with photographer.client(server) as http:
        made = photographer.make_folder(http, request.node.name[:60].replace("[", "-").replace("]", ""))
    yield made
    put(client, f"path:{made}")


def put(client: httpx.Client, scope: str, **setting: Any) -> Json:
    answer = client.put("/_aemulator/gates", json={"scope": scope, **setting})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def step(client: httpx.Client, scope: str) -> int:
    return int(client.post("/_aemulator/gates/step", json={"scope": scope}).raise_for_status().json()["released"])


def upload(server: ServerProcess, folder: str, name: str = "a.jpg") -> str:
    with photographer.client(server) as http:
        return Upload(http, folder, name, photographer.photo(len(folder), 160, 120)).run()


def wait_held(client: httpx.Client, path: str, at: int) -> Json:
    def held() -> Json | None:
        found = client.get("/_aemulator/gates").json()["held"]
        return next((one for one in found if one["path"] == path and one["step"] == at), None)

    found = wait_until(held, WITHIN, f"{path} is held before step {at}")
    assert found
    return found


def reached(client: httpx.Client, path: str) -> int:
    flows = client.get("/_aemulator/flows", params={"path": path}).json()["flows"]
    return int(flows[0]["step"]) if flows else 0


def state(client: httpx.Client, path: str) -> str:
    return str(client.get(f"{path}/jcr:content.json").json()["dam:assetState"])


def test_pause_step_crash_step_finish(data_dir: Path) -> None:
    """The whole way: held before each step that has a gate, through kill -9, to the finished asset."""
    server = ServerProcess(data_dir).start()
    with server.client() as client, photographer.client(server) as http:
        folder = photographer.make_folder(http, "held")
        put(client, "all", mode="pause")
        path = upload(server, folder)
        wait_held(client, path, 2)
        assert step(client, "all") == 1
        wait_held(client, path, 4)
        wait_until(lambda: reached(client, path) == 3, WITHIN, "the recorder has written what was until now")
    server.kill()
    with ServerProcess(data_dir) as again, again.client() as client:
        assert client.get("/_aemulator/gates").json()["all"]["mode"] == "pause"
        wait_held(client, path, 4)
        assert state(client, path) == "processing"
        for at in (6, 7):
            assert step(client, "all") == 1
            wait_held(client, path, at)
        flows = client.get("/_aemulator/flows", params={"state": "held"}).json()["flows"]
        assert [one["path"] for one in flows] == [path]
        flow = client.get(f"/_aemulator/flows/{flows[0]['id']}").json()
        assert flow["steps"][6]["state"] == "held"
        assert step(client, flows[0]["id"]) == 1
        assert {one["state"] for one in flow_of(client, path)["renditions"]} == {"attached"}
        assert state(client, path) == "processed"


def test_others_go_on_while_a_folder_is_held(server: ServerProcess, client: httpx.Client, folder: str) -> None:
    put(client, f"path:{folder}", breakpoints=[7])
    with photographer.client(server) as http:
        free = photographer.make_folder(http, "free")
    held = upload(server, folder)
    wait_held(client, held, 7)
    flow_of(client, upload(server, free))
    assert state(client, held) == "processing"
    put(client, f"path:{folder}")
    flow_of(client, held)


def test_a_setting_that_nobody_renews_expires(server: ServerProcess, client: httpx.Client, folder: str) -> None:
    scope = f"path:{folder}"
    put(client, scope, mode="pause", expires_in=1)
    shown = put(client, scope, mode="pause", expires_in=4)  # renewed: the second time counts
    assert shown["flows"][scope]["expires"] > 0
    path = upload(server, folder)
    wait_held(client, path, 2)
    assert {one["state"] for one in flow_of(client, path)["renditions"]} == {"attached"}
    assert scope not in client.get("/_aemulator/gates").json()["flows"]


@pytest.mark.parametrize("at", [2, 4, 6, 7])
def test_breakpoints(server: ServerProcess, client: httpx.Client, folder: str, at: int) -> None:
    put(client, f"path:{folder}", breakpoints=[at])
    path = upload(server, folder)
    wait_held(client, path, at)
    assert step(client, f"path:{folder}") == 1
    assert {one["state"] for one in flow_of(client, path)["renditions"]} == {"attached"}


def test_slow_motion_stays_a_while_at_each_gate(server: ServerProcess, client: httpx.Client, folder: str) -> None:
    put(client, f"path:{folder}", mode="slow", slow_seconds=1)
    path = upload(server, folder)
    flow = flow_of(client, path)
    first = {n: min(one["started"] for one in flow["exchanges"] if one["step"] == n) for n in (1, 2, 4, 6, 7)}
    assert first[2] - flow["steps"][0]["ended"] >= 900
    assert first[4] - first[2] >= 1000
    assert first[6] - first[4] >= 1000
    attached = min(one["started"] for one in flow["exchanges"] if one["step"] == 7 and one["rendition"])
    assert attached - first[6] >= 1000


def test_gates_of_one_flow(server: ServerProcess, client: httpx.Client, folder: str) -> None:
    put(client, f"path:{folder}", breakpoints=[4])
    path = upload(server, folder)
    wait_held(client, path, 4)
    found = wait_until(
        lambda: client.get("/_aemulator/flows", params={"path": path}).json()["flows"], WITHIN, "the flow is known"
    )
    put(client, found[0]["id"], mode="pause")
    wait_until(lambda: step(client, found[0]["id"]) == 1, WITHIN, "the job is held for the flow's own setting")
    wait_held(client, path, 6)
    shown = put(client, found[0]["id"])
    assert found[0]["id"] not in shown["flows"]
    flow_of(client, path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "stop"},
        {"breakpoints": [3]},
        {"breakpoints": 2},
        {"breakpoints": [True]},
        {"mode": "slow", "slow_seconds": 0},
        {"mode": "slow", "slow_seconds": "1"},
        {"expires_in": 0},
        {"expires_in": "60"},
        {"expires_in": True},
        {"scope": ""},
        {"scope": "path:content"},
        {"scope": 1},
    ],
)
def test_wrong_settings_are_refused(client: httpx.Client, wrong: Json) -> None:
    answer = client.put("/_aemulator/gates", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_put_says_the_whole_setting_and_patch_a_part(client: httpx.Client) -> None:
    scope = "path:/content/dam/changed-in-part"

    def patched(**change: Any) -> Json:
        answer = client.patch("/_aemulator/gates", json={"scope": scope, **change}).raise_for_status().json()
        return dict(answer["flows"].get(scope, {}))

    put(client, scope, mode="slow", slow_seconds=7, breakpoints=[4], expires_in=600)
    assert patched(breakpoints=[6])["mode"] == "slow"
    after = patched(mode="pause")
    assert (after["slow_seconds"], after["breakpoints"]) == (7, [6])
    assert after["expires"] is not None
    assert patched(expires_in=None)["expires"] is None
    assert put(client, scope, breakpoints=[2])["flows"][scope]["mode"] == "run"
    assert patched(breakpoints=[]) == {}
    assert client.patch("/_aemulator/gates", json={"scope": scope, "mode": "stop"}).status_code == 400


def test_bodies_that_are_no_object_are_refused(client: httpx.Client) -> None:
    for body in (b"[1]", b"{", b"\xff"):
        assert client.put("/_aemulator/gates", content=body).status_code == 400
        assert client.post("/_aemulator/gates/step", content=body).status_code == 400
        assert client.post("/_aemulator/faults", content=body).status_code == 400
