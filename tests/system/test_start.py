"""`manage.py serve` as a process: ready quickly, honest about its addresses, clear about what stops it."""

import json
import os
import re
import socket
import sqlite3
import ssl
from pathlib import Path

import httpx

from tests.server import ADMIN, ServerProcess, manage

CPU_SECONDS_TO_READY = 4.0  # two thirds of that on an idle machine: sharing its caches with other tests costs
FREE = ("--port", "0", "--https-port", "0", "--no-demo")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def refused(*options: str, **environment: str) -> tuple[int, str]:
    """Exit code and the one line of a start that must fail."""
    done = manage("serve", *FREE, *options, environment=environment)
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return done.returncode, lines[0]


def environment_of(server: ServerProcess) -> dict[str, str]:
    return dict(httpx.get(f"{server.url}/_aemulator/env", auth=ADMIN).json())


def test_a_fresh_data_directory_is_served_quickly(data_dir: Path) -> None:
    # In CPU time, since other tests run beside this one; on an idle machine it is the time that passes, too.
    with ServerProcess(data_dir) as server:
        assert cpu_seconds(server.process.pid) < CPU_SECONDS_TO_READY
        assert httpx.get(f"{server.url}/_aemulator/health").json()["parts"]["database"]["ok"]


def test_port_0_prints_the_ports_it_got(server: ServerProcess) -> None:
    printed = re.findall(r"https?://127\.0\.0\.1:\d+", server.output())
    assert printed[:2] == [server.url, server.https_url]
    assert "admin / admin" in server.output()


def test_https_answers_with_the_local_ca(server: ServerProcess) -> None:
    with httpx.Client(verify=_trusting(server.ca_file)) as client:
        assert client.get(f"{server.https_url}/_aemulator/health").json()["parts"]


def test_the_printed_block_is_what_env_and_the_endpoint_say(server: ServerProcess, client: httpx.Client) -> None:
    said = client.get("/_aemulator/env").json()
    shell = client.get("/_aemulator/env", params={"for": "shell"}).text
    assert shell in server.output()
    assert json.loads(manage("env", "--for", "json", "--data-dir", str(server.data_dir)).stdout) == said
    assert said["AEMULATOR_URL"] == server.url
    assert Path(said["NODE_EXTRA_CA_CERTS"]).read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_the_block_survives_a_restart(data_dir: Path) -> None:
    with ServerProcess(data_dir) as first:
        before = environment_of(first)
        fixed = ("--port", first.url.rsplit(":", 1)[1], "--https-port", first.https_url.rsplit(":", 1)[1])
    assert (
        json.loads(manage("env", "--for", "json", environment={"AEMULATOR_DATA_DIR": str(data_dir)}).stdout) == before
    )
    with ServerProcess(data_dir, *fixed) as second:
        assert environment_of(second) == before


def test_a_block_pasted_into_the_shell_does_not_lead_the_next_server_astray(data_dir: Path) -> None:
    pasted = {
        "AEMULATOR_URL": "http://127.0.0.1:9",
        "AEMULATOR_HTTPS_URL": "https://127.0.0.1:10",
        "AEMULATOR_IMS_URL": "http://127.0.0.1:9",
        "AZURE_STORAGE_CONNECTION_STRING": "BlobEndpoint=http://127.0.0.1:9/devstoreaccount1;",
    }
    with ServerProcess(data_dir, environment=pasted) as server:
        said = environment_of(server)
    assert said["AEMULATOR_URL"] == said["AEMULATOR_IMS_URL"] == server.url
    assert f"BlobEndpoint={server.url}/" in said["AZURE_STORAGE_CONNECTION_STRING"]


def test_a_busy_port_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        code, line = refused("--data-dir", str(tmp_path / "data"), "--port", port)
    assert (code, line) == (1, f"aemulator: cannot listen on 127.0.0.1 port {port}: address already in use")


def test_a_data_directory_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, line = refused("--data-dir", str(tmp_path / "file"))
    assert code == 1
    assert line.startswith(f"aemulator: the data directory {tmp_path / 'file'} cannot be written:")


def test_a_second_server_on_the_same_data_is_one_line(server: ServerProcess) -> None:
    code, line = refused("--data-dir", str(server.data_dir))
    pid = server.process.pid
    assert (code, line) == (1, f"aemulator: another server (process {pid}) uses the data directory {server.data_dir}")


def test_a_database_that_is_none_is_one_line(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "aemulator.sqlite3").write_bytes(b"not a database, whatever its name says" * 100)
    code, line = refused("--data-dir", str(data_dir))
    assert code == 1
    assert line.endswith("file is not a database")


def test_a_damaged_page_is_one_line(data_dir: Path) -> None:
    with ServerProcess(data_dir):
        pass
    file = data_dir / "aemulator.sqlite3"
    with file.open("r+b") as database:
        for page in range(1, file.stat().st_size // 4096, 2):
            database.seek(page * 4096)
            database.write(b"\xff" * 4096)
    code, line = refused("--data-dir", str(data_dir))
    assert code == 1
    assert re.search(r"is damaged|cannot be used", line)


def test_a_database_of_a_newer_version_is_one_line(data_dir: Path) -> None:
    with ServerProcess(data_dir):
        pass
    beside = data_dir / "aemulator.sqlite3-wal"
    assert not beside.exists() or beside.stat().st_size == 0, "a stop leaves one file"
    with sqlite3.connect(data_dir / "aemulator.sqlite3") as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('repository', '9999_later', 0)")
    database.close()
    code, line = refused("--data-dir", str(data_dir))
    assert code == 1
    assert "belongs to a newer version" in line
    assert "repository.9999_later" in line


def test_other_machines_are_let_in_only_with_a_password_of_your_own(data_dir: Path) -> None:
    code, line = refused("--data-dir", str(data_dir), "--host", "0.0.0.0")
    assert code == 2
    assert "AEMULATOR_ADMIN_PASSWORD" in line
    password = {"AEMULATOR_ADMIN_PASSWORD": "correct horse"}
    with ServerProcess(data_dir, "--host", "0.0.0.0", environment=password) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{server.url}/_aemulator/env", auth=("admin", "correct horse")).status_code == 200
        assert httpx.get(f"{server.url}/_aemulator/env", auth=("admin", "admin")).status_code == 401


def test_it_serves_on_ipv6_too(data_dir: Path) -> None:
    with ServerProcess(data_dir, "--host", "::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert httpx.get(f"{server.url}/_aemulator/health").status_code == 200
        with httpx.Client(verify=_trusting(server.ca_file)) as client:
            assert client.get(f"{server.https_url}/_aemulator/health").status_code == 200


def test_a_setting_that_is_not_understood_is_one_line(data_dir: Path) -> None:
    code, line = refused("--data-dir", str(data_dir), AEMULATOR_RENDER_MAX_PIXELS="many")
    assert (code, line) == (2, "aemulator: AEMULATOR_RENDER_MAX_PIXELS must be a whole number, not 'many'")


def test_an_unknown_option_is_refused(data_dir: Path) -> None:
    done = manage("serve", "--prot", "8080", "--data-dir", str(data_dir))
    assert done.returncode == 2
    assert "--prot" in done.stderr


def _trusting(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca))
