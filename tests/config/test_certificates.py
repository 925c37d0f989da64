"""The local CA, checked with the TLS library's own verification."""

import datetime
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509

from config import certificates


def handshake(secrets: Path, name: str, host: str = "127.0.0.1") -> None:
    """A TLS handshake between a server with the certificate and a client that trusts only the CA."""
    server_side, client_side = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificates.server_file(secrets, host))
    client = ssl.create_default_context(cafile=str(certificates.authority_file(secrets)))
    client.verify_flags |= ssl.VERIFY_X509_STRICT

    def accept() -> None:
        try:
            server.wrap_socket(server_side, server_side=True).close()
        except (ssl.SSLError, OSError):
            server_side.close()  # the client refused, and says why itself

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        with client.wrap_socket(client_side, server_hostname=name):
            pass
    finally:
        client_side.close()
        thread.join(10)


@pytest.mark.parametrize(
    "name",
    ["localhost", "127.0.0.1", "::1", "asset-compute.adobe.io", "ims-na1.adobelogin.com", "ns.adobeioruntime.net"],
)
def test_it_is_good_for_this_machine_and_for_adobes_hosts(tmp_path: Path, name: str) -> None:
    handshake(tmp_path, name)


def test_it_is_good_for_the_address_served_on(tmp_path: Path) -> None:
    handshake(tmp_path, "192.0.2.9", host="192.0.2.9")


def test_it_is_good_for_no_other_host(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, "example.com")


def test_it_is_kept(tmp_path: Path) -> None:
    first = certificates.server_file(tmp_path, "127.0.0.1").read_bytes()
    assert certificates.server_file(tmp_path, "127.0.0.1").read_bytes() == first


def test_only_the_owner_can_read_the_keys(tmp_path: Path) -> None:
    certificates.server_file(tmp_path / "secrets", "127.0.0.1")
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / "secrets").iterdir()} == {0}


@pytest.mark.parametrize("file", ["server.pem", "ca.pem", "ca-key.pem"])
@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_file_is_replaced(tmp_path: Path, file: str, content: str) -> None:
    certificates.server_file(tmp_path, "127.0.0.1")
    (tmp_path / file).write_text(content)
    handshake(tmp_path, "localhost")


def test_it_is_renewed_before_it_ends_by_the_same_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "SERVER_DAYS", 20)
    certificates.server_file(tmp_path, "127.0.0.1")
    authority = certificates.authority_file(tmp_path).read_bytes()
    monkeypatch.setattr(certificates, "SERVER_DAYS", 300)
    renewed = x509.load_pem_x509_certificate(certificates.server_file(tmp_path, "127.0.0.1").read_bytes())
    assert renewed.not_valid_after_utc - datetime.datetime.now(datetime.UTC) > datetime.timedelta(days=200)
    assert certificates.authority_file(tmp_path).read_bytes() == authority


def test_an_authority_that_ends_soon_is_replaced_with_its_server_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "AUTHORITY_DAYS", 20)
    certificates.server_file(tmp_path, "127.0.0.1")
    monkeypatch.setattr(certificates, "AUTHORITY_DAYS", 300)
    handshake(tmp_path, "localhost")
