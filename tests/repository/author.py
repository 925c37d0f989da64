"""What tests do again and again as a client of the author: make folders, upload assets, post forms."""

import uuid
from typing import Any

import httpx
import pytest

from tests.server import ServerProcess

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"

_SHARED = pytest.StashKey[ServerProcess]()


def shared_server(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> ServerProcess:
    """One server for all the modules that keep to folders of their own; it stops at the end of the session."""
    stash = request.session.stash
    if _SHARED not in stash:
        stash[_SHARED] = ServerProcess(folders.mktemp("author") / "data").start()
        request.addfinalizer(stash[_SHARED].stop)
    return stash[_SHARED]


def fresh_folder(client: httpx.Client) -> str:
    """The path of a new empty folder below /content/dam, of a name of its own."""
    path = f"/content/dam/t-{uuid.uuid4().hex[:12]}"
    answer = client.post(path, data={"jcr:primaryType": "sling:OrderedFolder", "jcr:content/jcr:title": "A test"})
    assert answer.status_code == 201, answer.text
    return path


def upload(client: httpx.Client, folder: str, name: str, content: bytes) -> str:
    """Direct binary upload of one small file; the path of the asset."""
    initiated = client.post(
        f"{folder}.initiateUpload.json", data={"fileName": name, "fileSize": str(len(content))}
    ).raise_for_status()
    file = initiated.json()["files"][0]
    assert httpx.put(file["uploadURIs"][0], content=content).status_code == 201
    fields = {"fileName": name, "mimeType": file["mimeType"], "uploadToken": file["uploadToken"]}
    client.post(initiated.json()["completeURI"], data=fields).raise_for_status()
    return f"{folder}/{name}"


def post(client: httpx.Client, path: str, form: dict[str, Any], **options: Any) -> httpx.Response:
    """A Sling POST that asks for the JSON form of the answer."""
    return client.post(path, data=form, headers={"Accept": "application/json"}, **options)


def node(client: httpx.Client, path: str, depth: str = "0") -> dict[str, Any]:
    """The node as Sling JSON."""
    answer = client.get(f"{path}.{depth}.json")
    assert answer.status_code == 200, answer.text
    properties: dict[str, Any] = answer.json()
    return properties
