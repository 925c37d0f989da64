"""Wagtail: SQLite, gunicorn with a worker a processor; uploads as in its admin, renditions by its serve view."""

import base64
import hashlib
import hmac
import os
import re
from pathlib import Path

import httpx

from benchmarks.peers import installing
from benchmarks.peers.service import QUALITY, Peer

SITE = Path(__file__).resolve().parent / "wagtail_site"
SECRET, USER, PASSWORD = "benchmark", "admin", "benchmark"


class Wagtail(Peer):
    name = f"Wagtail {installing.WAGTAIL}"
    ready_path = "/admin/login/"

    def environment(self) -> dict[str, str]:
        return {
            "BENCHMARK_FOLDER": str(self.folder),
            "BENCHMARK_SECRET": SECRET,
            "DJANGO_SETTINGS_MODULE": "pictures.settings",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "PYTHONPATH": str(SITE),
        }

    def prepare(self) -> None:
        self._python = str(installing.wagtail())
        django = (self._python, "-m", "django")
        self.run(*django, "migrate", "--verbosity", "0")
        self.run(*django, "createsuperuser", "--noinput", "--username", USER, "--email", "admin@example.com")

    def command(self) -> list[str]:
        workers = ["--workers", str(os.cpu_count() or 1), "--bind", f"127.0.0.1:{self.port}"]
        return [
            self._python,
            "-m",
            "gunicorn",
            "pictures.wsgi",
            *workers,
            "--timeout",
            "120",
            "--log-level",
            "error",
        ]

    def log_in(self, http: httpx.Client) -> None:
        form = {"username": USER, "password": PASSWORD, "csrfmiddlewaretoken": self._token(http, "/admin/login/")}
        http.post("/admin/login/", data=form)
        assert "sessionid" in http.cookies, "not logged in"
        http.headers["x-csrftoken"] = self._token(http, "/admin/images/multiple/add/")

    def upload(self, http: httpx.Client, file: Path) -> str:
        files = {"files[]": (file.name, file.read_bytes(), "image/jpeg")}
        headers = {"x-requested-with": "XMLHttpRequest"}
        answer = http.post("/admin/images/multiple/add/", files=files, data={"title": file.stem}, headers=headers)
        return str(answer.raise_for_status().json()["image_id"])

    def rendition_url(self, identifier: str, width: int, height: int, fmt: str) -> str:
        quality = f"|jpegquality-{QUALITY}" if fmt == "jpeg" else ""
        wanted = f"max-{width}x{height}|format-{fmt}{quality}"
        digest = hmac.new(SECRET.encode(), f"{identifier}/{wanted}/".encode(), hashlib.sha1).digest()
        return f"/images/{base64.urlsafe_b64encode(digest).decode()}/{identifier}/{wanted}/"

    @staticmethod
    def _token(http: httpx.Client, path: str) -> str:
        page = http.get(path).raise_for_status().text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        return found[1] if found else http.cookies["csrftoken"]
