"""Which exchanges a fault strikes, and how faults are made, changed and refused."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow import faults
from flow.faults import Fault
from flow.gates import Setting, setting_for
from probes.faults import Situation
from tests.server import ServerProcess, manage

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may load the machine

READ = Situation("blobstore", 4, path="/content/dam/a/b.jpg", mime="image/jpeg", rendition="cq5dam.web.1280.jpeg")


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({}, True),
        ({"service": "blobstore", "step": 4}, True),
        ({"service": "compute"}, False),
        ({"step": 5}, False),
        ({"path": "/content/dam/a"}, True),
        ({"path": "/content/dam/a/b.jpg"}, True),
        ({"path": "/content/dam/a/b"}, False),
        ({"mime": "image/*", "rendition": "cq5dam.web.*"}, True),
        ({"mime": "video/*"}, False),
        ({"profile": "Print"}, True),
        ({"profile": "Web"}, False),
    ],
)
def test_matching(match: dict[str, Any], struck: bool) -> None:
    assert faults.matches(Fault("1", "latency", match=match), READ, "Print") is struck


def test_a_kind_strikes_only_where_it_can() -> None:
    assert not faults.matches(Fault("1", "event-lost"), READ)
    assert faults.matches(Fault("1", "corrupt-source"), READ)


@UNHURRIED
@given(st.integers(-(2**53), 2**53), st.floats(0, 1))
def test_chance_is_the_same_for_the_same_seed(seed: int, probability: float) -> None:
    fault = Fault("1", "latency", seed=seed, probability=probability)
    other = Fault("2", "latency", seed=seed, probability=probability)
    assert [faults.strikes(fault, n) for n in range(1, 30)] == [faults.strikes(other, n) for n in range(1, 30)]


def test_probability_holds_over_many() -> None:
    fault = Fault("1", "latency", seed=1, probability=0.3)
    assert 250 < sum(faults.strikes(fault, number) for number in range(1, 1001)) < 350


def test_the_nth() -> None:
    fault = Fault("1", "latency", match={"nth": 3})
    assert [number for number in range(1, 10) if faults.strikes(fault, number)] == [3]


def test_the_most_special_gate_counts() -> None:
    scopes = ("all", "path:/content/dam", "path:/content/dam/a", "f1")
    settings = {scope: Setting(scope, "pause") for scope in scopes}
    assert setting_for(settings, "f1", "/content/dam/a/b") is settings["f1"]
    assert setting_for(settings, "f2", "/content/dam/a/b") is settings["path:/content/dam/a"]
    assert setting_for(settings, "f2", "/content/dam/ab") is settings["path:/content/dam"]
    assert setting_for(settings, "", "/x") is settings["all"]
    assert setting_for({}, "", "/x") is None


def test_a_fault_is_made_changed_and_removed(client: httpx.Client) -> None:
    made = client.post("/_aemulator/faults", json={"kind": "latency", "match": {"path": "/nowhere"}, "times": 3})
    assert made.status_code == 201
    fault = made.json()
    assert fault["parameters"] == {"seconds": 1.0}
    assert fault["hits"] == 0
    where = f"/_aemulator/faults/{fault['id']}"
    changed = client.put(where, json={"enabled": False, "parameters": {"seconds": 2}}).json()
    assert (changed["enabled"], changed["parameters"], changed["times"]) == (False, {"seconds": 2.0}, 3)
    assert fault["id"] in {one["id"] for one in client.get("/_aemulator/faults").json()["faults"]}
    assert client.delete(where).status_code == 200
    assert client.delete(where).status_code == 404
    assert client.put(where, json={}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "rain"},
        {"kind": ["latency"]},
        {"kind": "latency", "probability": 2},
        {"kind": "latency", "probability": "1"},
        {"kind": "latency", "times": 0},
        {"kind": "latency", "times": 1.5},
        {"kind": "latency", "seed": 2**60},
        {"kind": "latency", "enabled": 1},
        {"kind": "latency", "match": []},
        {"kind": "latency", "match": {"colour": "red"}},
        {"kind": "latency", "match": {"step": 8}},
        {"kind": "latency", "match": {"path": 1}},
        {"kind": "latency", "match": {"nth": 0}},
        {"kind": "latency", "parameters": {"seconds": 10**6}},
        {"kind": "latency", "parameters": {"minutes": 1}},
        {"kind": "error-reason", "parameters": {"reason": "Rain"}},
    ],
)
def test_wrong_faults_are_refused(client: httpx.Client, wrong: dict[str, Any]) -> None:
    answer = client.post("/_aemulator/faults", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_page_of_another_site_can_make_none(client: httpx.Client) -> None:
    answer = client.post(
        "/_aemulator/faults", json={"kind": "latency"}, headers={"origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_faults_from_the_command_line(server: ServerProcess, client: httpx.Client) -> None:
    environment = {"AEMULATOR_DATA_DIR": str(server.data_dir)}
    arguments = ["--match", "step=4", "--match", "path=/content/dam/cli", "--param", "status=502", "--times", "2"]
    added = manage("fault", "add", "server-error", *arguments, environment=environment)
    assert added.returncode == 0, added.stderr
    (fault,) = client.get("/_aemulator/faults").json()["faults"]
    assert fault["match"] == {"step": 4, "path": "/content/dam/cli"}
    assert (fault["kind"], fault["parameters"], fault["times"]) == ("server-error", {"status": 502}, 2)
    listed = manage("fault", "list", environment=environment)
    assert listed.stdout == added.stdout
    assert fault["id"] in listed.stdout
    refused = manage("fault", "add", "server-error", "--param", "status=200", environment=environment)
    assert refused.returncode == 1
    assert "status must be a number from 500 to 599" in refused.stderr
    removed = manage("fault", "remove", fault["id"], environment=environment)
    assert removed.stdout == "1 removed\n"
    assert client.get("/_aemulator/faults").json()["faults"] == []
