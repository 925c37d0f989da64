"""Files that are not what they say, or more than they should be: each ends with a reason, and the server goes on."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests import photographer
from tests.photographer import Upload
from tests.server import ADMIN, ServerProcess
from tests.services import sample

DONE_WITHIN = 120.0  # seconds


def bomb() -> bytes:
    """A PNG of 60,000 × 60,000 black pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 7501 * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def truncated_jpeg() -> bytes:
    return photographer.photo(1)[:-2000]


def html() -> bytes:
    return b"<!DOCTYPE html><script>alert(1)</script>"


def svg_that_reads_files() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text>&x;</text></svg>'
    )


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY l0 "lol">{levels}]>'
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text>&l9;</text></svg>'
    ).encode()


def endless_gif() -> bytes:
    target = io.BytesIO()
    frames = [Image.new("P", (2, 2), shade) for shade in range(200)]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], loop=0)
    return target.getvalue()[:-50]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty.jpg": lambda: b"",
    "text.jpg": lambda: b"this is no picture",
    "zeros.tif": lambda: b"\0" * 100_000,
    "page.png": html,
    "truncated.jpg": truncated_jpeg,
    "bomb.png": bomb,
    "passwd.svg": svg_that_reads_files,
    "lol.svg": entity_bomb,
    "broken.gif": endless_gif,
    "broken.pdf": lambda: b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\ntrailer << /Root 1 0 R >>",
    "broken.mp4": lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\xff" * 5000,
}


def upload(http: httpx.Client, name: str, content: bytes) -> str:
    return Upload(http, photographer.make_folder(http, "hostile"), name, content).run()


def check_ended(http: httpx.Client, path: str, content: bytes) -> None:
    """Processing has ended: each rendition that is missing has a reason and a message. The original is untouched."""
    photographer.wait_processed(http, [path], DONE_WITHIN)
    asset = photographer.content_of(http, path)
    assert http.get(path, auth=ADMIN).content == content
    missing = photographer.RENDITIONS - set(asset["renditions"])
    failed = asset.get("dam:failedRenditions", {})
    for name in missing:
        assert failed[name]["reason"], failed
        assert failed[name]["message"], failed


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_with_a_reason(server: ServerProcess, name: str) -> None:
    content = HOSTILE[name]()
    with photographer.client(server) as http:
        check_ended(http, upload(http, name, content), content)


@pytest.mark.parametrize("name", ["truncated.jpg", "empty.jpg", "blank-16384x16384.png"])
def test_a_real_one_ends_with_a_reason(server: ServerProcess, name: str) -> None:
    content = sample(name).read_bytes()
    with photographer.client(server) as http:
        check_ended(http, upload(http, f"sample-{name}", content), content)


def test_after_all_of_them_a_good_photo_is_processed(data_dir: Path) -> None:
    contents = {name: make() for name, make in HOSTILE.items()}
    with ServerProcess(data_dir) as server, photographer.client(server) as http:
        paths = [upload(http, name, content) for name, content in contents.items()]
        good = upload(http, "good.jpg", photographer.photo(7))
        states = photographer.wait_processed(http, [*paths, good], DONE_WITHIN)
        assert states[good] == "processed"
        assert set(photographer.content_of(http, good)["renditions"]) >= photographer.RENDITIONS
        assert http.get("/_aemulator/health").json()["ok"]
