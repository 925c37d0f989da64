"""The Assets HTTP API at /api/assets, and its service document.

Django REST Framework negotiates methods and bodies; lists are written with orjson, without serializers.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from repository.api import reading, siren, writing
from repository.api.errors import BadRequest, NotSupported, PreconditionFailed, refused
from repository.api.parsers import JsonParser
from repository.api.reading import Query
from repository.api.siren import Entity
from repository.api.targets import COMMENTS, RENDITIONS, Target, locate
from repository.api.writing import USE_DIRECT_UPLOAD, Transfer
from repository.errors import NodeExists, NodeNotFound, RepositoryError
from repository.paths import NodePath
from repository.stored_files import BLOCK, IncomingFile

ENTITY = "application/json;charset=utf-8"
NEW = "/*"  # the end of a URL that leaves the name to the form
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class SirenView(APIView):
    """An endpoint whose every answer, errors included, is a Siren entity."""

    parser_classes = [JsonParser, FormParser, MultiPartParser]

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        if isinstance(exc, RepositoryError | APIException):
            return refused(exc, self.request.path)
        raise exc


class ServiceDocument(SirenView):
    def get(self, request: Request) -> HttpResponse:
        return _json(siren.service_document(_base(request)))


class AssetsView(SirenView):
    http_method_names = ["get", "head", "options", "post", "put", "delete", "copy", "move"]

    def get(self, request: Request, rest: str = "") -> HttpResponse:
        query = Query.parse(request.query_params, _shown(request))
        return _json(reading.entity(_base(request), locate(rest), query))

    def post(self, request: Request, rest: str = "") -> HttpResponse:
        if rest.endswith(NEW):
            return self._post_new(request, rest.removesuffix(NEW))
        target = locate(rest)
        if target.part == RENDITIONS and target.name:
            return _rendition_put(request, target, _raw_file(request, target.name))
        _refuse_binary(request)
        if target.node:
            raise NodeExists(target.path)
        return _folder_created(request, target.path, _properties(request))

    def put(self, request: Request, rest: str = "") -> HttpResponse:
        target = locate(rest)
        if target.part == RENDITIONS and target.name:
            reading.entity("", target, Query(0, 0))
            return _rendition_put(request, target, _raw_file(request, target.name))
        if target.part:
            raise NotSupported("Only a single rendition can be updated")
        node = target.existing
        _refuse_binary(request)
        writing.update(node, _properties(request), _user(request))
        return _done(HTTPStatus.OK, "OK", node.path, [("modified", node.path)])

    def delete(self, _request: Request, rest: str = "") -> HttpResponse:
        target = locate(rest)
        deleted = writing.delete(target)
        shown = target.path / target.part / target.name if target.part else target.path
        return _done(HTTPStatus.OK, "OK", shown, [("deleted", deleted)])

    def copy(self, request: Request, rest: str = "") -> HttpResponse:
        node, transfer = _movable(locate(rest)).existing, Transfer.parse(request.headers)
        return _transferred(writing.copy(node, transfer, _user(request)), transfer.destination)

    def move(self, request: Request, rest: str = "") -> HttpResponse:
        node, transfer = _movable(locate(rest)).existing, Transfer.parse(request.headers)
        return _transferred(writing.move(node, transfer), transfer.destination)

    def _post_new(self, request: Request, parent: str) -> HttpResponse:
        """`/*`: a folder, rendition or comment that the form names."""
        target = locate(parent)
        if target.part == COMMENTS:
            return _comment_added(request, target)
        if target.part == RENDITIONS:
            return _rendition_posted(request, target)
        _refuse_binary(request)
        if target.node is None:
            raise PreconditionFailed(f"There is no folder at {target.path}")
        properties = _properties(request)
        name = properties.get("name")
        if not isinstance(name, str) or not name:
            raise BadRequest("The field name is missing")
        return _folder_created(request, target.path / name, properties)


def _folder_created(request: Request, path: NodePath, properties: Mapping[str, object]) -> HttpResponse:
    writing.create_folder(path, properties, _user(request))
    response = _done(HTTPStatus.CREATED, "Created", path, [("created", path)])
    response["Location"] = f"{siren.api_path(path)}.json"
    return response


def _rendition_posted(request: Request, target: Target) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise BadRequest("The field file is missing")
    name = _text(request, "name") or file.name
    wanted = Target(target.path, target.node, RENDITIONS, str(name))
    return _rendition_put(request, wanted, IncomingFile(str(name), file.content_type or "", file.chunks(BLOCK)))


def _rendition_put(request: Request, target: Target, file: IncomingFile) -> HttpResponse:
    is_new = writing.put_rendition(target, file, _user(request))
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    path = target.path / RENDITIONS / target.name
    response = _done(status, status.phrase, path, [("created" if is_new else "modified", target.part_path)])
    if is_new:
        response["Location"] = f"{siren.api_path(path)}.json"
    return response


def _comment_added(request: Request, target: Target) -> HttpResponse:
    if not target.existing.is_asset or target.name:
        raise NodeNotFound(target.path)
    message = _text(request, "message")
    if not message:
        raise BadRequest("The field message is missing")
    made = writing.add_comment(target, message, _text(request, "annotationData"), _user(request))
    path = target.path / COMMENTS / made.name
    response = _done(HTTPStatus.CREATED, "Created", path, [("created", made)])
    response["Location"] = f"{siren.api_path(path)}.json"
    return response


def _transferred(is_new: bool, path: NodePath) -> HttpResponse:
    if not is_new:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    response = _done(HTTPStatus.CREATED, "Created", path, [("created", path)])
    response["Location"] = f"{siren.api_path(path)}.json"
    return response


def _movable(target: Target) -> Target:
    if target.part:
        raise NotSupported("Renditions and comments stay with their asset")
    return target


def _refuse_binary(request: Request) -> None:
    """The bytes of an asset go elsewhere: say so, instead of complaining about the media type."""
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    has_body = request.headers.get("Content-Length", "0") not in {"", "0"}
    if (has_body and media_type not in {"application/json", *_FORMS}) or _has_file(request, media_type):
        raise NotSupported(USE_DIRECT_UPLOAD)


def _has_file(request: Request, media_type: str) -> bool:
    return media_type == "multipart/form-data" and bool(request.FILES)


def _properties(request: Request) -> dict[str, Any]:
    """Those of a JSON body `{"class": …, "properties": {…}}`, or the fields of a form."""
    data = request.data
    if hasattr(data, "dict"):
        return {name: value for name, value in data.dict().items() if not name.startswith((":", "_charset_"))}
    if data is None or data == {}:
        return {}
    if not isinstance(data, dict) or not isinstance(data.get("properties", {}), dict):
        raise ParseError("The body must be a JSON object with an object properties")
    properties: dict[str, Any] = data.get("properties", {})
    return properties


def _text(request: Request, name: str) -> str:
    data = request.data
    value = data.get(name, "") if isinstance(data, dict) else ""
    return value if isinstance(value, str) else ""


def _raw_file(request: Request, name: str) -> IncomingFile:
    """The body itself: read as it comes, never as a whole."""
    return IncomingFile(name, request.content_type or "", _chunks(request._request))


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(BLOCK):
        yield chunk


def _shown(request: Request) -> list[str]:
    """`showProperty=a,b` or repeated."""
    return [name for value in request.query_params.getlist("showProperty") for name in value.split(",") if name]


def _done(status: HTTPStatus, message: str, path: NodePath, changes: list[tuple[str, str]]) -> HttpResponse:
    return _json(siren.response(status, message, path, changes), status)


def _json(body: Entity, status: int = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type=ENTITY)


def _base(request: Request) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _user(request: Request) -> str:
    return request.user.get_username()
