"""Containers, lists and the account through the SDK, on our store and on Azurite alike."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobPrefix, BlobServiceClient, ContainerClient, CorsRule

from tests.blobstore.answers import error_code

NAMES = ["a/1.jpg", "a/2.jpg", "a/b/3.jpg", "a0", "b/4.jpg", "c", "ünï/ß €.png"]


@pytest.fixture
def filled(container: ContainerClient) -> ContainerClient:
    for name in NAMES:
        container.upload_blob(name, b"x", metadata={"name_length": str(len(name))})
    return container


def names(listed: object) -> list[str]:
    return [one.name for one in listed]  # type: ignore[attr-defined]


def test_container_lives_and_dies(service: BlobServiceClient) -> None:
    container = service.get_container_client("life-and-death")
    assert not container.exists()
    container.create_container(metadata={"purpose": "test"})
    assert container.exists()
    assert container.get_container_properties().metadata == {"purpose": "test"}
    with pytest.raises(ResourceExistsError) as caught:
        container.create_container()
    assert error_code(caught.value) == "ContainerAlreadyExists"
    container.upload_blob("inside", b"x")
    container.delete_container()
    assert not container.exists()
    with pytest.raises(ResourceNotFoundError):
        container.delete_container()


def test_container_metadata(container: ContainerClient) -> None:
    before = container.get_container_properties()
    container.set_container_metadata({"colour": "blue"})
    after = container.get_container_properties()
    assert after.metadata == {"colour": "blue"}
    assert after.etag != before.etag


@pytest.mark.parametrize("name", ["ab", "UPPER", "double--hyphen", "-start", "under_score", "x" * 64])
def test_bad_container_names_are_refused(service: BlobServiceClient, name: str) -> None:
    with pytest.raises(HttpResponseError) as caught:
        service.create_container(name)
    assert caught.value.status_code == 400


def test_containers_are_listed_by_prefix(service: BlobServiceClient) -> None:
    for name in ("listed-one", "listed-two", "other-one"):
        service.create_container(name, metadata={"of": name.replace("-", "_")})
    found = list(service.list_containers(name_starts_with="listed-", include_metadata=True))
    assert names(found) == ["listed-one", "listed-two"]
    assert found[0].metadata == {"of": "listed_one"}
    pages = service.list_containers(name_starts_with="listed-", results_per_page=1).by_page()
    assert [names(page) for page in pages] == [["listed-one"], ["listed-two"]]


def test_blobs_are_listed_in_order(filled: ContainerClient) -> None:
    assert names(filled.list_blobs()) == NAMES
    assert names(filled.list_blobs(name_starts_with="a/")) == NAMES[:3]
    assert names(filled.list_blobs(name_starts_with="zzz")) == []


def test_pages_continue_where_the_last_ended(filled: ContainerClient) -> None:
    pages = filled.list_blobs(results_per_page=3).by_page()
    first = names(next(pages))
    rest = filled.list_blobs(results_per_page=3).by_page(getattr(pages, "continuation_token", None))
    assert first + [name for page in rest for name in names(page)] == NAMES


def test_walk_groups_by_the_delimiter(filled: ContainerClient) -> None:
    top = list(filled.walk_blobs())
    assert {one.name: isinstance(one, BlobPrefix) for one in top} == {
        "a/": True,
        "a0": False,
        "b/": True,
        "c": False,
        "ünï/": True,
    }
    assert set(names(filled.walk_blobs(name_starts_with="a/"))) == {"a/1.jpg", "a/2.jpg", "a/b/"}


def test_listed_blobs_have_their_properties(filled: ContainerClient) -> None:
    one = next(iter(filled.list_blobs(name_starts_with="a/1", include=["metadata"])))
    own = filled.get_blob_client("a/1.jpg").get_blob_properties()
    assert one.metadata == {"name_length": "7"}
    assert one.size == 1
    assert one.etag.strip('"') == own.etag.strip('"')
    assert one.last_modified == own.last_modified
    assert one.content_settings.content_md5 == own.content_settings.content_md5
    assert one.blob_type == "BlockBlob"


def test_service_properties_keep_cors_rules(service: BlobServiceClient) -> None:
    rule = CorsRule(["https://example.com"], ["GET", "PUT"], allowed_headers=["x-ms-meta-*"], max_age_in_seconds=60)
    service.set_service_properties(cors=[rule])
    found = service.get_service_properties()["cors"]
    assert [one.allowed_origins for one in found] == ["https://example.com"]
    service.set_service_properties(cors=[])
    assert service.get_service_properties()["cors"] == []


def test_account_information(service: BlobServiceClient, container: ContainerClient) -> None:
    for information in (service.get_account_information(), container.get_account_information()):
        assert information["account_kind"] == "StorageV2"
        assert information["sku_name"]


def test_many_blobs_are_deleted_in_one_batch(filled: ContainerClient) -> None:
    answers = list(filled.delete_blobs("a/1.jpg", "missing", "c", raise_on_any_failure=False))
    assert [answer.status_code for answer in answers] == [202, 404, 202]
    assert names(filled.list_blobs()) == [name for name in NAMES if name not in ("a/1.jpg", "c")]
