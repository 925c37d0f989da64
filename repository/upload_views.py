"""The upload servlets: initiateUpload, completeUpload, the legacy createasset, and how clients detect them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from repository import legacy_uploads, uploads
from repository.binaries import is_embedded, storage
from repository.errors import (
    BlobStorageError,
    ConstraintViolation,
    InvalidPath,
    InvalidToken,
    InvalidUpload,
    InvalidValue,
    MissingField,
    NodeExists,
    NodeNotFound,
    NotAForm,
    RepositoryError,
    TooLarge,
    TwoContentTypes,
)
from repository.paths import NodePath
from repository.refusals import page
from repository.tree import TreeNode
from repository.upload_forms import chunk, files_to_complete, files_to_upload
from repository.uploads import InitiatedFile

CREATE_LINK: Final = "http://ns.adobe.com/adobecloud/rel/create"
FOLDER_NOT_FOUND: Final = "Specified folder not found"  # Adobe's upload script looks for this title

_STATUS: Final[dict[type[RepositoryError], HTTPStatus]] = {
    NodeNotFound: HTTPStatus.NOT_FOUND,
    NodeExists: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MissingField: HTTPStatus.BAD_REQUEST,
    NotAForm: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TwoContentTypes: HTTPStatus.INTERNAL_SERVER_ERROR,  # as AEM's servlet answers, for this mistake of many clients
    InvalidUpload: HTTPStatus.BAD_REQUEST,
    InvalidToken: HTTPStatus.BAD_REQUEST,
    InvalidPath: HTTPStatus.BAD_REQUEST,
    InvalidValue: HTTPStatus.BAD_REQUEST,
    ConstraintViolation: HTTPStatus.CONFLICT,
    BlobStorageError: HTTPStatus.BAD_GATEWAY,
}


@require_POST
def initiate_upload(request: HttpRequest, folder: str) -> HttpResponse:
    return _answered(lambda: _initiate(request, folder))


@require_POST
def complete_upload(request: HttpRequest, folder: str) -> HttpResponse:
    return _answered(lambda: _complete(request, folder))


@require_POST
def create_asset(request: HttpRequest, folder: str) -> HttpResponse:
    return _answered(lambda: _create(request, folder))


@require_GET
def platform(_request: HttpRequest, folder: str) -> HttpResponse:
    """What Adobe's Java client asks before it uploads: is there direct binary access?"""
    return _answered(lambda: _detected(NodePath.from_url(f"/{folder}")))


def _initiate(request: HttpRequest, folder: str) -> HttpResponse:
    path = NodePath.from_url(f"/{folder}")
    files = uploads.initiate(path, files_to_upload(request), _endpoint(request))
    body = {
        "completeURI": f"{path.href}.completeUpload.json",
        "folderPath": path,
        "files": [_initiated(file) for file in files],
    }
    return _json(body)


def _complete(request: HttpRequest, folder: str) -> HttpResponse:
    path = NodePath.from_url(f"/{folder}")
    assets = uploads.complete(path, files_to_complete(request), _user(request))
    return _json({"folderPath": path, "files": [_completed(asset) for asset in assets]})


def _create(request: HttpRequest, folder: str) -> HttpResponse:
    path = NodePath.from_url(f"/{folder}")
    legacy_uploads.receive(path, chunk(request), _user(request))
    return HttpResponse("<!DOCTYPE html><html><head><title>OK</title></head><body></body></html>\n")


def _detected(folder: NodePath) -> HttpResponse:
    uploads.check_folder(folder)
    return _json({"_links": {CREATE_LINK: {"href": f"{folder.href}.initiateUpload.json", "type": "direct"}}})


def _initiated(file: InitiatedFile) -> dict[str, object]:
    return {
        "fileName": file.name,
        "mimeType": file.mime_type,
        "uploadToken": file.token,
        "uploadURIs": file.urls,
        "minPartSize": file.min_part_size,
        "maxPartSize": file.max_part_size,
    }


def _completed(asset: TreeNode) -> dict[str, object]:
    return {"fileName": asset.name, "path": asset.path, "assetId": f"urn:aaid:aem:{asset.uuid}"}


def _endpoint(request: HttpRequest) -> str | None:
    """The embedded blob storage by the name the client used: `localhost`, a host alias, a forwarded port."""
    if not is_embedded():
        return None
    return f"{request.scheme}://{request.get_host()}{urlsplit(storage().endpoint).path}"


def _user(request: HttpRequest) -> str:
    return request.user.get_username() or "anonymous"


def _answered(work: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return work()
    except RepositoryError as err:
        return _refused(err)


def _refused(err: RepositoryError) -> HttpResponse:
    status = next((_STATUS[kind] for kind in type(err).__mro__ if kind in _STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)
    message = FOLDER_NOT_FOUND if isinstance(err, NodeNotFound) else err.message
    refused = page(status, message)
    return HttpResponse(refused.body, status=refused.status, headers=refused.headers)


def _json(body: object) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), content_type="application/json;charset=utf-8")
