"""Several assets as one ZIP over HTTP: what is in it, what is refused."""

import io
import zipfile

import httpx
import pytest

from tests.repository.author import shared_server
from tests.server import ServerProcess, wait_until

ZIP = "/content/dam.assetdownload.zip/assets.zip"
SIZE = "/content/dam.assetdownload.json"
NOTE, IMAGE = (
    b"words " * 10,
    b"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><rect width='8' height='8'/></svg>",
)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ServerProcess:
    return shared_server(request, tmp_path_factory)


@pytest.fixture(scope="module")
def folder(server: ServerProcess) -> str:
    """A note, and a processed picture one folder deeper."""
    with server.client() as client:
        for name in ("zips", "zips/süß"):
            client.post(f"/api/assets/{name}", json={"class": "assetFolder", "properties": {}})
        for path, name, data, kind in (
            ("zips", "note.txt", NOTE, "text/plain"),
            ("zips/süß", "mark.svg", IMAGE, "image/svg+xml"),
        ):
            files = {"file": (name, data, kind)}
            assert client.post(f"/content/dam/{path}.createasset.html", files=files).status_code in {200, 201}
        mark = "/content/dam/zips/süß/mark.svg/jcr:content.json"
        wait_until(lambda: client.get(mark).json()["dam:assetState"] == "processed", 30, "the picture is processed")
    return "/content/dam/zips"


def opened(answer: httpx.Response) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_folder_comes_with_all_originals_below(client: httpx.Client, folder: str) -> None:
    answer = client.post(ZIP, data={"path": folder})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="assets.zip"'
    assert opened(answer) == {"zips/note.txt": NOTE, "zips/süß/mark.svg": IMAGE}


def test_names_begin_where_the_chosen_paths_part(client: httpx.Client, folder: str) -> None:
    answer = client.get(ZIP, params={"path": [f"{folder}/note.txt", f"{folder}/süß/mark.svg"]})
    assert set(opened(answer)) == {"note.txt", "süß/mark.svg"}


def test_renditions_lie_beside_their_original_or_come_alone(client: httpx.Client, folder: str) -> None:
    form = {"path": f"{folder}/süß/mark.svg", "downloadRenditions": "true"}
    names = set(opened(client.post(ZIP, data=form)))
    assert {"mark.svg", "mark.svg.renditions/cq5dam.thumbnail.48.48.png"} <= names
    alone = set(opened(client.post(ZIP, data=form | {"downloadAssets": "false"})))
    assert alone == names - {"mark.svg"}


def test_the_size_is_told_before(client: httpx.Client, folder: str) -> None:
    amounts = client.post(SIZE, data={"path": folder}).json()
    assert amounts["originals"] == {"files": 2, "bytes": len(NOTE) + len(IMAGE)}
    assert amounts["renditions"]["files"] >= 5


@pytest.mark.parametrize(
    ("path", "status"),
    [("/content/dam/none", 404), ("/etc/x", 400), ("/content/dam/a//b", 400), ("nonsense", 400)],
)
def test_what_cannot_be_downloaded_is_refused_in_words(client: httpx.Client, path: str, status: int) -> None:
    answer = client.post(ZIP, data={"path": path})
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_no_path_no_method_no_login(client: httpx.Client, server: ServerProcess, folder: str) -> None:
    assert client.post(ZIP).status_code == 400
    assert client.put(ZIP).status_code == 405
    assert httpx.post(f"{server.url}{ZIP}", data={"path": folder}).status_code == 401
    assert client.post(ZIP, data={"path": f"{folder}/note.txt", "downloadAssets": "false"}).status_code == 404
