"""Metadata of PNG files that Pillow looks for after decoding all pixels: a walk over the chunks finds it as well."""

from PIL import Image

CHUNK_MAXIMUM = 16 * 1024 * 1024
_SAMPLES = {2: 3, 4: 2, 6: 4}  # by colour type
_XMP = b"iTXtXML:com.adobe.xmp\0"


def exif_of(image: Image.Image) -> Image.Exif:
    """The EXIF of an open image of any format, without decoding it."""
    if image.format != "PNG" or "exif" in image.info:
        return image.getexif()
    found = Image.Exif()
    if chunk := _chunk(image, b"eXIf"):
        found.load(chunk)
    return found


def bits_per_pixel(image: Image.Image) -> int | None:
    """As stored: Pillow opens 16 bits as 8."""
    file = getattr(image, "fp", None)
    if file is None:
        return None
    position = file.tell()
    file.seek(24)
    depth, colours = file.read(2)
    file.seek(position)
    return int(depth) * _SAMPLES.get(colours, 1)


def late_packet(image: Image.Image) -> bytes | None:
    """The XMP packet of a PNG that has it after the pixels."""
    chunk = _chunk(image, _XMP) if image.format == "PNG" else None
    return chunk[chunk.index(b"<") :] if chunk and b"<" in chunk else None


def _chunk(image: Image.Image, wanted: bytes) -> bytes | None:
    """The content of the first chunk whose type and content begin so."""
    file = getattr(image, "fp", None)
    if file is None:
        return None
    position = file.tell()
    file.seek(8)
    try:
        while len(header := file.read(8)) == 8:
            length = int.from_bytes(header[:4], "big")
            body = file.read(min(length, CHUNK_MAXIMUM)) if header[4:] == wanted[:4] else b""
            if header[4:] == wanted[:4] and body.startswith(wanted[4:]):
                return bytes(body)
            file.seek(length - len(body) + 4, 1)
        return None
    finally:
        file.seek(position)
