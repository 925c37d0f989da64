"""A client of IMS, Asset Compute and I/O Events as Adobe's are, for tests over real sockets."""

import base64
import sqlite3
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import orjson

ORG_ID = "8C6767C25245AD1A0A490D4C@AdobeOrg"
CLIENT_ID = "aemulator-client"
CLIENT_SECRET = "aemulator-secret"
PROVIDER_ID = f"asset_compute_{ORG_ID}_{CLIENT_ID}"
Json = dict[str, Any]


def add_integration(data_dir: Path, client_id: str) -> None:
    """Give the server of this data directory another client with the same secret; the repository uses the first."""
    values = {
        "client_id": client_id,
        "name": client_id,
        "org_id": ORG_ID,
        "secrets": f'["{CLIENT_SECRET}"]',
        "technical_account_id": f"{client_id}@techacct.adobe.com",
        "technical_account_email": f"{client_id}@example.com",
        "scopes": "openid,AdobeID,asset_compute,event_receiver_api,adobeio_api",
        "public_keys": "[]",
        "created_at": "2026-01-01 00:00:00",
    }
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    with closing(sqlite3.connect(data_dir / "aemulator.sqlite3", timeout=30)) as database, database:
        database.execute(f"INSERT INTO identity_integration ({columns}) VALUES ({marks})", [*values.values()])


def access_token(url: str, scope: str = "", client_id: str = CLIENT_ID) -> str:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": CLIENT_SECRET}
    answer = httpx.post(f"{url}/ims/token/v3", data={**form, **({"scope": scope} if scope else {})})
    return str(answer.raise_for_status().json()["access_token"])


def headers(token: str, client_id: str = CLIENT_ID) -> dict[str, str]:
    return {
        "authorization": f"Bearer {token}",
        "x-api-key": client_id,
        "x-gw-ims-org-id": ORG_ID,
        "x-ims-org-id": ORG_ID,
    }


@contextmanager
def adobe_client(url: str, client_id: str = CLIENT_ID) -> Iterator[httpx.Client]:
    """An httpx client with the headers that every Adobe API wants."""
    known = headers(access_token(url, client_id=client_id), client_id)
    with httpx.Client(base_url=url, headers=known, timeout=30.0) as client:
        yield client


@dataclass
class JournalReader:
    """Follows a journal's `next` links from where it was told to start."""

    client: httpx.Client
    url: str

    def page(self) -> list[Json]:
        """The next page's entries; none at the end of the journal."""
        answer = self.client.get(self.url)
        assert answer.status_code in {200, 204}, answer.text
        self.url = urljoin(str(answer.request.url), answer.links["next"]["url"])
        return list(answer.json()["events"]) if answer.status_code == 200 else []

    def rest(self) -> list[Json]:
        """The events up to the end of the journal."""
        found: list[Json] = []
        while page := self.page():
            found += [entry["event"] for entry in page]
        return found

    def wait_for(self, count: int, within: float = 20.0, request_id: str | set[str] | None = None) -> list[Json]:
        """At least `count` events (of that request, or of those), in the journal's order."""
        wanted = {request_id} if isinstance(request_id, str) else request_id
        found: list[Json] = []
        deadline = time.monotonic() + within
        while len(found) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} events within {within:g} s: {found}"
            page = self.page()
            found += [entry["event"] for entry in page if wanted is None or entry["event"].get("requestId") in wanted]
            if not page:
                time.sleep(0.02)
        return found


def ingress_body(event: Json, provider_id: str = PROVIDER_ID) -> Json:
    return {
        "user_guid": ORG_ID,
        "provider_id": provider_id,
        "event_code": "asset_compute",
        "event": base64.b64encode(orjson.dumps(event)).decode(),
    }


def png(width: int = 64, height: int = 48) -> bytes:
    """A real PNG, without any library."""
    row = b"\0" + bytes(channel for x in range(width) for channel in (x * 4 % 256, 80, 160))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_source() -> str:
    return "data:image/png;base64," + base64.b64encode(png()).decode()


def rendition(name: str, **instructions: Any) -> Json:
    """Instructions for a rendition that comes back inside its event."""
    return {"name": name, "fmt": "png", "width": 16, "embedBinaryLimit": 32768, **instructions}
