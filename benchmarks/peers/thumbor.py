"""thumbor: upload by its REST interface, file storages, two processes; renditions on demand, kept when made."""

import os
from pathlib import Path

import httpx

from benchmarks.peers import installing
from benchmarks.peers.service import QUALITY, Peer


class Thumbor(Peer):
    name = f"thumbor {installing.THUMBOR}"
    ready_path = "/healthcheck"

    def prepare(self) -> None:
        self._python = installing.thumbor()
        (self.folder / "thumbor.conf").write_text(
            "UPLOAD_ENABLED = True\n"
            "UPLOAD_MAX_SIZE = 0\n"
            "STORAGE = UPLOAD_PHOTO_STORAGE = 'thumbor.storages.file_storage'\n"
            f"FILE_STORAGE_ROOT_PATH = {str(self.folder / 'files')!r}\n"
            "RESULT_STORAGE = 'thumbor.result_storages.file_storage'\n"
            f"RESULT_STORAGE_FILE_STORAGE_ROOT_PATH = {str(self.folder / 'results')!r}\n"
            "RESULT_STORAGE_STORES_UNSAFE = True\n"
            "ALLOW_UNSAFE_URL = True\n"
        )

    def command(self) -> list[str]:
        program = self._python.parent / "thumbor"
        address = ["--ip", "127.0.0.1", "--port", str(self.port)]
        processes = ["--processes", str(os.cpu_count() or 1)]
        return [str(program), *address, *processes, "--conf", str(self.folder / "thumbor.conf"), "--log-level", "error"]

    def upload(self, http: httpx.Client, file: Path) -> str:
        headers = {"content-type": "image/jpeg", "slug": file.name}
        answer = http.post("/image", content=file.read_bytes(), headers=headers).raise_for_status()
        return answer.headers["location"].split("/")[2]

    def rendition_url(self, identifier: str, width: int, height: int, fmt: str) -> str:
        return f"/unsafe/fit-in/{width}x{height}/filters:quality({QUALITY}):format({fmt})/{identifier}"
