"""IPTC-IIM datasets to XMP properties, as the IPTC Photo Metadata mapping has them."""

import re
from collections.abc import Callable

from compute.engine.metadata.properties import Value, alt, bag, seq

UTF8_MARK = b"\x1b%G"
_APPLICATION, _ENVELOPE = 2, 1
Datasets = dict[tuple[int, int], list[bytes]]


def properties(block: bytes) -> dict[str, Value | None]:
    """Of a block of IIM datasets, as it lies in a Photoshop resource 1028 or in a TIFF tag."""
    datasets = _datasets(block)
    charset = "utf-8" if datasets.get((_ENVELOPE, 90), [b""])[0].startswith(UTF8_MARK) else "latin-1"
    found: dict[str, Value | None] = {}
    for number, (name, convert) in _TABLE.items():
        texts = [_decoded(value, charset) for value in datasets.get((_APPLICATION, number), [])]
        if texts := [text for text in texts if text]:
            found[name] = convert(texts)
    date, time = (datasets.get((_APPLICATION, number), [b""])[0] for number in (55, 60))
    found["photoshop:DateCreated"] = _moment(date.decode("ascii", "replace"), time.decode("ascii", "replace"))
    return found


def resource(block: bytes, wanted: int) -> bytes | None:
    """One of the Photoshop image resources (8BIM) in a block; None when it is not there or the block is broken."""
    at = 0
    while block[at : at + 4] in {b"8BIM", b"MeSa", b"PHUT"}:
        number = int.from_bytes(block[at + 4 : at + 6], "big")
        name_length = block[at + 6] if at + 6 < len(block) else 0
        start = at + 6 + (name_length + 2) // 2 * 2
        size = int.from_bytes(block[start : start + 4], "big")
        if number == wanted:
            return block[start + 4 : start + 4 + size]
        at = start + 4 + (size + 1) // 2 * 2
    return None


def _datasets(block: bytes) -> Datasets:
    found: Datasets = {}
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        record, number, size = block[at + 1], block[at + 2], int.from_bytes(block[at + 3 : at + 5], "big")
        if size & 0x8000:  # the size of the size; no photo needs it
            break
        found.setdefault((record, number), []).append(block[at + 5 : at + 5 + size])
        at += 5 + size
    return found


def _decoded(value: bytes, charset: str) -> str:
    try:
        return value.decode("utf-8").strip("\0 \r\n")
    except UnicodeDecodeError:
        return value.decode(charset, "replace").strip("\0 \r\n")


def _moment(date: str, time: str) -> str | None:
    day = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", date)
    if not day or day[2] == "00":
        return None
    clock = re.fullmatch(r"(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?", time)
    if not clock:
        return "-".join(day.groups())
    zone = f"{clock[4]}:{clock[5]}" if clock[4] else ""
    return f"{day[1]}-{day[2]}-{day[3]}T{clock[1]}:{clock[2]}:{clock[3]}{zone}"


def _first(texts: list[str]) -> Value:
    return texts[0]


def _alternative(texts: list[str]) -> Value:
    return alt(texts[0])


_TABLE: dict[int, tuple[str, Callable[[list[str]], Value]]] = {
    5: ("dc:title", _alternative),
    10: ("photoshop:Urgency", _first),
    15: ("photoshop:Category", _first),
    20: ("photoshop:SupplementalCategories", lambda texts: bag(*texts)),
    25: ("dc:subject", lambda texts: bag(*texts)),
    40: ("photoshop:Instructions", _first),
    80: ("dc:creator", lambda texts: seq(*texts)),
    85: ("photoshop:AuthorsPosition", _first),
    90: ("photoshop:City", _first),
    92: ("Iptc4xmpCore:Location", _first),
    95: ("photoshop:State", _first),
    100: ("Iptc4xmpCore:CountryCode", _first),
    101: ("photoshop:Country", _first),
    103: ("photoshop:TransmissionReference", _first),
    105: ("photoshop:Headline", _first),
    110: ("photoshop:Credit", _first),
    115: ("photoshop:Source", _first),
    116: ("dc:rights", _alternative),
    120: ("dc:description", _alternative),
    122: ("photoshop:CaptionWriter", _first),
}
