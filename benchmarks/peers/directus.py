"""Directus: SQLite, local storage; renditions on demand by sharp, kept when made."""

from pathlib import Path

import httpx

from benchmarks.peers import installing
from benchmarks.peers.service import QUALITY, Peer

TOKEN = "benchmark-token"


class Directus(Peer):
    name = f"Directus {installing.DIRECTUS}"
    ready_path = "/server/ping"

    def environment(self) -> dict[str, str]:
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "SECRET": "benchmark",
            "DB_CLIENT": "sqlite3",
            "DB_FILENAME": str(self.folder / "data.sqlite3"),
            "STORAGE_LOCATIONS": "local",
            "STORAGE_LOCAL_ROOT": str(self.folder / "uploads"),
            "ADMIN_EMAIL": "admin@example.com",
            "ADMIN_PASSWORD": "benchmark",
            "ADMIN_TOKEN": TOKEN,
            "ASSETS_TRANSFORM_TIMEOUT": "60s",
            "TELEMETRY": "false",
            "LOG_LEVEL": "error",
            "NODE_ENV": "production",
        }

    def prepare(self) -> None:
        program = installing.directus()
        if program is None:
            raise RuntimeError("Directus needs npm")
        self._program = str(program)
        self.run(self._program, "bootstrap")

    def command(self) -> list[str]:
        return [self._program, "start"]

    def log_in(self, http: httpx.Client) -> None:
        http.headers["authorization"] = f"Bearer {TOKEN}"

    def upload(self, http: httpx.Client, file: Path) -> str:
        files = {"file": (file.name, file.read_bytes(), "image/jpeg")}
        return str(http.post("/files", files=files).raise_for_status().json()["data"]["id"])

    def rendition_url(self, identifier: str, width: int, height: int, fmt: str) -> str:
        """A quality on PNG would make it quantise the colours."""
        quality = f"&quality={QUALITY}" if fmt == "jpeg" else ""
        size = f"width={width}&height={height}&fit=inside&withoutEnlargement=true"
        return f"/assets/{identifier}?{size}&format={'jpg' if fmt == 'jpeg' else fmt}{quality}"
