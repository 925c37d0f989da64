"""The OpenAPI family: `/adobe/assets/{assetId}/…` and `/adobe/folders`. Errors are problem+json."""

import hashlib
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags, quote_etag
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from repository import tree
from repository.adobe import documents, folders, identifiers, importing, json_patch, search
from repository.adobe.documents import Document
from repository.api import writing
from repository.api.errors import BadRequest, PreconditionFailed, status_of
from repository.api.parsers import JsonParser, JsonPatchParser
from repository.errors import RepositoryError
from repository.refusals import problem
from repository.tree import TreeNode

JSON = "application/json"


class AdobeView(APIView):
    """An endpoint whose every error is problem+json."""

    parser_classes = [JsonParser]

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        if isinstance(exc, RepositoryError):
            return _problem(status_of(exc), exc.message)
        if isinstance(exc, ValidationError):
            return _problem(HTTPStatus.BAD_REQUEST, _flat(exc.detail))
        if isinstance(exc, APIException):
            return _problem(exc.status_code, str(exc.detail))
        raise exc


class MetadataBody(serializers.Serializer[Any]):
    assetMetadata = serializers.DictField(allow_empty=False)  # noqa: N815


class FolderBody(serializers.Serializer[Any]):
    path = serializers.CharField(max_length=2048)
    title = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class DeleteFoldersBody(serializers.Serializer[Any]):
    paths = serializers.ListField(child=serializers.CharField(max_length=2048), allow_empty=False, max_length=100)
    recursive = serializers.BooleanField(default=False)
    force = serializers.BooleanField(default=False)


class ImportedFileBody(serializers.Serializer[Any]):
    fileName = serializers.CharField(max_length=255, trim_whitespace=False)  # noqa: N815
    url = serializers.CharField(max_length=8192)
    mimeType = serializers.CharField(required=False, allow_blank=True, max_length=255)  # noqa: N815
    fileSize = serializers.IntegerField(required=False, min_value=0)  # noqa: N815
    assetMetadata = serializers.DictField(required=False, allow_null=True)  # noqa: N815


class ImportBody(serializers.Serializer[Any]):
    folder = serializers.CharField(max_length=2048)
    files = serializers.ListField(child=ImportedFileBody(), min_length=1, max_length=300)
    sourceName = serializers.CharField(required=False, allow_blank=True, max_length=255)  # noqa: N815


class ImportView(AdobeView):
    def post(self, request: Request) -> HttpResponse:
        begun = importing.begin(_validated(ImportBody(data=request.data)), request.user.get_username())
        headers = {"Location": f"/adobe/assets/import/jobs/{begun['jobId']}/status"}
        encoded = documents.encoded(begun)
        return HttpResponse(encoded, status=HTTPStatus.ACCEPTED, content_type=JSON, headers=headers)


class ImportJobView(AdobeView):
    def get(self, _request: Request, job: str, what: str) -> HttpResponse:
        return _json(importing.status(job) if what == "status" else importing.result(job))


class AssetView(AdobeView):
    def delete(self, _request: Request, asset_id: str) -> HttpResponse:
        tree.delete(identifiers.asset(asset_id).path)
        return _json({})


class MetadataView(AdobeView):
    parser_classes = [JsonParser, JsonPatchParser]

    def get(self, request: Request, asset_id: str) -> HttpResponse:
        document = documents.metadata(identifiers.asset(asset_id), request.get_host())
        etag = _etag(document)
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
        return _json(document, headers={"ETag": etag})

    def patch(self, request: Request, asset_id: str) -> HttpResponse:
        with tree.writing():
            asset = identifiers.asset(asset_id)
            self._check_match(request, documents.metadata(asset, request.get_host()))
            writing.update_metadata(asset, self._changes(request, asset), request.user.get_username())
        document = documents.metadata(identifiers.asset(asset_id), request.get_host())
        return _json(document, headers={"ETag": _etag(document)})

    def _changes(self, request: Request, asset: TreeNode) -> dict[str, Any]:
        if request.content_type.partition(";")[0].strip() != JsonPatchParser.media_type:
            return dict(_validated(MetadataBody(data=request.data))["assetMetadata"])
        return json_patch.changes(request.data, documents.asset_metadata(asset))

    def _check_match(self, request: Request, document: Document) -> None:
        wanted = parse_etags(request.headers.get("If-Match", ""))
        if wanted and wanted != ["*"] and _etag(document) not in wanted:
            raise PreconditionFailed("The metadata has changed since it was read")


class SearchView(AdobeView):
    def post(self, request: Request) -> HttpResponse:
        if not isinstance(request.data, dict):
            raise BadRequest("The body must be an object")
        return _json(search.found(request.data, request.get_host()))


class RenditionsView(AdobeView):
    def get(self, request: Request, asset_id: str) -> HttpResponse:
        asset = identifiers.asset(asset_id)
        base = f"{request.scheme}://{request.get_host()}"
        return _json({"assetId": asset_id, "items": documents.renditions(asset, base)})


class FoldersView(AdobeView):
    def get(self, request: Request) -> HttpResponse:
        return _json(folders.listed(request.query_params))

    def post(self, request: Request) -> HttpResponse:
        wanted = serializers.ListField(child=FolderBody(), min_length=1, max_length=10).run_validation(request.data)
        made = folders.create(wanted, request.user.get_username())
        return HttpResponse(documents.encoded(made), status=HTTPStatus.CREATED, content_type=JSON)


class DeleteFoldersView(AdobeView):
    def post(self, request: Request) -> HttpResponse:
        body = _validated(DeleteFoldersBody(data=request.data))
        folders.delete(body["paths"], everything=body["recursive"] or body["force"])
        return _json({})


class UnknownView(AdobeView):
    """Whatever else is below /adobe: it is reserved, and no path of the tree."""

    def dispatch(self, request: Any, *_args: Any, **_kwargs: Any) -> HttpResponse:
        return _problem(HTTPStatus.NOT_FOUND, f"There is no operation {request.method} {request.path}")


def _validated(serializer: serializers.BaseSerializer[Any]) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _etag(document: Document) -> str:
    return quote_etag(hashlib.sha256(documents.encoded(document)).hexdigest()[:32])


def _json(document: Document, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(documents.encoded(document), content_type=JSON, headers=headers)


def _problem(status: int, detail: str) -> HttpResponse:
    refused = problem(status, detail)
    return HttpResponse(refused.body, status=refused.status, headers=refused.headers)


def _flat(detail: Any, name: str = "") -> str:
    """The messages of a serializer as one sentence."""
    if isinstance(detail, dict):
        return " ".join(_flat(inner, f"{name}.{key}" if name else str(key)) for key, inner in detail.items())
    if isinstance(detail, list):
        return " ".join(_flat(inner, name) for inner in detail if inner)
    return f"{name}: {detail}" if name else str(detail)
