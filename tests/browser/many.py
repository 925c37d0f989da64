"""A folder of thousands of assets, made in a second: most are imported without bytes, some copied from a real one."""

import json
from typing import Any, Final

import httpx

from tests.browser.conftest import upload
from tests.browser.drawing import photo_bytes
from tests.server import wait_until

MANY: Final = 5000
FOLDER: Final = "/content/dam/many"

_ASSET: Final = {
    "jcr:primaryType": "dam:Asset",
    "jcr:content": {
        "jcr:primaryType": "dam:AssetContent",
        "dam:assetState": "processed",
        "metadata": {"jcr:primaryType": "nt:unstructured", "dc:format": "image/jpeg"},
        "renditions": {"jcr:primaryType": "nt:folder"},
    },
}


def name_of(number: int) -> str:
    return f"p{number:04}.jpg"


def make(client: httpx.Client, count: int = MANY, *, real: int) -> str:
    """FOLDER with so many assets, of which the first `real` ones have a picture and its renditions."""
    _import(client, {name_of(number): _ASSET for number in range(real, count)})
    first = upload(client, FOLDER, name_of(0), photo_bytes((320, 240)))
    state = f"{first}/jcr:content.json"
    wait_until(lambda: client.get(state).json()["dam:assetState"] == "processed", 60, "the first is processed")
    for start in range(1, real, 500):
        copies = {f"./{name_of(number)}@CopyFrom": first for number in range(start, min(real, start + 500))}
        answer = client.post(FOLDER, data=copies, timeout=120)
        assert answer.status_code == 200, answer.text
    return FOLDER


def _import(client: httpx.Client, assets: dict[str, Any]) -> None:
    parent, _slash, name = FOLDER.rpartition("/")
    form = {":operation": "import", ":contentType": "json", ":name": name}
    file = json.dumps({"jcr:primaryType": "sling:OrderedFolder"} | assets)
    content = {":contentFile": (f"{name}.json", file, "application/json")}
    answer = client.post(parent, data=form, files=content, timeout=120)
    assert answer.status_code == 201, answer.text
