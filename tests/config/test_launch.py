"""Options, addresses, and what the settings are told before they load."""

import socket
from pathlib import Path

import pytest

from config import addresses, datalock, launch, served
from config.errors import DataDirBusy, DataDirError, PortError


def test_port_0_is_a_free_port_that_is_claimed_at_once() -> None:
    with addresses.bind("127.0.0.1", 0) as sock:
        port = addresses.port_of(sock)
        assert port > 0
        with pytest.raises(PortError, match=f"port {port}: address already in use"):
            addresses.bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no such host", "203.0.113.7"])
def test_an_address_that_is_not_this_machines_is_an_error_in_words(host: str) -> None:
    with pytest.raises(PortError, match=f"cannot listen on {host} port 0: .+"):
        addresses.bind(host, 0)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1"),
        ("0.0.0.0", "http://127.0.0.1:1"),
        ("::1", "http://[::1]:1"),
        ("::", "http://[::1]:1"),
        ("localhost", "http://localhost:1"),
    ],
)
def test_the_url_of_a_host_is_one_that_this_machine_can_reach(host: str, url: str) -> None:
    assert addresses.url("http", host, 1) == url


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_loopback_addresses_are_known(host: str, loopback: bool) -> None:
    assert addresses.is_loopback(host) is loopback


@pytest.mark.parametrize("port", ["-1", "65536", "http", ""])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        launch.serve_options([f"--port={port}"])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_options_come_from_the_environment_and_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEMULATOR_PORT", "1234")
    monkeypatch.setenv("AEMULATOR_HTTPS_PORT", "1235")
    options = launch.serve_options(["--https-port", "0"])
    assert (options.port, options.https_port) == (1234, 0)


def test_the_last_addresses_are_remembered(tmp_path: Path) -> None:
    where = served.Served("127.0.0.1", 8123, 8124)
    where.remember(tmp_path)
    assert served.recall(tmp_path) == where


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"host": "a", "port": "x", "https_port": 1}', "null"])
def test_a_damaged_memory_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / served.FILE).write_text(content)
    assert served.recall(tmp_path) is None


def test_a_pasted_block_of_another_server_is_dropped() -> None:
    environ = {
        "AEMULATOR_URL": "http://127.0.0.1:8080",
        "AEMULATOR_HTTPS_URL": "https://127.0.0.1:8443",
        "AEMULATOR_IMS_URL": "http://127.0.0.1:8080",
        "AEMULATOR_ORG_ID": "someone@AdobeOrg",
        "AZURE_STORAGE_CONNECTION_STRING": "AccountName=a;BlobEndpoint=http://127.0.0.1:8080/devstoreaccount1;",
        "OTHER": "http://127.0.0.1:8080",
    }
    served.drop_pasted_block(environ)
    assert environ == {"AEMULATOR_ORG_ID": "someone@AdobeOrg", "OTHER": "http://127.0.0.1:8080"}


def test_what_the_user_chose_stays() -> None:
    environ = {
        "AEMULATOR_URL": "http://box.example:8080",
        "AEMULATOR_ASSET_COMPUTE_URL": "https://asset-compute.adobe.io",
        "AZURE_STORAGE_CONNECTION_STRING": "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;",
    }
    kept = dict(environ)
    served.drop_pasted_block(environ)
    assert environ == kept


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    assert not datalock.is_held(tmp_path)
    with datalock.acquire(tmp_path):
        assert datalock.is_held(tmp_path)
        with pytest.raises(DataDirBusy, match="another server"):
            datalock.acquire(tmp_path)
    assert not datalock.is_held(tmp_path)


def test_a_data_directory_that_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirError, match="cannot be written: Not a directory"):
        datalock.acquire(tmp_path / "file" / "data")


def test_bound_sockets_do_not_block() -> None:
    with addresses.bind("127.0.0.1", 0) as sock, pytest.raises(BlockingIOError):
        socket.socket.accept(sock)
