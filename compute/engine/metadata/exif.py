"""EXIF to XMP properties, as the XMP specification (part 2) and CIPA DC-010 map them."""

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from PIL import ExifTags, Image

from compute.engine.metadata.properties import Array, Value, alt, seq

Found = dict[str, Value | None]
Convert = Callable[[Any], Value | None]


def properties(exif: Image.Exif) -> Found:
    """Values that make no sense are left out: cameras and editors write many."""
    main: Mapping[int, Any] = exif
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    found: Found = {}
    for tags, table in ((main, _MAIN), (detail, _DETAIL)):
        for tag, (name, convert) in table.items():
            if tag in tags:
                found[name] = _safely(convert, tags[tag])
    found |= _dates(main, detail)
    found |= _position(place)
    return {name: value for name, value in found.items() if value not in (None, "")}


def _safely(convert: Convert, value: Any) -> Value | None:
    try:
        return convert(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, IndexError, AttributeError):
        return None


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, tuple):
        value = " ".join(map(str, value))
    if isinstance(value, str) and not value.isascii():
        value = _as_utf8(value)
    return str(value).split("\0")[0].strip() or None


def _as_utf8(text: str) -> str:
    """EXIF knows ASCII alone; cameras and editors write UTF-8 all the same, which Pillow reads as Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _alternative(value: Any) -> Value | None:
    text = _text(value)
    return alt(text) if text else None


def _people(value: Any) -> Value | None:
    names = [name.strip() for name in (_text(value) or "").split(";") if name.strip()]
    return seq(*names) if names else None


def _integer(value: Any) -> str:
    return str(int(value[0] if isinstance(value, (tuple, list)) else value))


def _integers(value: Any) -> Array:
    return seq(*(int(item) for item in (value if isinstance(value, (tuple, list, bytes)) else (value,))))


def _rational(value: Any) -> str | None:
    numerator, denominator = _pair(value)
    return f"{numerator}/{denominator}" if denominator else None


def _rationals(value: Any) -> Value | None:
    parts = [f"{n}/{d}" for n, d in map(_pair, value)]
    return " ".join(parts)


def _pair(value: Any) -> tuple[int, int]:
    if hasattr(value, "numerator") and hasattr(value, "denominator"):
        return int(value.numerator), int(value.denominator)
    fraction = Fraction(float(value)).limit_denominator(1_000_000)
    return fraction.numerator, fraction.denominator


def _version(value: Any) -> str | None:
    return value.decode("ascii").strip("\0 ") if isinstance(value, bytes) else _text(value)


def _comment(value: Any) -> Value | None:
    """The first eight bytes say how the rest is encoded."""
    if not isinstance(value, bytes):
        return _alternative(value)
    code, content = value[:8], value[8:]
    encoding = {b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp"}.get(code, "utf-8")
    return _alternative(content.decode(encoding, "replace"))


def _dates(main: Mapping[int, Any], detail: Mapping[int, Any]) -> Found:
    made = _date(detail, 36867, 37521, 36881)
    digitised = _date(detail, 36868, 37522, 36882)
    changed = _iso(_text(main.get(306, "")) or "", _text(detail.get(37520, "")), _text(detail.get(36880, "")))
    return {
        "exif:DateTimeOriginal": made,
        "exif:DateTimeDigitized": digitised,
        "xmp:CreateDate": digitised or made,
        "xmp:ModifyDate": changed,
    }


def _date(tags: Mapping[int, Any], date: int, fraction: int, offset: int) -> str | None:
    return _iso(_text(tags.get(date, "")) or "", _text(tags.get(fraction, "")), _text(tags.get(offset, "")))


def _iso(text: str, fraction: str | None, offset: str | None) -> str | None:
    match = re.fullmatch(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)", text)
    if not match or match[2] == "00" or match[1] == "0000":
        return None
    year, month, day, hour, minute, second = match.groups()
    part = f".{fraction}" if fraction and fraction.isdigit() else ""
    zone = offset if offset and re.fullmatch(r"[+-]\d\d:\d\d|Z", offset) else ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{part}{zone}"


def _position(place: Mapping[int, Any]) -> Found:
    found: Found = {
        "exif:GPSLatitude": _coordinate(place.get(2), place.get(1)),
        "exif:GPSLongitude": _coordinate(place.get(4), place.get(3)),
        "exif:GPSTimeStamp": _moment(place.get(29), place.get(7)),
    }
    for tag, (name, convert) in _PLACE.items():
        if tag in place:
            found[name] = _safely(convert, place[tag])
    return found


def _coordinate(value: Any, reference: Any) -> str | None:
    """Degrees and decimal minutes with the direction, as XMP has it: `47,35.512N`."""
    try:
        degrees, minutes, seconds = (float(part) for part in value)
        direction = (_text(reference) or "").upper()
        total = degrees * 60 + minutes + seconds / 60
        if direction not in {"N", "S", "E", "W"} or not math.isfinite(total):
            return None
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return f"{int(total // 60)},{total % 60:.6f}{direction}"


def _moment(date: Any, time: Any) -> str | None:
    try:
        hour, minute, second = (float(part) for part in time)
        year, month, day = (int(part) for part in (_text(date) or "").split(":"))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return f"{year:04}-{month:02}-{day:02}T{int(hour):02}:{int(minute):02}:{int(second):02}Z"


def _byte(value: Any) -> str:
    return str(value[0] if isinstance(value, (bytes, tuple)) else int(value))


_MAIN: dict[int, tuple[str, Convert]] = {
    270: ("dc:description", _alternative),
    271: ("tiff:Make", _text),
    272: ("tiff:Model", _text),
    274: ("tiff:Orientation", _integer),
    282: ("tiff:XResolution", _rational),
    283: ("tiff:YResolution", _rational),
    296: ("tiff:ResolutionUnit", _integer),
    305: ("xmp:CreatorTool", _text),
    315: ("dc:creator", _people),
    33432: ("dc:rights", _alternative),
    18246: ("xmp:Rating", _integer),
    258: ("tiff:BitsPerSample", _integers),
    259: ("tiff:Compression", _integer),
    262: ("tiff:PhotometricInterpretation", _integer),
    277: ("tiff:SamplesPerPixel", _integer),
    284: ("tiff:PlanarConfiguration", _integer),
    531: ("tiff:YCbCrPositioning", _integer),
}
_DETAIL: dict[int, tuple[str, Convert]] = {
    33434: ("exif:ExposureTime", _rational),
    33437: ("exif:FNumber", _rational),
    34850: ("exif:ExposureProgram", _integer),
    34855: ("exif:ISOSpeedRatings", _integers),
    36864: ("exif:ExifVersion", _version),
    37121: ("exif:ComponentsConfiguration", _integers),
    37122: ("exif:CompressedBitsPerPixel", _rational),
    37377: ("exif:ShutterSpeedValue", _rational),
    37378: ("exif:ApertureValue", _rational),
    37379: ("exif:BrightnessValue", _rational),
    37380: ("exif:ExposureBiasValue", _rational),
    37381: ("exif:MaxApertureValue", _rational),
    37382: ("exif:SubjectDistance", _rational),
    37383: ("exif:MeteringMode", _integer),
    37384: ("exif:LightSource", _integer),
    37386: ("exif:FocalLength", _rational),
    37396: ("exif:SubjectArea", _integers),
    37510: ("exif:UserComment", _comment),
    40960: ("exif:FlashpixVersion", _version),
    40961: ("exif:ColorSpace", _integer),
    40962: ("exif:PixelXDimension", _integer),
    40963: ("exif:PixelYDimension", _integer),
    41486: ("exif:FocalPlaneXResolution", _rational),
    41487: ("exif:FocalPlaneYResolution", _rational),
    41488: ("exif:FocalPlaneResolutionUnit", _integer),
    41493: ("exif:ExposureIndex", _rational),
    41495: ("exif:SensingMethod", _integer),
    41728: ("exif:FileSource", _byte),
    41729: ("exif:SceneType", _byte),
    41985: ("exif:CustomRendered", _integer),
    41986: ("exif:ExposureMode", _integer),
    41987: ("exif:WhiteBalance", _integer),
    41988: ("exif:DigitalZoomRatio", _rational),
    41989: ("exif:FocalLengthIn35mmFilm", _integer),
    41990: ("exif:SceneCaptureType", _integer),
    41991: ("exif:GainControl", _integer),
    41992: ("exif:Contrast", _integer),
    41993: ("exif:Saturation", _integer),
    41994: ("exif:Sharpness", _integer),
    41996: ("exif:SubjectDistanceRange", _integer),
    42016: ("exif:ImageUniqueID", _text),
    42032: ("aux:OwnerName", _text),
    42033: ("aux:SerialNumber", _text),
    42034: ("aux:LensInfo", _rationals),
    42035: ("exifEX:LensMake", _text),
    42036: ("aux:Lens", _text),
    42037: ("aux:LensSerialNumber", _text),
}
_PLACE: dict[int, tuple[str, Convert]] = {
    0: ("exif:GPSVersionID", lambda value: ".".join(str(part) for part in value)),
    5: ("exif:GPSAltitudeRef", _byte),
    6: ("exif:GPSAltitude", _rational),
    8: ("exif:GPSSatellites", _text),
    9: ("exif:GPSStatus", _text),
    12: ("exif:GPSSpeedRef", _text),
    13: ("exif:GPSSpeed", _rational),
    16: ("exif:GPSImgDirectionRef", _text),
    17: ("exif:GPSImgDirection", _rational),
    18: ("exif:GPSMapDatum", _text),
}
