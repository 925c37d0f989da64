"""Downloads and uploads by signed URLs, over real sockets."""

import base64
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compute import transfer as transfer_module
from compute.activation import SourceRef
from compute.connections import Connections, redacted
from compute.errors import GenericError, RenditionError, RenditionTooLarge, SourceCorrupt, SourceUnsupported
from compute.transfer import BytesPayload, Downloaded, FilePayload, Transfer
from tests.compute.storage import SIGNATURE, Storage

LIMIT = 1_000_000


@pytest.fixture
def storage() -> Iterator[Storage]:
    with Storage() as running:
        yield running


@pytest.fixture
def connections() -> Iterator[Connections]:
    pool = Connections(retry_seconds=3)
    yield pool
    pool.close()


@pytest.fixture
def transfer(connections: Connections) -> Transfer:
    return Transfer(connections, LIMIT)


def download(transfer: Transfer, source: SourceRef, folder: Path) -> Downloaded:
    return transfer.download(source, folder / "source", lambda: None)


def test_a_source_comes_down_with_its_type_and_name(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    url = storage.source("/folder/a%20picture.jpg", b"content")
    storage.content_types["/folder/a%20picture.jpg"] = "Image/JPEG; charset=x"
    got = download(transfer, SourceRef(url), tmp_path)
    assert got.path.read_bytes() == b"content"
    assert (got.size, got.mimetype, got.name) == (7, "image/jpeg", "a picture.jpg")


def test_what_the_caller_says_wins(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    url = storage.source("/blob", b"content")
    got = download(transfer, SourceRef(url, "b.png", "image/png", 7, {"x-extra": "yes"}), tmp_path)
    assert (got.mimetype, got.name) == ("image/png", "b.png")
    assert [request.method for request in storage.requests] == ["GET"], "there is nothing to ask a HEAD for"
    assert storage.requests[0].headers["x-extra"] == "yes"
    assert storage.requests[0].query == SIGNATURE


def test_head_comes_first_when_something_is_unknown(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    download(transfer, SourceRef(storage.source("/blob", b"content")), tmp_path)
    assert [request.method for request in storage.requests] == ["HEAD", "GET"]


def test_a_url_signed_for_get_alone_is_asked_for_one_byte(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    storage.refusals["/blob"] = [403]
    got = download(transfer, SourceRef(storage.source("/blob", b"content")), tmp_path)
    assert got.size == 7
    assert [request.headers.get("range") for request in storage.requests] == [None, "bytes=0-0", None]


def test_a_large_source_comes_in_ranges(
    transfer: Transfer, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_module, "PART", 1000)
    content = bytes(range(256)) * 13
    storage.broken_off.add("/blob")
    got = download(transfer, SourceRef(storage.source("/blob", content)), tmp_path)
    assert got.path.read_bytes() == content
    assert len(storage.of("GET")) == 5, "four ranges, one of them twice"
    assert {request.headers["range"] for request in storage.of("GET")} == {
        "bytes=0-999",
        "bytes=1000-1999",
        "bytes=2000-2999",
        "bytes=3000-3327",
    }


def test_a_broken_download_is_begun_again(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    content = bytes(500_000)
    storage.broken_off.add("/blob")
    assert download(transfer, SourceRef(storage.source("/blob", content)), tmp_path).path.read_bytes() == content


def test_a_server_error_is_tried_again(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    storage.refusals["/blob"] = [503, 500, 429]
    assert download(transfer, SourceRef(storage.source("/blob", b"x")), tmp_path).size == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is always full")
def test_a_full_disk_is_not_tried_again(storage: Storage) -> None:
    started = time.monotonic()
    source = SourceRef(storage.source("/blob", b"content"))
    with pytest.raises(GenericError, match="No space left"):
        Transfer(Connections(retry_seconds=30), LIMIT).download(source, Path("/dev/full"), lambda: None)
    assert time.monotonic() - started < 10


def test_retries_come_to_an_end(storage: Storage, tmp_path: Path) -> None:
    storage.refusals["/blob"] = [503] * 1000
    impatient = Transfer(Connections(retry_seconds=0.3), LIMIT)
    with pytest.raises(GenericError, match="failed with status 503"):
        download(impatient, SourceRef(storage.source("/blob", b"x")), tmp_path)


def test_redirects_are_followed(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    storage.source("/there", b"content")
    storage.redirects["/here"] = "/there?moved"
    assert download(transfer, SourceRef(f"{storage.url}/here"), tmp_path).size == 7


def test_redirects_in_a_circle_end(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    storage.redirects["/here"] = "/here"
    with pytest.raises(GenericError, match="too many redirects"):
        download(transfer, SourceRef(f"{storage.url}/here"), tmp_path)


def test_a_missing_source_is_named_without_its_signature(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(GenericError) as caught:
        download(transfer, SourceRef(f"{storage.url}/no%20such?{SIGNATURE}"), tmp_path)
    assert f"HEAD '{storage.url}/no%20such' failed with status 404" in caught.value.message
    assert "sig=" not in caught.value.message


def test_an_empty_source_is_corrupt(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(SourceCorrupt):
        download(transfer, SourceRef(storage.source("/blob", b"")), tmp_path)
    with pytest.raises(SourceCorrupt):
        download(transfer, SourceRef("data:image/png;base64,"), tmp_path)


def test_a_source_over_the_limit_is_not_downloaded(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(SourceUnsupported):
        download(transfer, SourceRef(storage.source("/blob", bytes(LIMIT + 1))), tmp_path)
    assert not storage.of("GET")


def test_a_source_that_is_larger_than_declared_is_stopped(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    url = storage.source("/blob", bytes(LIMIT * 2))
    with pytest.raises(SourceUnsupported):
        download(transfer, SourceRef(url, mimetype="image/png", size=10), tmp_path)


@pytest.mark.parametrize(
    ("uri", "content", "mimetype"),
    [
        ("data:image/png;base64,aGVsbG8=", b"hello", "image/png"),
        ("data:image/png;base64,aGVsbG8", b"hello", "image/png"),
        ("data:text/plain;charset=utf-8,a%20b", b"a b", "text/plain"),
        ("data:,x", b"x", None),
    ],
)
def test_data_uris(transfer: Transfer, tmp_path: Path, uri: str, content: bytes, mimetype: str | None) -> None:
    got = download(transfer, SourceRef(uri), tmp_path)
    assert got.path.read_bytes() == content
    assert got.mimetype == mimetype
    assert transfer.fetch(uri, 100) == content


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/x", "nonsense", "http://", "http://[::1", "http://host:99999/", ""]
)
def test_what_is_no_http_url_is_refused(transfer: Transfer, tmp_path: Path, url: str) -> None:
    with pytest.raises(RenditionError):
        download(transfer, SourceRef(url), tmp_path)


def test_an_unknown_host_is_not_waited_for(transfer: Transfer, tmp_path: Path) -> None:
    with pytest.raises(GenericError, match=r"no-such-host\.invalid"):
        download(transfer, SourceRef("http://no-such-host.invalid/x?sig=1"), tmp_path)


def test_connections_are_kept(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    url = storage.source("/blob", b"content")
    download(transfer, SourceRef(url), tmp_path)
    for number in range(3):
        transfer.upload(storage.target(f"r{number}"), BytesPayload(b"x"), "image/png", "r")
    assert len({request.connection for request in storage.requests}) == 1


def test_a_connection_that_the_server_has_closed_is_replaced(connections: Connections, tmp_path: Path) -> None:
    transfer = Transfer(connections, LIMIT)
    with Storage() as first:
        port_url = first.url
        transfer.upload(first.target("a"), BytesPayload(b"x"), "image/png", "r")
    with pytest.raises(GenericError, match="failed"):
        Transfer(Connections(retry_seconds=0.1), LIMIT).fetch(f"{port_url}/gone", 10)


# --- up --------------------------------------------------------------------------------------------------------------


def test_one_block_is_one_put_with_its_type(transfer: Transfer, storage: Storage) -> None:
    transfer.upload(storage.target("r", blocks=3), BytesPayload(b"picture"), "text/plain; charset=utf-8", "r")
    assert storage.uploaded("r", 3) == b"picture"
    (put,) = storage.of("PUT")
    assert put.headers["content-type"] == "text/plain; charset=utf-8"
    assert put.headers["content-length"] == "7"
    assert "x-ms-blob-type" not in put.headers


def test_parts_are_as_large_as_allowed(transfer: Transfer, storage: Storage, tmp_path: Path) -> None:
    content = bytes(range(250)) * 10
    (tmp_path / "file").write_bytes(content)
    transfer.upload(storage.target("r", 5, max_part_size=1000), FilePayload(tmp_path / "file"), "video/mp4", "r")
    assert storage.uploaded("r", 5) == content
    assert sorted(request.headers["content-length"] for request in storage.of("PUT")) == ["1000", "1000", "500"]


def test_parts_of_bytes(transfer: Transfer, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_module, "AT_ONCE", 100)
    content = bytes(range(250)) * 4
    transfer.upload(storage.target("r", 4, max_part_size=300), BytesPayload(content), "image/png", "r")
    assert storage.uploaded("r", 4) == content


def test_part_sizes_may_come_as_texts(transfer: Transfer, storage: Storage) -> None:
    target = storage.target("r", 2) | {"maxPartSize": "2"}
    transfer.upload(target, BytesPayload(b"abc"), "image/png", "r")
    assert storage.uploaded("r", 2) == b"abc"


def test_extra_headers_go_with_every_part(transfer: Transfer, storage: Storage) -> None:
    target = {**storage.target("r", 2, max_part_size=1), "multipartHeaders": {"x-extra": "yes"}}
    transfer.upload(target, BytesPayload(b"ab"), "image/png", "r")
    assert [request.headers["x-extra"] for request in storage.of("PUT")] == ["yes", "yes"]


def test_a_target_without_room_is_too_large_before_anything_is_sent(transfer: Transfer, storage: Storage) -> None:
    with pytest.raises(RenditionTooLarge, match=r"rendition size of 11 for r\.png is too large"):
        transfer.upload(storage.target("r", 2, max_part_size=5), BytesPayload(bytes(11)), "image/png", "r.png")
    assert not storage.requests


def test_a_refusal_for_size_is_too_large(transfer: Transfer, storage: Storage) -> None:
    storage.refusals["/out/r"] = [413]
    with pytest.raises(RenditionTooLarge):
        transfer.upload(storage.target("r"), BytesPayload(b"x"), "image/png", "r.png")


def test_another_refusal_is_a_generic_error_with_its_text(transfer: Transfer, storage: Storage) -> None:
    storage.refusals["/out/r"] = [403]
    with pytest.raises(GenericError) as caught:
        transfer.upload(storage.target("r"), BytesPayload(b"x"), "image/png", "r.png")
    assert caught.value.reason == "GenericError"
    assert caught.value.message.startswith(f"PUT '{storage.url}/out/r' failed with status 403: <Error>")
    assert "sig" not in caught.value.message


def test_a_server_error_at_an_upload_is_tried_again(transfer: Transfer, storage: Storage) -> None:
    storage.refusals["/out/r"] = [500, 503]
    transfer.upload(storage.target("r"), BytesPayload(b"x"), "image/png", "r.png")
    assert storage.uploaded("r") == b"x"


def test_a_single_azure_url_gets_the_blob_type_azure_asks_for(transfer: Transfer, storage: Storage) -> None:
    transfer.upload(f"{storage.url}/out/r?{SIGNATURE}", BytesPayload(b"x"), "image/png", "r.png")
    transfer.upload(f"{storage.url}/out/s?X-Amz-Signature=1", BytesPayload(b"x"), "image/png", "r.png")
    assert [request.headers.get("x-ms-blob-type") for request in storage.requests] == ["BlockBlob", None]


@pytest.mark.parametrize("target", [None, 5, {}, {"urls": []}, {"urls": ["http://h/x"], "maxPartSize": "many"}])
def test_an_unusable_target_is_a_generic_error(transfer: Transfer, target: object) -> None:
    with pytest.raises(GenericError):
        transfer.upload(target, BytesPayload(b"x"), "image/png", "r.png")


def test_an_empty_rendition_is_not_uploaded(transfer: Transfer, storage: Storage) -> None:
    with pytest.raises(GenericError, match="Empty file"):
        transfer.upload(storage.target("r"), BytesPayload(b""), "image/png", "r.png")


# --- TLS -------------------------------------------------------------------------------------------------------------


def test_https_works_with_the_local_authority_alone(tmp_path: Path) -> None:
    authority, context = _certificates(tmp_path)
    with Storage(tls=context) as storage:
        url = storage.source("/blob", b"content")
        trusting = Connections(str(authority), retry_seconds=1)
        assert Transfer(trusting, LIMIT).fetch(url, 100) == b"content"
        trusting.close()
        with pytest.raises(GenericError, match="certificate verify failed"):
            Transfer(Connections(retry_seconds=30), LIMIT).fetch(url, 100)


def _certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for 127.0.0.1, which is its own authority."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, private = folder / "ca.pem", folder / "key.pem"
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, private)
    return authority, context


def test_urls_are_shown_without_what_signs_them() -> None:
    assert redacted("https://user:pw@host:8443/a/b?sig=1#x") == "https://host:8443/a/b"
    assert redacted("data:image/png;base64," + base64.b64encode(bytes(1000)).decode()) == "data:image/png;base64,…"
