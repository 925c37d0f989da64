"""What tests do with an AEM author: upload, wait, look at renditions and events, and set the state."""

import json
import os
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urljoin

import httpx

from pytest_aemulator.server import Server

TIMEOUT = 60.0  # seconds for one answer
FIRST_LOOK, LONGEST_LOOK = 0.02, 0.5  # seconds between two looks
UNFINISHED = {"processing", "unProcessed", None}

Json = dict[str, Any]


class NotProcessed(AssertionError):
    """An asset was not processed in time, or not all of its renditions could be made; `failures`: name to reason."""

    def __init__(self, message: str, failures: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.failures = dict(failures or {})


@dataclass(frozen=True)
class Rendition:
    """One rendition with its bytes."""

    name: str
    mime_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


class Author:
    """The fixture `aemulator`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._http = self.client()
        self._environment: dict[str, str] = {}

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def https_url(self) -> str:
        return self.server.https_url

    @property
    def environment(self) -> dict[str, str]:
        """The environment block for Adobe's clients and for workers; add it to that of a child process."""
        if not self._environment:
            self._environment = self._get("/_aemulator/env").json()
        return dict(self._environment)

    @property
    def ca_file(self) -> Path:
        """The certificate authority behind `https_url`."""
        return Path(self.environment["NODE_EXTRA_CA_CERTS"])

    def client(self, **options: Any) -> httpx.Client:
        """An httpx client that is logged in as the administrator; `options` are httpx's."""
        usual: dict[str, Any] = {"base_url": self.url, "auth": self.server.login, "timeout": TIMEOUT}
        usual["verify"] = _authorities()
        return httpx.Client(**(usual | options))

    def upload(
        self, file: str | os.PathLike[str] | bytes, folder: str = "/content/dam", name: str = "", mime_type: str = ""
    ) -> str:
        """Upload a file, or bytes as `name`, into a folder that is made if need be; the path of the asset."""
        if isinstance(file, bytes) and not name:
            raise ValueError("bytes need a name: upload(content, folder, name='photo.jpg')")
        if not isinstance(file, bytes):
            with Path(file).open("rb") as opened:
                return self._upload(opened, folder, name or Path(file).name, mime_type)
        return self._upload(file, folder, name, mime_type)

    def seed(self, description: Mapping[str, Any] | None = None, *, wait: bool = True, within: float = 60.0) -> Json:
        """Bring in what a description says (docs/testing.md), or the demo pictures; path to state."""
        query = {"wait": str(wait).lower(), "within": str(within)}
        body = {"json": description} if description is not None else {}
        return dict(self._post("/_aemulator/seed", params=query, **body).json()["assets"])

    def wait_processed(self, paths: str | Sequence[str], within: float = 60.0, *, check: bool = True) -> None:
        """Until no job of these assets is open. NotProcessed: it takes longer, or (`check`) a rendition failed."""
        deadline, pause = time.monotonic() + within, FIRST_LOOK
        waiting = [paths] if isinstance(paths, str) else list(paths)
        while waiting:
            waiting = [path for path in waiting if not self._is_processed(path, check)]
            if waiting and time.monotonic() > deadline:
                raise NotProcessed(f"not processed within {within:g} s: {', '.join(waiting)}")
            if waiting:
                time.sleep(pause)
                pause = min(pause * 1.5, LONGEST_LOOK)

    def renditions(self, path: str) -> dict[str, Rendition]:
        """All renditions of an asset by name, the original included, with their bytes."""
        base = f"{quote(path)}/jcr:content/renditions"
        nodes = self._get(f"{base}.2.json").json()
        files = {name: node for name, node in nodes.items() if isinstance(node, dict) and "jcr:content" in node}
        return {name: self._rendition(f"{base}/{quote(name)}", name, node) for name, node in files.items()}

    def events(self) -> list[Json]:
        """Everything in the journal of the default integration since the last reset, oldest first."""
        block = self.environment
        names = {"x-api-key": block["AEMULATOR_CLIENT_ID"], "x-gw-ims-org-id": block["AEMULATOR_ORG_ID"]}
        headers = names | {
            "x-ims-org-id": block["AEMULATOR_ORG_ID"],
            "Authorization": f"Bearer {block['AEMULATOR_ACCESS_TOKEN']}",
        }
        with httpx.Client(base_url=self.url, headers=headers, timeout=TIMEOUT, verify=_authorities()) as adobe:
            url = str(adobe.post("/register").raise_for_status().json()["journal"])
            found: list[Json] = []
            while (page := adobe.get(url)).status_code == 200:
                found += [entry["event"] for entry in page.json()["events"]]
                url = urljoin(str(page.request.url), page.links["next"]["url"])
            return found

    def snapshot(self, file: str | os.PathLike[str]) -> Path:
        """Write the whole state to a file."""
        target = Path(file)
        with self._http.stream("GET", "/_aemulator/snapshot") as answer:
            answer.raise_for_status()
            with target.open("wb") as opened:
                for chunk in answer.iter_bytes():
                    opened.write(chunk)
        return target

    def restore(self, file: str | os.PathLike[str]) -> None:
        """Put a snapshot in the place of everything."""
        with Path(file).open("rb") as content:
            self._post("/_aemulator/restore", content=content)
        self._environment = {}  # the snapshot's integrations have the tokens of their own

    def reset(self) -> None:
        """Remove everything."""
        self._post("/_aemulator/reset")

    def close(self) -> None:
        self._http.close()

    def _upload(self, content: bytes | IO[bytes], folder: str, name: str, mime_type: str) -> str:
        path = f"{folder.rstrip('/')}/{name}"
        description = {"assets": [{"path": path, "file": "file", "mimeType": mime_type}]}
        parts = {"description": (None, json.dumps(description), "application/json"), "file": (name, content)}
        self._post("/_aemulator/seed", files=parts)
        return path

    def _is_processed(self, path: str, check: bool) -> bool:
        answer = self._request("GET", f"{quote(path)}/jcr:content.2.json")
        if answer.status_code == 404:
            raise NotProcessed(f"there is no asset {path}")
        content = _checked(answer).json()
        state, failures = content.get("dam:assetState"), _failures(content)
        if state == "processing" or (state in UNFINISHED and not failures):
            return False
        if failures and check:
            words = "; ".join(f"{name} ({reason})" for name, reason in failures.items())
            raise NotProcessed(f"{path} has renditions that could not be made: {words}", failures)
        return True

    def _rendition(self, url: str, name: str, node: Json) -> Rendition:
        return Rendition(name, str(node["jcr:content"].get("jcr:mimeType", "")), self._get(url).content)

    def _get(self, path: str) -> httpx.Response:
        return _checked(self._request("GET", path))

    def _post(self, path: str, **content: Any) -> httpx.Response:
        return _checked(self._request("POST", path, **content))

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Where the server does not answer, its log says why."""
        try:
            return self._http.request(method, path, **content)
        except httpx.TransportError:
            self.server.check()
            raise


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: each client would do that for itself, 25 ms a test."""
    return httpx.create_ssl_context()


def _failures(content: Json) -> dict[str, str]:
    """Of a jcr:content: the name of each rendition that failed, and why."""
    failed = content.get("dam:failedRenditions", {}).items()
    return {name: f"{node.get('reason')}: {node.get('message')}" for name, node in failed if isinstance(node, dict)}


def _checked(answer: httpx.Response) -> httpx.Response:
    """An error of the server in the server's words."""
    if answer.is_error:
        words = f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:2000]}"
        raise httpx.HTTPStatusError(words, request=answer.request, response=answer)
    return answer
