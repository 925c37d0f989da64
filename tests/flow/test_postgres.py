"""The recorder, a gate and a fault on PostgreSQL."""

from pathlib import Path

from tests import photographer
from tests.flow.flows import flow_of
from tests.photographer import Upload
from tests.postgres import cluster
from tests.server import ServerProcess, wait_until

WITHIN = 60.0


def test_a_held_and_struck_flow_on_postgresql(data_dir: Path) -> None:
    with (
        cluster() as url,
        ServerProcess(data_dir, environment={"DATABASE_URL": url}) as server,
        server.client() as client,
        photographer.client(server) as http,
    ):
        folder = photographer.make_folder(http, "pg")
        scope = f"path:{folder}"
        client.put("/_aemulator/gates", json={"scope": scope, "mode": "pause"}).raise_for_status()
        fault = {"kind": "server-error", "match": {"step": 6, "path": folder}, "times": 1}
        client.post("/_aemulator/faults", json=fault).raise_for_status()
        path = Upload(http, folder, "a.jpg", photographer.photo(1, 160, 120)).run()
        for step in (2, 4, 6, 7):
            wait_until(
                lambda at=step: [one["step"] for one in client.get("/_aemulator/gates").json()["held"]] == [at],  # type: ignore[misc]
                WITHIN,
                f"it is held before step {step}",
            )
            assert client.post("/_aemulator/gates/step", json={"scope": scope}).json()["released"] == 1
        flow = flow_of(client, path, within=WITHIN)
        assert {one["state"] for one in flow["renditions"]} == {"attached"}
        assert [one["fault"] for one in flow["exchanges"] if one["fault"]] == ["server-error"]
        assert client.get("/_aemulator/flows", params={"q": "A.JP"}).json()["flows"][0]["id"] == flow["flow"]["id"]
        number = flow["exchanges"][0]["id"]
        assert client.get(f"/_aemulator/exchanges/{number}").json()["request"]["headers"]
        har = client.get(f"/_aemulator/flows/{flow['flow']['id']}.har").json()
        assert client.post("/_aemulator/flows/import", json=har).status_code == 201
        assert client.post("/_aemulator/reset").status_code == 200
        assert client.get("/_aemulator/flows").json()["flows"] == []
        assert client.get("/_aemulator/gates").json()["flows"] == {}
