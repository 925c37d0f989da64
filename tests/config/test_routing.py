"""Who answers what."""

import pytest
from starlette.types import Scope

from config import adobe_hosts, asgi


def scope(path: str, method: str = "GET", **headers: str) -> Scope:
    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "raw_path": path.encode(), "method": method, "headers": encoded}


@pytest.mark.parametrize(
    ("path", "method", "box"),
    [
        ("/devstoreaccount1", "GET", "blobstore"),
        ("/devstoreaccount1/", "GET", "blobstore"),
        ("/devstoreaccount1/aem-assets/a.jpg", "PUT", "blobstore"),
        ("/devstoreaccount1x/a", "GET", "repository"),
        ("/register", "POST", "compute"),
        ("/unregister", "POST", "compute"),
        ("/process", "GET", "compute"),
        ("/process/more", "POST", "repository"),
        ("/events/organizations/a/integrations/b/c", "GET", "events"),
        ("/events-fast/organizations/a/integrations/b/c", "GET", "events"),
        ("/events", "GET", "repository"),
        ("/api/events", "POST", "events"),
        ("/api/events", "GET", "repository"),
        ("/api/assets/a", "POST", "repository"),
        ("/ims/keys", "GET", "identity"),
        ("/ims/token/v3", "POST", "repository"),
        ("/content/dam/a.jpg", "GET", "repository"),
        ("/_aemulator/openapi.json", "GET", "repository"),
        ("/", "GET", "repository"),
        ("/", "POST", "repository"),
    ],
)
def test_each_path_has_its_box(path: str, method: str, box: str) -> None:
    assert asgi.answerer(scope(path, method)) is getattr(asgi, box)


@pytest.mark.parametrize(
    ("path", "read_as"),
    [
        ("//api/assets/a.json", "/api/assets/a.json"),
        ("///content//dam/a.jpg", "/content/dam/a.jpg"),
        ("//process", "/process"),
        ("//", "/"),
        ("/devstoreaccount1/aem-assets//a.jpg", "/devstoreaccount1/aem-assets//a.jpg"),
        ("/api/v1/web/aemulator/default/action//more", "/api/v1/web/aemulator/default/action//more"),
    ],
)
def test_two_slashes_are_one_except_for_who_tells_them_apart(path: str, read_as: str) -> None:
    seen = asgi.with_single_slashes(scope(path))
    assert (seen["path"], seen["raw_path"]) == (read_as, read_as.encode())


@pytest.mark.parametrize("kind", ["application/cloudevents+json", "Application/CloudEvents+JSON; charset=utf-8"])
def test_a_cloud_event_at_the_root_is_for_the_ingress(kind: str) -> None:
    assert asgi.answerer(scope("/", "POST", content_type=kind)) is asgi.events
    assert asgi.answerer(scope("/", "POST", content_type="application/json")) is asgi.repository


@pytest.mark.parametrize("host", ["events-va6.adobe.io", "Events-VA6.adobe.io:443"])
def test_the_other_journal_host_has_shorter_paths(host: str) -> None:
    local = adobe_hosts.with_local_path(scope("/organizations/a/integrations/b/c", host=host))
    assert local["path"] == "/events/organizations/a/integrations/b/c"
    assert local["raw_path"] == b"/events/organizations/a/integrations/b/c"


def test_azures_name_for_the_embedded_account_has_no_account_in_its_paths() -> None:
    """And what is asked for by it is asked for by https, as the signature wants it."""
    local = adobe_hosts.with_local_path(scope("/box/a", host="devstoreaccount1.blob.core.windows.net"))
    assert (local["path"], local["scheme"]) == ("/devstoreaccount1/box/a", "https")
    assert asgi.answerer(local) is asgi.blobstore


def test_the_preload_files_fetch_says_the_host_beside() -> None:
    sent = scope("/organizations/a", host="127.0.0.1:8080", x_forwarded_host="events-va6.adobe.io")
    assert adobe_hosts.with_local_path(sent)["path"] == "/events/organizations/a"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "api.adobe.io", "[::1]:8080", ""])
def test_at_other_hosts_paths_are_as_they_are(host: str) -> None:
    sent = scope("/organizations/a", host=host)
    assert adobe_hosts.with_local_path(sent) is sent
