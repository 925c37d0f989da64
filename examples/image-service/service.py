"""An image service of somebody else's, as there are many on the web: it gets a picture by HTTP, and gives one back.

    POST /v1/edit?crop=square&mask=circle&text=Sale&width=600      x-api-key: demo-key      body: the picture

`crop` is `square` or `x,y,width,height` in pixels; `mask` is `circle` or `rounded`; `text` is written along the lower
edge; `width` is that of the result, which is a PNG. It knows nothing of AEM, and needs Pillow only.
"""

import argparse
import io
import json
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

KEY = "demo-key"
MAX_BYTES = 100 * 1024 * 1024
MAX_WIDTH = 4000


class Refused(Exception):
    """Answered with this status, and the message as JSON."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def edited(content: bytes, wishes: Mapping[str, str]) -> bytes:
    """The PNG of a picture after what was wished for."""
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGBA")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as err:
        raise Refused(415, f"this is no picture that can be read: {err}") from err
    picture = _cropped(picture, wishes.get("crop", ""))
    if width := _number(wishes.get("width", ""), MAX_WIDTH):
        picture = picture.resize(
            (width, max(1, round(picture.height * width / picture.width))), Image.Resampling.LANCZOS
        )
    if text := wishes.get("text", ""):
        _write(picture, text[:200])
    if mask := wishes.get("mask", ""):
        picture.putalpha(_mask(picture.size, mask))
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def _cropped(picture: Image.Image, crop: str) -> Image.Image:
    if not crop:
        return picture
    if crop == "square":
        side = min(picture.size)
        return ImageOps.fit(picture, (side, side))
    parts = [_number(part, 100_000) for part in crop.split(",")]
    if len(parts) != 4 or not (parts[2] and parts[3]):
        raise Refused(400, "crop is square, or x,y,width,height")
    x, y, width, height = parts
    return picture.crop((x, y, x + width, y + height))


def _write(picture: Image.Image, text: str) -> None:
    font = ImageFont.load_default(max(12, picture.width // 12))
    draw = ImageDraw.Draw(picture, "RGBA")
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    place = ((picture.width - (right - left)) // 2, picture.height - (bottom - top) * 3)
    draw.text(place, text, font=font, fill="white", stroke_width=2, stroke_fill="black")


def _mask(size: tuple[int, int], shape: str) -> Image.Image:
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    if shape == "circle":
        draw.ellipse((0, 0, size[0] - 1, size[1] - 1), fill=255)
    elif shape == "rounded":
        draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=min(size) // 8, fill=255)
    else:
        raise Refused(400, "mask is circle or rounded")
    return mask


def _number(text: str, largest: int) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) > largest:
        raise Refused(400, f"{text} is no number from 0 to {largest}")
    return int(text)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        try:
            content = self._content()
            if self.headers.get("x-api-key") != KEY:
                raise Refused(401, "x-api-key is missing or wrong")
            if url.path != "/v1/edit":
                raise Refused(404, "there is /v1/edit only")
            made = edited(content, dict(parse_qsl(url.query)))
        except Refused as err:
            self._answer(err.status, "application/json", json.dumps({"message": str(err)}).encode())
        else:
            self._answer(200, "image/png", made)

    def _content(self) -> bytes:
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_BYTES:
            self.close_connection = True
            raise Refused(413, f"content-length is missing, or more than {MAX_BYTES}")
        return self.rfile.read(int(length))

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    parser = argparse.ArgumentParser(description="A third-party image service for AEMulator's example worker.")
    parser.add_argument("--port", type=int, default=8090, help="0: any free one (default: %(default)s)")
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    sys.stdout.write(f"The image service is at http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
