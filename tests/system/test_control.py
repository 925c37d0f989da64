"""The control plane and the commands that answer the same questions."""

from pathlib import Path

import httpx
from azure.storage.blob import BlobServiceClient

from config.health import joined
from tests import photographer
from tests.photographer import Upload
from tests.server import ADMIN, ServerProcess, manage


def test_health_needs_no_login_and_names_each_part(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}/_aemulator/health")
    parts = answer.json()["parts"]
    assert answer.status_code == 200, parts
    assert {"database", "blob-storage"} <= set(parts)
    assert {"ok", "seconds", "free"} == set(parts["blob-storage"]), "a request was answered, and the disk has room"
    assert any(name.startswith("loop:") and part["age"] < 60 for name, part in parts.items())
    assert httpx.head(f"{server.url}/_aemulator/health").status_code == 200


def test_health_says_what_is_not_well(data_dir: Path) -> None:
    nowhere = {"AZURE_STORAGE_CONNECTION_STRING": "AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:9/a;"}
    with ServerProcess(data_dir, environment=nowhere) as server:
        answer = httpx.get(f"{server.url}/_aemulator/health")
        parts = answer.json()["parts"]
        assert answer.status_code == 503
        assert not parts["blob-storage"]["ok"]
        assert parts["blob-storage"]["error"]
        assert parts["database"]["ok"]


def test_what_two_looked_at_is_well_only_if_both_are() -> None:
    answered, full = {"ok": True, "seconds": 0.01}, {"ok": False, "free": 0, "error": "no space"}
    assert joined(answered, {"ok": True, "free": 5}) == {"ok": True, "seconds": 0.01, "free": 5}
    assert joined(answered, full) == {"ok": False, "seconds": 0.01, "free": 0, "error": "no space"}
    assert joined({"ok": False, "error": "refused"}, full)["error"] == "refused; no space"


def test_the_environment_is_for_the_logged_in(server: ServerProcess) -> None:
    assert httpx.get(f"{server.url}/_aemulator/env").status_code == 401
    assert httpx.get(f"{server.url}/_aemulator/env", auth=("admin", "wrong")).status_code == 401
    block = httpx.get(f"{server.url}/_aemulator/env", auth=ADMIN).json()
    bearer = {"Authorization": f"Bearer {block['AEMULATOR_ACCESS_TOKEN']}"}
    assert httpx.get(f"{server.url}/_aemulator/env", headers=bearer).json() == block


def test_the_environment_comes_in_each_language(client: httpx.Client) -> None:
    for language, begin in {"shell": "export ", "node": "Object.assign", "python": "import os", "json": "{"}.items():
        assert client.get("/_aemulator/env", params={"for": language}).text.startswith(begin)
    assert client.get("/_aemulator/env", params={"for": "cobol"}).status_code == 400


def test_what_is_not_there_is_404_and_what_is_not_allowed_405(client: httpx.Client) -> None:
    assert client.get("/_aemulator/nothing").status_code == 404
    assert client.get("/_aemulator/reset").status_code == 405


def test_reset_empties_the_repository(data_dir: Path) -> None:
    with ServerProcess(data_dir) as server, server.client() as client:
        assert client.post("/api/assets/gone", json={"class": "assetFolder"}).status_code == 201
        assert client.post("/_aemulator/reset").json() == {"ok": True, "content": "empty"}
        assert client.get("/content/dam/gone.json").status_code == 404
        assert client.get("/content/dam.json").status_code == 200
        assert client.get("/_aemulator/health").status_code == 200


def test_reset_empties_the_blob_storage_and_leaves_a_server_that_works(data_dir: Path) -> None:
    with ServerProcess(data_dir) as server, photographer.client(server) as http, server.client() as client:
        path = Upload(http, photographer.make_folder(http, "reset"), "a.jpg", photographer.photo(1)).run()
        photographer.wait_processed(http, [path], 60)
        assert blob_names(client)
        assert client.post("/_aemulator/reset").status_code == 200
        assert not blob_names(client)
        path = Upload(http, photographer.make_folder(http, "reset"), "b.jpg", photographer.photo(2)).run()
        assert photographer.wait_processed(http, [path], 60) == {path: "processed"}


def blob_names(client: httpx.Client) -> list[str]:
    connection_string = client.get("/_aemulator/env").json()["AZURE_STORAGE_CONNECTION_STRING"]
    with BlobServiceClient.from_connection_string(connection_string) as service:
        container = service.get_container_client("aem-assets")
        return list(container.list_blob_names()) if container.exists() else []


def test_reset_is_refused_to_strangers(server: ServerProcess, client: httpx.Client) -> None:
    assert httpx.post(f"{server.url}/_aemulator/reset").status_code == 401
    foreign = client.post("/_aemulator/reset", headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert client.post("/_aemulator/reset", params={"content": "surprise"}).status_code == 400


def test_the_reset_command_asks_a_running_server_and_works_without_one(data_dir: Path) -> None:
    with ServerProcess(data_dir) as server, server.client() as client:
        client.post("/api/assets/gone", json={"class": "assetFolder"})
        assert manage("reset", "--yes", "--data-dir", str(data_dir)).returncode == 0
        assert client.get("/content/dam/gone.json").status_code == 404
        client.post("/api/assets/gone", json={"class": "assetFolder"})
    assert manage("reset", "--data-dir", str(data_dir)).returncode == 1  # nobody said yes
    assert manage("reset", "--yes", "--data-dir", str(data_dir)).returncode == 0
    with ServerProcess(data_dir) as server, server.client() as client:
        assert client.get("/content/dam/gone.json").status_code == 404


def test_doctor_finds_nothing_wrong_with_a_running_server(server: ServerProcess) -> None:
    done = manage("doctor", "--data-dir", str(server.data_dir))
    assert done.returncode == 0, done.stdout
    assert f"runs at {server.url}" in done.stdout


def test_doctor_finds_a_damaged_database(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "aemulator.sqlite3").write_bytes(b"x" * 8192)
    done = manage("doctor", "--data-dir", str(data_dir))
    assert done.returncode == 1
    assert "PROBLEM  database" in done.stdout


def test_a_worker_of_its_own_needs_a_broker(data_dir: Path) -> None:
    done = manage("worker", "--data-dir", str(data_dir))
    assert done.returncode == 1
    assert "DRAMATIQ_BROKER_URL" in done.stderr
