"""The OpenAPI family of AEM, as far as it is known."""

from typing import Any, Final

from contract.openapi import (
    BINARY,
    BOOLEAN,
    INTEGER,
    STRING,
    Node,
    answer,
    array,
    form,
    header,
    json_body,
    operation,
    path,
    query,
    ref,
)

TAG: Final = "Assets OpenAPI family"
_ASSET: Final = path("assetId", "`urn:aaid:aem:<uuid>`")
_RENDITION: Final = path("name", "Name of the rendition")
_FILE: Final = path("file", "Any file name")
_NOTHING: Final = answer("Done", {"type": "object"})
_BYTES: Final = {
    200: answer("The bytes", BINARY, "*/*", ["ETag", "Last-Modified"]),
    206: answer("A range", BINARY, "*/*", ["Content-Range"]),
    304: answer("Not modified"),
}


def _refusals(*statuses: int) -> dict[int, Node]:
    reasons = {
        400: "The body or a parameter breaks the rules",
        401: "Not authenticated",
        404: "There is no such asset, rendition or folder",
        409: "It exists already, or the repository does not allow it",
        412: "The metadata has changed, or the parent is missing",
        415: "The body is not JSON",
    }
    return {status: answer(reasons[status], ref("Problem"), "application/problem+json") for status in statuses}


def _binary(operation_id: str, summary: str, *parameters: Node) -> Node:
    return {
        "get": operation(
            TAG, operation_id, summary, {**_BYTES, **_refusals(401, 404)}, parameters=(_ASSET, *parameters)
        )
    }


_OPERATION: Final = form({"op": STRING, "path": STRING, "from": STRING, "value": {}}, ["op", "path"])
_MERGE: Final = form({"assetMetadata": {"type": "object", "additionalProperties": True}}, ["assetMetadata"])
_PATCH_BODY: Final[Node] = {
    "required": True,
    "content": {
        "application/json": {"schema": _MERGE},
        "application/json-patch+json": {"schema": {"type": "array", "minItems": 1, "items": _OPERATION}},
    },
}
_CONDITION: Final[Node] = {"type": "object", "description": "`match` with `text`, or `term` with a property's values"}
_JOB: Final = path("job", "Id of the job")
_IMPORTED: Final = form(
    {"fileName": STRING, "url": STRING, "mimeType": STRING, "assetMetadata": {"type": "object"}}, ["fileName", "url"]
)
PATHS: Final[dict[str, Node]] = {
    "/adobe/assets/{assetId}": {
        "delete": operation(
            TAG, "deleteAssetById", "Delete an asset", {200: _NOTHING, **_refusals(401, 404)}, parameters=(_ASSET,)
        )
    },
    "/adobe/assets/{assetId}/metadata": {
        "parameters": [_ASSET],
        "get": operation(
            TAG,
            "getAssetMetadata",
            "Metadata of an asset",
            {
                200: answer("Both halves", ref("AssetMetadata"), headers=["ETag"]),
                304: answer("Not modified"),
                **_refusals(401, 404),
            },
            parameters=(header("If-None-Match", "ETag"),),
        ),
        "patch": operation(
            TAG,
            "patchAssetMetadata",
            "Merge into the metadata of an asset (null removes), or apply a JSON Patch",
            {
                200: answer("As it is now", ref("AssetMetadata"), headers=["ETag"]),
                **_refusals(400, 401, 404, 409, 412, 415),
            },
            parameters=(header("If-Match", "ETag"),),
            body=_PATCH_BODY,
        ),
    },
    "/adobe/assets/{assetId}/renditions": {
        "get": operation(
            TAG,
            "listRenditionsById",
            "Renditions of an asset",
            {
                200: answer("Renditions", form({"assetId": STRING, "items": array(ref("AssetRendition"))})),
                **_refusals(401, 404),
            },
            parameters=(_ASSET,),
        )
    },
    "/adobe/assets/{assetId}/original/as/{file}": _binary("getOriginal", "The original", _FILE),
    "/adobe/assets/{assetId}/renditions/{name}": _binary("getRendition", "A rendition", _RENDITION),
    "/adobe/assets/{assetId}/renditions/{name}/as/{file}": _binary(
        "getRenditionAs", "A rendition under a file name", _RENDITION, _FILE
    ),
    "/adobe/assets/import/fromUrl": {
        "post": operation(
            TAG,
            "importAssetsFromUrl",
            "Fetch files from URLs and make assets of them",
            {
                202: answer("Begun", ref("ImportJob"), headers=["Location"]),
                **_refusals(400, 401, 404, 415),
            },
            description="Only hosts of the setting AEMULATOR_IMPORT_HOSTS are asked, by default this machine alone.",
            body=json_body(
                form(
                    {
                        "folder": {"type": "string", "description": "Path or id"},
                        "files": {"type": "array", "minItems": 1, "maxItems": 300, "items": _IMPORTED},
                        "sourceName": STRING,
                    },
                    ["folder", "files"],
                )
            ),
        )
    },
    "/adobe/assets/import/jobs/{job}/status": {
        "get": operation(
            TAG,
            "getImportStatus",
            "How an import stands",
            {200: answer("PROCESSING, COMPLETED or FAILED", ref("ImportJob")), **_refusals(401, 404)},
            parameters=(_JOB,),
        )
    },
    "/adobe/assets/import/jobs/{job}/result": {
        "get": operation(
            TAG,
            "getImportResult",
            "What became of each file",
            {200: answer("The files, in the order of the request", ref("ImportJob")), **_refusals(401, 404)},
            parameters=(_JOB,),
        )
    },
    "/adobe/assets/search": {
        "post": operation(
            TAG,
            "searchAssets",
            "Assets by words and metadata",
            {
                200: answer("A page of assets, by path", ref("AssetHits")),
                **_refusals(400, 401, 415),
            },
            body=json_body(
                form(
                    {
                        "query": array(_CONDITION),
                        "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 50},
                        "cursor": STRING,
                    }
                )
            ),
        )
    },
    "/adobe/folders": {
        "get": operation(
            TAG,
            "listFolders",
            "A folder and a page of the folders in it",
            {
                200: answer(
                    "Folders",
                    form(
                        {"self": ref("Folder"), "children": array(ref("Folder")), "cursor": STRING},
                        ["self", "children"],
                    ),
                ),
                **_refusals(400, 401, 404),
            },
            parameters=(
                query("path", "Default /content/dam"),
                query("limit", "Size of a page", {"type": "integer", "minimum": 1, "maximum": 50, "default": 50}),
                query("cursor", "Of the page before"),
            ),
        ),
        "post": operation(
            TAG,
            "createFolders",
            "Create folders: all of them or none",
            {201: answer("Folders", array(ref("Folder"))), **_refusals(400, 401, 409, 412, 415)},
            body=json_body(
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 10,
                    "items": form({"path": STRING, "title": STRING}, ["path"]),
                }
            ),
        ),
    },
    "/adobe/folders/delete": {
        "post": operation(
            TAG,
            "deleteFolders",
            "Delete folders: all of them or none",
            {200: _NOTHING, **_refusals(400, 401, 404, 409, 415)},
            body=json_body(form({"paths": array(STRING), "recursive": BOOLEAN, "force": BOOLEAN}, ["paths"])),
        )
    },
}
_MAP: Final[dict[str, Any]] = {"type": "object", "additionalProperties": True}
SCHEMAS: Final[dict[str, Node]] = {
    "Problem": form({"type": STRING, "title": STRING, "status": INTEGER, "detail": STRING}, ["title", "status"]),
    "AssetMetadata": form(
        {"assetId": STRING, "assetMetadata": _MAP, "repositoryMetadata": _MAP},
        ["assetId", "assetMetadata", "repositoryMetadata"],
    ),
    "ImportJob": form({"jobId": STRING, "status": STRING, "items": array(_MAP)}, ["jobId", "status"]),
    "AssetHits": form({"search-metadata": _MAP, "hits": _MAP, "cursor": STRING}, ["search-metadata", "hits"]),
    "AssetRendition": form({"name": STRING, "href": STRING, "format": STRING, "size": INTEGER}, ["name", "href"]),
    "Folder": form({"folderId": STRING, "name": STRING, "path": STRING, "title": STRING}, ["folderId", "name", "path"]),
}
