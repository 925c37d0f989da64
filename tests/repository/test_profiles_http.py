"""Processing profiles over HTTP, from the profile to the rendition, on a whole server."""

import io
import re
import ssl
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.compute.custom_worker import Call, custom_worker
from tests.photographer import photo
from tests.repository.author import fresh_folder, node, post, upload
from tests.server import ServerProcess, wait_until

URL = "/_aemulator/processing-profiles"
ROOT = "/conf/global/settings/dam/processing"
WITHIN = 60.0  # seconds; generous, since other tests may load the machine
WEBP = {"name": "small.webp", "format": "webp", "width": 200}

Json = dict[str, Any]


@pytest.fixture
def folder(client: httpx.Client) -> str:
    return fresh_folder(client)


def make(client: httpx.Client, title: str, **lists: object) -> Json:
    answer = client.post(URL, json={"title": title, **lists})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def apply(client: httpx.Client, folder: str, profile: str) -> None:
    """As AEM's own dialog does, by Sling POST."""
    assert client.post(folder, data={"jcr:content/processingProfile": profile}).status_code == 200


def processed(client: httpx.Client, asset: str) -> Json:
    def ended() -> Json | None:
        content = node(client, f"{asset}/jcr:content", "2")
        return content if content["dam:assetState"] == "processed" else None

    return wait_until(ended, WITHIN, f"{asset} is processed") or {}


def again(client: httpx.Client, asset: str, **form: object) -> Json:
    """Reprocess as AEM's UI does; what the asset is like afterwards."""
    before = node(client, f"{asset}/jcr:content")["dam:processingId"]
    answer = client.post(
        "/bin/asynccommand", data={"_charset_": "utf-8", "operation": "PROCESS", "asset": asset, **form}
    )
    assert answer.status_code == 200, answer.text
    after = processed(client, asset)
    assert after["dam:processingId"] != before
    return after


def renditions_of(client: httpx.Client, asset: str) -> set[str]:
    found = node(client, f"{asset}/jcr:content/renditions", "1")
    return {name for name, value in found.items() if isinstance(value, dict)}


# --- the REST resource ---------------------------------------------------------------------------------------------


def test_a_profile_is_created_read_replaced_listed_and_deleted(client: httpx.Client) -> None:
    made = make(client, "Rest one", images=[WEBP], createFpoRendition=True, fpoQuality=20)
    url = f"{URL}/{made['name']}"
    assert client.get(url).json() == made
    assert (made["createFpoRendition"], made["fpoQuality"], made["folders"]) == (True, 20, [])
    assert made in client.get(URL).json()
    changed = client.put(url, json={"title": "Rest two", "videos": [{"name": "a.mp4", "bitrate": "900"}]})
    assert changed.status_code == 200
    assert changed.json()["videos"][0]["bitrate"] == 900
    assert changed.json()["images"] == []
    assert node(client, made["path"], "1")["jcr:content"]["jcr:title"] == "Rest two"
    assert client.delete(url).status_code == 204
    for answer in (client.get(url), client.put(url, json={"title": "x"}), client.delete(url)):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


WORKER = {"name": "C", "extension": "png", "worker": "https://x.adobeioruntime.net/api/v1/web/p/a"}


@pytest.mark.parametrize(
    ("lists", "place", "words"),
    [
        ({"images": [{"name": "a/b"}]}, ("images", "0", "name"), "contains '/'"),
        ({"images": [{"name": "original"}]}, ("images", "0", "name"), "uploaded file itself"),
        ({"images": [{"name": "a.png"}, {"name": "a.png"}]}, ("images", "1", "name"), "Another rendition"),
        (
            {"images": [{"name": "a.png", "includeMimeTypes": "image/("}]},
            ("images", "0", "includeMimeTypes"),
            "regular",
        ),
        (
            {"images": [{"name": "a.png", "excludeMimeTypes": "image/*"}]},
            ("images", "0", "excludeMimeTypes"),
            "wildcard",
        ),
        ({"images": [{"name": "a.png", "width": 0}]}, ("images", "0", "width"), "greater"),
        ({"images": [{"name": "a.png", "quality": 101}]}, ("images", "0", "quality"), "less"),
        ({"images": [{"name": "a.png", "smartCrop": True}]}, ("images", "0", "smartCrop"), "width and a height"),
        ({"videos": [{"name": "a.webm"}]}, ("videos", "0", "name"), "MP4"),
        ({"custom": [WORKER | {"worker": "ftp://x/y"}]}, ("custom", "0", "worker"), "http or https"),
        ({"custom": [WORKER | {"worker": "http://[x/y"}]}, ("custom", "0", "worker"), "not a URL"),
        ({"custom": [WORKER | {"worker": "http://example.org/y"}]}, ("custom", "0", "worker"), "https only"),
        ({"custom": [WORKER | {"worker": "https://1-x.adobeio-static.net/y"}]}, ("custom", "0", "worker"), "web pages"),
        ({"custom": [WORKER | {"params": {"target": "x"}}]}, ("custom", "0", "params"), "request itself"),
        ({"custom": [WORKER | {"params": {"a/b": "x"}}]}, ("custom", "0", "params"), "'/'"),
        ({"custom": [WORKER | {"extension": "p/g"}]}, ("custom", "0", "extension"), "letters"),
        ({"images": [{"name": f"{n}.png"} for n in range(101)]}, ("title",), "100"),
        ({"title": ""}, ("title",), "blank"),
        ({"images": [{"name": "a.webp", "fmt": "webp"}]}, ("images", "0", "fmt"), "there are: node, name"),
        ({"custom": [WORKER | {"metadata": True}]}, ("custom", "0", "metadata"), "createMetadataRendition"),
        ({"workers": [WORKER]}, ("workers",), "custom"),
    ],
)
def test_what_is_wrong_is_said_of_the_field(
    client: httpx.Client, lists: Json, place: tuple[str, ...], words: str
) -> None:
    answer = client.post(URL, json={"title": "Wrong", **lists})
    assert answer.status_code == 400
    found = answer.json()["errors"]
    for step in place:
        found = found[step]
    assert words in str(found)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"title": 1e999}', b'{"title": "x", "images": 7}', b"null"])
def test_bodies_that_are_no_profile_are_refused(client: httpx.Client, body: bytes) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_numbers_are_accepted_as_texts(client: httpx.Client) -> None:
    made = make(client, "Texts", images=[{"name": "a.jpeg", "format": "jpeg", "width": "200", "quality": "70"}])
    assert (made["images"][0]["width"], made["images"][0]["quality"]) == (200, 70)


def test_http_workers_are_accepted_on_this_machine(client: httpx.Client) -> None:
    made = make(client, "Local", custom=[WORKER | {"worker": "http://localhost:3000/worker", "params": {"size": "10"}}])
    assert made["custom"][0]["params"] == {"size": "10"}


@pytest.mark.parametrize("url", [URL, f"{URL}/x", "/_aemulator/reprocess"])
def test_nobody_comes_in_without_login(server: ServerProcess, url: str) -> None:
    answer = httpx.request("POST" if url.endswith("process") else "GET", f"{server.url}{url}")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


# --- from the profile to the rendition -------------------------------------------------------------------------------


def test_an_upload_gets_the_renditions_of_its_folders_profile(client: httpx.Client, folder: str) -> None:
    profile = make(
        client, "Web", images=[WEBP, {"name": "no.png", "excludeMimeTypes": "image/.*"}], createFpoRendition=True
    )
    apply(client, folder, profile["path"])
    asset = upload(client, folder, "a.jpg", photo(1))
    content = processed(client, asset)
    assert {"small.webp", "cq5dam.fpo.jpeg", "cq5dam.web.1280.1280.jpeg"} <= set(content["dam:processingRenditions"])
    assert "no.png" not in content["dam:processingRenditions"]
    picture = Image.open(io.BytesIO(client.get(f"{asset}/jcr:content/renditions/small.webp").content))
    assert (picture.format, picture.size) == ("WEBP", (200, 150))
    assert client.get(f"{URL}/{profile['name']}").json()["folders"] == [folder]


def test_a_profile_of_another_tool_works_with_numbers_as_texts(client: httpx.Client, folder: str) -> None:
    path = f"{ROOT}/imported-{folder.rpartition('-')[2]}"
    content = {"jcr:primaryType": "cq:Page", "jcr:content/jcr:title": "Imported"}
    assert post(client, path, content | {"jcr:content/sling:resourceType": "dam/processing/profile"}).status_code == 201
    row = {"name": "tiny.png", "fmt": "png", "wid": "64", "hei": "0", "includeMimeTypes": "image/.*"}
    row["sling:resourceType"] = "dam/processing/profile/rendition"
    form = {"jcr:primaryType": "cq:Page"} | {f"jcr:content/{name}": value for name, value in row.items()}
    assert post(client, f"{path}/thumbnail", form).status_code == 201
    apply(client, folder, path)
    asset = upload(client, folder, "a.jpg", photo(2))
    processed(client, asset)
    picture = Image.open(io.BytesIO(client.get(f"{asset}/jcr:content/renditions/tiny.png").content))
    assert picture.size == (64, 48)


def test_a_row_that_asks_for_nothing_possible_costs_nothing_else(client: httpx.Client, folder: str) -> None:
    path = f"{ROOT}/broken-{folder.rpartition('-')[2]}"
    content = {"jcr:primaryType": "cq:Page", "jcr:content/jcr:title": "Broken"}
    assert post(client, path, content | {"jcr:content/sling:resourceType": "dam/processing/profile"}).status_code == 201
    row = {"name": "w", "extension": "png", "worker": "not yet", "sling:resourceType": "dam/processing/profile/worker"}
    form = {"jcr:primaryType": "cq:Page"} | {f"jcr:content/{name}": value for name, value in row.items()}
    assert post(client, f"{path}/w", form).status_code == 201
    apply(client, folder, path)
    content = processed(client, upload(client, folder, "a.jpg", photo(2)))
    assert "w.png" not in content["dam:processingRenditions"]
    assert "dam:failedRenditions" not in content


def test_the_nearest_folder_with_a_profile_counts(client: httpx.Client, folder: str) -> None:
    outer = make(client, "Outer", images=[{"name": "outer.png", "width": 50}])
    inner = make(client, "Inner", images=[{"name": "inner.png", "width": 50}])
    for name in ("a", "a/b"):
        assert client.post(f"{folder}/{name}", data={"jcr:primaryType": "sling:Folder"}).status_code == 201
    apply(client, folder, outer["path"])
    apply(client, f"{folder}/a", inner["path"])
    above, below = (upload(client, place, "x.jpg", photo(3)) for place in (folder, f"{folder}/a/b"))
    assert "outer.png" in processed(client, above)["dam:processingRenditions"]
    requested = processed(client, below)["dam:processingRenditions"]
    assert "inner.png" in requested
    assert "outer.png" not in requested


def test_a_custom_worker_gets_its_parameters_as_texts_and_https_urls(
    client: httpx.Client, server: ServerProcess, folder: str
) -> None:
    def behave(call: Call) -> tuple[int, object]:
        for rendition in call.body["renditions"]:
            call.send_event(
                server.url, rendition, type="rendition_failed", errorReason="SourceUnsupported", errorMessage="no"
            )
        return 200, {"activationId": "a" * 32}

    with custom_worker(behave) as worker:
        custom = {"name": "Circle", "extension": "png", "worker": worker.url, "params": {"size": "1000"}}
        apply(client, folder, make(client, "Custom", custom=[custom])["path"])
        asset = upload(client, folder, "a.jpg", photo(4))
        content = processed(client, asset)
    (call,) = worker.calls
    (rendition,) = call.body["renditions"]
    assert (rendition["size"], rendition["fmt"], rendition["name"]) == ("1000", "png", "Circle.png")
    assert rendition["target"]["urls"][0].startswith(server.https_url)
    assert call.body["source"]["url"].startswith(server.https_url)
    assert content["dam:failedRenditions"]["Circle.png"]["reason"] == "SourceUnsupported"


def test_a_custom_worker_gets_more_urls_when_its_rendition_is_too_large(
    client: httpx.Client, server: ServerProcess, folder: str
) -> None:
    """As Adobe's SDK: its event does not say how large the rendition is."""

    def behave(call: Call) -> tuple[int, object]:
        (rendition,) = call.body["renditions"]
        urls = rendition["target"]["urls"]
        if len(urls) == 1:
            message = "rendition size of 999 for rendition0.bin is too large"
            call.send_event(
                server.url,
                rendition,
                type="rendition_failed",
                errorReason="RenditionTooLarge",
                errorMessage=message,
                metadata=None,
            )
            return 200, {"activationId": "c" * 32}
        context = ssl.create_default_context(cafile=str(server.ca_file))
        for url, part in zip(urls[:2], (b"first ", b"second"), strict=True):
            assert httpx.put(url, content=part, verify=context).status_code == 201
        call.send_event(server.url, rendition, metadata={"repo:size": 12, "dc:format": "application/octet-stream"})
        return 200, {"activationId": "d" * 32}

    with custom_worker(behave) as worker:
        custom = {"name": "large", "extension": "bin", "worker": worker.url}
        apply(client, folder, make(client, "Large", custom=[custom])["path"])
        asset = upload(client, folder, "a.jpg", photo(7))
        content = processed(client, asset)
        assert len(worker.calls) == 2
    assert client.get(f"{asset}/jcr:content/renditions/large.bin").content == b"first second"
    assert "large.bin" not in content.get("dam:failedRenditions", {})


RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:shop="http://example.org/shop/">'
    b'<rdf:Description shop:colour="red"/></rdf:RDF>'
)


def test_what_a_metadata_worker_returns_becomes_metadata(
    client: httpx.Client, server: ServerProcess, folder: str
) -> None:
    def behave(call: Call) -> tuple[int, object]:
        (rendition,) = call.body["renditions"]
        context = ssl.create_default_context(cafile=str(server.ca_file))
        assert httpx.put(rendition["target"]["urls"][0], content=RDF, verify=context).status_code == 201
        call.send_event(server.url, rendition, metadata={"repo:size": len(RDF), "dc:format": "application/rdf+xml"})
        return 200, {"activationId": "b" * 32}

    with custom_worker(behave) as worker:
        custom = {"name": "tags", "extension": "xml", "worker": worker.url, "createMetadataRendition": True}
        apply(client, folder, make(client, "Metadata", custom=[custom])["path"])
        asset = upload(client, folder, "a.jpg", photo(6))
        content = processed(client, asset)
    assert content["metadata"]["shop:colour"] == "red"
    assert client.get(f"{asset}/jcr:content/renditions/tags.xml").content == RDF


# --- reprocessing ----------------------------------------------------------------------------------------------------


def test_reprocessing_follows_the_profile(client: httpx.Client, folder: str) -> None:
    asset = upload(client, folder, "a.jpg", photo(5))
    processed(client, asset)
    profile = make(client, "Later", images=[WEBP])
    apply(client, folder, profile["path"])
    assert "small.webp" not in renditions_of(client, asset)
    before = node(client, f"{asset}/jcr:content/renditions/cq5dam.thumbnail.48.48.png/jcr:content")["jcr:lastModified"]

    only = again(client, asset, **{"profile-select": "processing-profiles"})
    assert only["dam:processingRenditions"] == ["small.webp"]
    assert {"small.webp", "cq5dam.thumbnail.48.48.png"} <= renditions_of(client, asset)
    after = node(client, f"{asset}/jcr:content/renditions/cq5dam.thumbnail.48.48.png/jcr:content")["jcr:lastModified"]
    assert before == after

    assert again(client, asset, **{"profile-select": "metadata"})["dam:processingRenditions"] == ["cqdam.metadata.xml"]
    defaults = again(client, asset, **{"profile-select": "default-renditions"})["dam:processingRenditions"]
    assert "cqdam.metadata.xml" not in defaults
    assert "small.webp" not in defaults

    client.put(f"{URL}/{profile['name']}", json={"title": "Later", "images": []}).raise_for_status()
    assert "small.webp" in renditions_of(client, asset)
    everything = again(client, asset, **{"profile-select": "full-process", "runPostProcess": "true"})
    assert "cqdam.metadata.xml" in everything["dam:processingRenditions"]
    assert "small.webp" not in renditions_of(client, asset)


def test_a_folder_is_reprocessed_by_rest(client: httpx.Client, folder: str) -> None:
    assets = [upload(client, folder, f"{number}.jpg", photo(number)) for number in range(2)]
    for asset in assets:
        processed(client, asset)
    answer = client.post("/_aemulator/reprocess", json={"paths": [folder], "parts": ["metadata"]})
    assert answer.status_code == 202
    assert answer.json()["assets"] == assets
    for asset in assets:
        assert processed(client, asset)["dam:processingRenditions"] == ["cqdam.metadata.xml"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"paths": ["/content/dam/none"]}, 404),
        ({"paths": []}, 400),
        ({"paths": ["x"]}, 400),
        ({"paths": ["/conf"]}, 409),
        ({"paths": ["/content/dam"], "parts": ["x"]}, 400),
    ],
)
def test_reprocess_refuses(client: httpx.Client, body: Json, status: int) -> None:
    answer = client.post("/_aemulator/reprocess", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_async_command_names_its_job(client: httpx.Client, folder: str) -> None:
    asset = upload(client, folder, "a.txt", b"words")
    processed(client, asset)
    form = {"operation": "PROCESS", "profile-select": "full-process", "description": "again", "asset": asset}
    answer = client.post("/bin/asynccommand", data=form)
    message = re.search(r'<div id="Message">(.*?)</div>', answer.text)
    assert message
    assert re.match(r"Job\(Id:\d{4}/\d+/\d+/\d+/\d+/[0-9a-f-]{36}_\d+\) created successfully", message[1])


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"operation": "PROCESS", "asset": "/content/dam/none.jpg"}, 404),
        ({"operation": "PROCESS"}, 400),
        ({"operation": "PROCESS", "asset": "relative"}, 422),
        ({"operation": "PROCESS", "asset": "/content/dam", "profile-select": "half-process"}, 400),
        ({"operation": "EXPLODE", "asset": "/content/dam"}, 400),
        ({"asset": "/content/dam"}, 400),
        ({"operation": "DELETE", "asset": "/content/dam/none"}, 404),
        ({"operation": "DELETE", "asset": "/content/dam"}, 409),
    ],
)
def test_the_async_command_refuses(client: httpx.Client, form: dict[str, str], status: int) -> None:
    answer = client.post("/bin/asynccommand", data=form)
    assert answer.status_code == status
    assert 'id="Message"' in answer.text


def test_the_async_command_deletes(client: httpx.Client, folder: str) -> None:
    paths = [upload(client, folder, name, b"words") for name in ("a.txt", "b.txt")]
    answer = client.post("/bin/asynccommand", data={"operation": "DELETE", "asset": paths})
    assert answer.status_code == 200
    assert "Job(Id:" in answer.text
    assert [client.get(f"{path}.json").status_code for path in paths] == [404, 404]
