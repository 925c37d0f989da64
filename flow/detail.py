"""Headers and bodies of an exchange as they are kept: redacted, packed for the row, unpacked for the drawer; pure."""

import base64
import struct
import zlib
from dataclasses import dataclass
from typing import Any, Final

import orjson

from flow import redaction
from flow.captured import Captured, Headers, Message

TEXT: Final = 64 * 1024
HEX: Final = 512
_PICTURES: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
SMALL: Final = 3000  # bytes that are not worth compressing
_LEVEL: Final = 1  # of compression: a tenth of the time of the usual one, for most of the gain
_HEAD: Final = struct.Struct(">II")


@dataclass(frozen=True)
class Half:
    """`kind`: json, text, form, xml, image, binary or none; `text` or `data` are what is kept of a body of `size`."""

    headers: Headers
    kind: str
    size: int
    text: str = ""
    data: bytes = b""
    media_type: str = ""


def halved(message: Message, default_type: str = "") -> Half:
    """A message, redacted and cut."""
    headers = redaction.headers(message.headers)
    if not message.kept:
        return Half(headers, "none" if not message.size else "binary", message.size)
    media_type = message.media_type or default_type
    picture = _picture(message)
    if picture:
        return Half(headers, "image", message.size, data=message.kept, media_type=picture)
    kind = _kind(media_type, message.kept)
    if kind == "binary":
        return Half(headers, kind, message.size, data=message.kept[:HEX], media_type=media_type)
    text = redaction.text(message.kept[: 2 * TEXT].decode("utf-8", "replace"))
    return Half(headers, kind, message.size, text=text[:TEXT].replace("\0", "\N{REPLACEMENT CHARACTER}"))


def packed(exchange: Captured) -> bytes:
    """Texts compressed; bytes of pictures, which are compressed already, as they are."""
    request, response = halved(exchange.request), halved(exchange.response)
    texts = orjson.dumps([_texts(request), _texts(response)])
    squeezed = zlib.compress(texts, _LEVEL) if len(texts) > SMALL else texts
    return _HEAD.pack(len(squeezed), len(request.data)) + squeezed + request.data + response.data


def unpacked(row: bytes) -> tuple[Half, Half]:
    squeezed, requested = _HEAD.unpack_from(row)
    start = _HEAD.size
    head = row[start : start + squeezed]
    texts = orjson.loads(head if head.startswith(b"[") else zlib.decompress(head))
    bodies = row[start + squeezed :]
    return _half(texts[0], bodies[:requested]), _half(texts[1], bodies[requested:])


def shown(half: Half) -> dict[str, Any]:
    """As the JSON interface has it."""
    body: dict[str, Any] = {"kind": half.kind, "size": half.size}
    kept = len(half.data) if half.data else len(half.text.encode())
    if half.kind == "image":
        body["data"] = f"data:{half.media_type};base64,{base64.b64encode(half.data).decode()}"
    elif half.kind == "binary":
        body["hex"] = half.data.hex()
    elif half.kind != "none":
        body["text"] = half.text
    body |= {"kept": min(kept, half.size) if half.kind != "none" else 0}
    body["truncated"] = body["kept"] < half.size and (half.data != b"" or len(half.text) >= TEXT or not half.text)
    return {"headers": [list(pair) for pair in half.headers], "body": body}


def _texts(half: Half) -> list[Any]:
    return [half.headers, half.kind, half.size, half.text, half.media_type]


def _half(texts: list[Any], data: bytes) -> Half:
    headers, kind, size, text, media_type = texts
    return Half([(name, value) for name, value in headers], kind, size, text, data, media_type)


def _picture(message: Message) -> str:
    """Its type, if it is here as a whole: half a picture is shown as bytes."""
    if not message.is_whole:
        return ""
    return next((kind for magic, kind in _PICTURES.items() if message.kept.startswith(magic)), "")


def _kind(media_type: str, kept: bytes) -> str:
    if media_type == "application/x-www-form-urlencoded":
        return "form"
    if media_type.endswith(("/json", "+json")):
        return "json"
    if media_type.endswith(("/xml", "+xml")):
        return "xml"
    if media_type.startswith(("text/", "multipart/form-data")):
        return "text"
    start = kept[:64].lstrip()
    if media_type in {"", "application/octet-stream"} and start[:1] in {b"{", b"["}:
        return "json"
    return "xml" if start.startswith(b"<?xml") else "binary"
