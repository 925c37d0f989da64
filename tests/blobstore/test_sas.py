"""Shared access signatures: through the SDK on our store and on Azurite alike, then what our store alone promises."""

import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from urllib.parse import parse_qs, quote, urlencode

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import (
    AccessPolicy,
    BlobClient,
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    ContentSettings,
)

from blobstore import sas
from tests.blobstore.account import ACCOUNT, KEY
from tests.blobstore.servers import BlobServer
from tests.blobstore.signing import account_token, blob_token, container_token, later, signed

CONTENT = b"secret"


@pytest.fixture
def blob(container: ContainerClient) -> BlobClient:
    blob = container.get_blob_client("dir/sëcret file+1.txt")
    blob.upload_blob(CONTENT)
    return blob


def refused(url: str, method: str = "GET", **more: object) -> tuple[int, str]:
    answer = httpx.request(method, url, **more)  # type: ignore[arg-type]
    return answer.status_code, answer.headers.get("x-ms-error-code", "")


def test_blob_sas_reads(blob: BlobClient) -> None:
    assert httpx.get(signed(blob)).content == CONTENT


def test_container_sas_reads_each_blob_and_lists(blob: BlobClient, container: ContainerClient) -> None:
    token = container_token(container, "rl")
    assert httpx.get(f"{blob.url}?{token}").content == CONTENT
    with ContainerClient.from_container_url(f"{container.url}?{token}") as reader:
        assert [one.name for one in reader.list_blobs()] == [blob.blob_name]


def test_account_sas_does_everything(server: BlobServer) -> None:
    with BlobServiceClient(server.url, credential=account_token()) as service:
        container = service.create_container("by-account-sas")
        container.upload_blob("x", CONTENT)
        assert container.download_blob("x").readall() == CONTENT
        assert "by-account-sas" in [one.name for one in service.list_containers()]
        container.delete_container()


def test_blocks_by_sas(container: ContainerClient) -> None:
    url = signed(container.get_blob_client("upload"), "cw")
    for block in ("AAAA", "BBBB"):
        answer = httpx.put(f"{url}&comp=block&blockid={block}", content=block.encode())
        assert answer.status_code == 201
    xml = "<BlockList><Latest>AAAA</Latest><Latest>BBBB</Latest></BlockList>"
    assert httpx.put(f"{url}&comp=blocklist", content=xml).status_code == 201
    assert container.download_blob("upload").readall() == b"AAAABBBB"


def test_no_signature_at_all_is_refused(blob: BlobClient) -> None:
    assert refused(blob.url)[0] == 403


def test_expired_sas_is_refused(blob: BlobClient) -> None:
    url = signed(blob, expiry=later(-1), start=later(-10))
    assert refused(url)[0] == 403


def test_sas_of_the_future_is_refused(blob: BlobClient) -> None:
    assert refused(signed(blob, start=later(5)))[0] == 403


def test_tampered_sas_is_refused(blob: BlobClient) -> None:
    url = signed(blob)
    other_signature = re.sub("sig=(.)", lambda found: "sig=B" if found[1] == "A" else "sig=A", url)
    for wrong in (url.replace("sp=r", "sp=rw"), re.sub("se=20", "se=21", url), other_signature):
        assert refused(wrong)[0] == 403


def test_sas_of_another_blob_is_refused(blob: BlobClient, container: ContainerClient) -> None:
    other = container.get_blob_client("other")
    other.upload_blob(CONTENT)
    assert refused(f"{other.url}?{blob_token(blob)}")[0] == 403


def test_permissions_are_enforced(blob: BlobClient) -> None:
    read, write = signed(blob, "r"), signed(blob, "w")
    put = {"content": b"x", "headers": {"x-ms-blob-type": "BlockBlob"}}
    assert refused(read, "PUT", **put) == (403, "AuthorizationPermissionMismatch")
    assert refused(read, "DELETE") == (403, "AuthorizationPermissionMismatch")
    assert refused(f"{read}&comp=metadata", "PUT") == (403, "AuthorizationPermissionMismatch")
    assert refused(write) == (403, "AuthorizationPermissionMismatch")


def test_account_sas_of_other_resource_types_is_refused(blob: BlobClient, container: ContainerClient) -> None:
    assert refused(f"{blob.url}?{account_token(resource_types='sc')}") == (403, "AuthorizationResourceTypeMismatch")
    listing = f"{container.url}?restype=container&comp=list&{account_token(resource_types='so')}"
    assert refused(listing) == (403, "AuthorizationResourceTypeMismatch")


def test_protocol_is_enforced(blob: BlobClient) -> None:
    assert refused(signed(blob, protocol="https")) == (403, "AuthorizationProtocolMismatch")
    assert httpx.get(signed(blob, protocol="https,http")).content == CONTENT


def test_response_headers_are_overridden(blob: BlobClient) -> None:
    wanted = {
        "cache_control": "private, max-age=60",
        "content_disposition": "attachment; filename=\"a+b c.txt\"; filename*=UTF-8''%C3%BC.txt",
        "content_encoding": "identity",
        "content_language": "fr",
        "content_type": "text/x-secret; charset=utf-8",
    }
    answer = httpx.get(signed(blob, **wanted))
    for name, value in wanted.items():
        assert answer.headers[name.replace("_", "-")] == value


def test_stored_access_policy(container: ContainerClient, blob: BlobClient) -> None:
    policy = AccessPolicy(ContainerSasPermissions(read=True), expiry=later(), start=later(-5))
    container.set_container_access_policy({"readers": policy})
    found = container.get_container_access_policy()["signed_identifiers"]
    assert [one.id for one in found] == ["readers"]
    url = f"{blob.url}?{blob_token(blob, permission=None, expiry=None, policy_id='readers')}"
    assert httpx.get(url).content == CONTENT
    container.set_container_access_policy({})
    assert refused(url)[0] == 403


def test_public_access(container: ContainerClient, blob: BlobClient) -> None:
    listing = f"{container.url}?restype=container&comp=list"
    container.set_container_access_policy({}, public_access="blob")
    assert httpx.get(blob.url).content == CONTENT
    assert refused(listing)[0] == 403
    assert refused(blob.url, "DELETE")[0] == 403
    container.set_container_access_policy({}, public_access="container")
    assert httpx.get(listing).status_code == 200


@pytest.mark.parametrize("key", ["QUJD" * 20 + "QQ==", "AAAA"])
def test_wrong_account_key_is_refused(server: BlobServer, key: str) -> None:
    with server.service(key) as service, pytest.raises(HttpResponseError) as caught:
        service.create_container("never")
    assert caught.value.status_code == 403


# --- What our store promises beyond what Azurite checks --------------------------------------------------------------


@pytest.fixture
def own(own_container: ContainerClient) -> BlobClient:
    blob = own_container.get_blob_client("own")
    blob.upload_blob(CONTENT)
    return blob


def test_client_address_is_enforced(own: BlobClient) -> None:
    for allowed in ("10.1.2.3", "127.0.0.2-127.0.0.9", "::1", "nonsense"):
        assert refused(signed(own, ip=allowed)) == (403, "AuthorizationSourceIPMismatch")
    for allowed in ("127.0.0.1", "127.0.0.0-127.0.0.9"):
        assert httpx.get(signed(own, ip=allowed)).content == CONTENT


def test_expiry_is_explained(own: BlobClient) -> None:
    answer = httpx.get(signed(own, expiry=later(-1)))
    assert answer.headers["x-ms-error-code"] == "AuthenticationFailed"
    assert "Signature not valid in the specified time frame" in answer.text


def test_create_permission_makes_blobs_and_replaces_none(own: BlobClient, own_container: ContainerClient) -> None:
    put = {"content": b"x", "headers": {"x-ms-blob-type": "BlockBlob"}}
    assert refused(signed(own, "c"), "PUT", **put) == (403, "UnauthorizedBlobOverwrite")
    assert httpx.put(signed(own_container.get_blob_client("fresh"), "c"), **put).status_code == 201  # type: ignore[arg-type]


def test_service_sas_does_not_reach_the_container_itself(own_container: ContainerClient) -> None:
    token = container_token(own_container, "rwdlc")
    for method, query in (("DELETE", ""), ("GET", ""), ("PUT", "&comp=metadata"), ("GET", "&comp=acl")):
        assert refused(f"{own_container.url}?restype=container{query}&{token}", method)[0] == 403


def test_policy_and_url_do_not_both_give_a_term(own_container: ContainerClient, own: BlobClient) -> None:
    policy = AccessPolicy(ContainerSasPermissions(read=True), expiry=later(5))
    own_container.set_container_access_policy({"readers": policy})
    assert refused(signed(own, "rw", policy_id="readers")) == (403, "AuthenticationFailed")


def test_overrides_can_not_split_the_response(own: BlobClient) -> None:
    answer = httpx.get(signed(own, content_disposition="x\r\nset-cookie: a=b"))
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


def test_override_beyond_latin_1_is_sent_in_utf_8(own: BlobClient) -> None:
    answer = httpx.get(signed(own, content_disposition="attachment; filename=日本.txt"))
    assert dict(answer.headers.raw)[b"content-disposition"].decode() == "attachment; filename=日本.txt"


@pytest.mark.parametrize("missing", ["sv", "sr", "sp", "se"])
def test_incomplete_sas_is_refused(own: BlobClient, missing: str) -> None:
    fields = {name: values[0] for name, values in parse_qs(blob_token(own)).items() if name != missing}
    assert refused(f"{own.url}?{urlencode(fields)}") == (403, "AuthenticationFailed")


@pytest.mark.parametrize("expiry", ["", "tomorrow", "2099-13-45", "2099-01-01T00:00:00+25:00"])
def test_senseless_expiry_is_refused(own: BlobClient, expiry: str) -> None:
    fields = {"sv": "2021-12-02", "sr": "b", "sp": "r", "se": expiry}
    text = sas.service_string_to_sign(fields, ACCOUNT, own.container_name, own.blob_name)
    assert refused(f"{own.url}?{urlencode({**fields, 'sig': sas.sign(KEY, text)})}") == (403, "AuthenticationFailed")


@pytest.mark.parametrize(
    "version",
    ["2012-02-12", "2013-08-15", "2015-02-21", "2015-04-05", "2018-03-28", "2018-11-09", "2019-02-02", "2020-12-06"],
)
@pytest.mark.parametrize("expiry", ["2099-01-01", "2099-01-01T10:00Z", "2099-01-01T10:00:00.1234567Z"])
def test_every_version_of_the_string_to_sign(own: BlobClient, version: str, expiry: str) -> None:
    fields = {"sv": version, "sr": "b", "sp": "r", "se": expiry, "rsct": "text/x" if version >= "2013-08-15" else ""}
    text = documented_string(fields, f"/{ACCOUNT}/{own.container_name}/{own.blob_name}")
    answer = httpx.get(f"{own.url}?{urlencode({**fields, 'sig': sas.sign(KEY, text)})}")
    assert answer.content == CONTENT


def documented_string(f: dict[str, str], path: str) -> str:
    """The strings as Microsoft's page "Create a service SAS" prints them, version by version."""
    version, kind, permissions, expiry, content_type = (f[name] for name in ("sv", "sr", "sp", "se", "rsct"))
    if version >= "2020-12-06":
        return f"{permissions}\n\n{expiry}\n/blob{path}\n\n\n\n{version}\n{kind}\n\n\n\n\n\n\n{content_type}"
    if version >= "2018-11-09":
        return f"{permissions}\n\n{expiry}\n/blob{path}\n\n\n\n{version}\n{kind}\n\n\n\n\n\n{content_type}"
    if version >= "2015-04-05":
        return f"{permissions}\n\n{expiry}\n/blob{path}\n\n\n\n{version}\n\n\n\n\n{content_type}"
    if version >= "2015-02-21":
        return f"{permissions}\n\n{expiry}\n/blob{path}\n\n{version}\n\n\n\n\n{content_type}"
    if version >= "2013-08-15":
        return f"{permissions}\n\n{expiry}\n{path}\n\n{version}\n\n\n\n\n{content_type}"
    return f"{permissions}\n\n{expiry}\n{path}\n\n{version}"


def test_string_to_sign_is_the_sdk_s(own_container: ContainerClient) -> None:
    said: list[str] = []
    blob = own_container.get_blob_client("a b/ü")
    token = blob_token(
        blob,
        "rcw",
        start=datetime(2020, 1, 1, tzinfo=UTC),
        expiry=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=1),
        ip="1.2.3.4-1.2.3.9",
        protocol="https",
        cache_control="no-cache",
        content_type="text/plain; x=y",
        content_disposition='a; b="ü"',
        encryption_scope="scope",
        sts_hook=said.append,
    )
    query = {name: values[0] for name, values in parse_qs(token).items()}
    assert sas.service_string_to_sign(query, ACCOUNT, own_container.container_name, "a b/ü") == said[0]
    token = account_token(ip="1.2.3.4", protocol="https", sts_hook=said.append)
    query = {name: values[0] for name, values in parse_qs(token).items()}
    assert sas.account_string_to_sign(query, ACCOUNT) == said[1]


def test_shared_key_signs_every_kind_of_name_and_header(own_container: ContainerClient) -> None:
    for name in ("plain", "with space", "ünï ☃", "a+b%20c", "q?x=y&z", "#hash", "semi;colon,comma", "'quoted'"):
        blob = own_container.get_blob_client(name)
        settings = ContentSettings(content_language="de", content_encoding="gzip", cache_control="no-store")
        blob.upload_blob(CONTENT, content_settings=settings, metadata={"a_b": "x  y", "ab": "z", "a1": "p"})
        assert blob.download_blob(decompress=False).readall() == CONTENT
        assert quote(name, safe="") in quote(blob.get_blob_properties().name, safe="")


def test_shared_key_lite(own: BlobClient, http: httpx.Client) -> None:
    path = f"/{ACCOUNT}/{own.container_name}/{own.blob_name}"
    date = formatdate(usegmt=True)
    text = f"GET\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-12-02\n/{ACCOUNT}{path}?comp=metadata"
    headers = {"x-ms-date": date, "x-ms-version": "2021-12-02"}
    for key, status in ((KEY, 200), ("AAAA", 403)):
        credentials = f"SharedKeyLite {ACCOUNT}:{sas.sign(key, text)}"
        answer = http.get(path, params={"comp": "metadata"}, headers={**headers, "authorization": credentials})
        assert answer.status_code == status


def test_old_shared_key_signature_is_refused(http: httpx.Client) -> None:
    date = formatdate(time.time() - 3600, usegmt=True)
    text = f"GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-12-02\n/{ACCOUNT}/{ACCOUNT}\ncomp:list"
    headers = {"x-ms-date": date, "x-ms-version": "2021-12-02"}
    credentials = f"SharedKey {ACCOUNT}:{sas.sign(KEY, text)}"
    answer = http.get(f"/{ACCOUNT}", params={"comp": "list"}, headers={**headers, "authorization": credentials})
    assert answer.status_code == 403
    assert "Request date header too old" in answer.text
