"""Imports from URLs in the OpenAPI family: what is asked for, and how it stands."""

from collections.abc import Mapping
from typing import Any

from repository import import_loop, imports, tree
from repository.adobe.documents import Document
from repository.adobe.identifiers import PREFIX
from repository.api.errors import BadRequest
from repository.errors import NodeNotFound
from repository.imports import WantedFile
from repository.models import ImportedFile, ImportState
from repository.paths import NodePath


def begin(body: Mapping[str, Any], user: str) -> Document:
    """NodeNotFound, InvalidName, BadRequest for a URL that is never asked for."""
    for file in body["files"]:
        try:
            import_loop.check_url(file["url"])
        except import_loop.ImportFailed as err:
            raise BadRequest(err.message) from err
    files = [
        WantedFile(file["fileName"], file["url"], file.get("mimeType", ""), file.get("assetMetadata") or {})
        for file in body["files"]
    ]
    job = imports.request(_folder(body["folder"]), files, user)
    return {"jobId": job, "status": "PROCESSING"}


def status(job: str) -> Document:
    return {"jobId": job, "status": _status(imports.files_of(job))}


def result(job: str) -> Document:
    """Each file with its asset or its error, in the order of the request."""
    files = imports.files_of(job)
    return {"jobId": job, "status": _status(files), "items": [_item(file) for file in files]}


def _status(files: list[ImportedFile]) -> str:
    states = {file.state for file in files}
    if ImportState.PENDING in states:
        return "PROCESSING"
    return "FAILED" if states == {ImportState.FAILED} else "COMPLETED"


def _item(file: ImportedFile) -> Document:
    item: Document = {"fileName": NodePath.stored(file.path).name, "url": file.url, "path": file.path}
    if file.state == ImportState.DONE:
        return {**item, "status": "COMPLETED", "assetId": f"{PREFIX}{file.asset_uuid}"}
    if file.state == ImportState.FAILED:
        return {**item, "status": "FAILED", "error": file.message}
    return {**item, "status": "PROCESSING"}


def _folder(named: str) -> NodePath:
    """By its path or its id."""
    if not named.startswith(PREFIX):
        return NodePath(named.rstrip("/") or "/")
    node = tree.by_uuid(named.removeprefix(PREFIX).lower())
    if node is None:
        raise NodeNotFound(named)
    return node.path
