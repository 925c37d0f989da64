"""The Assets HTTP API. COPY and MOVE, which OpenAPI 3.1 has no place for, are under `x-methods`."""

from typing import Any, Final

from contract.openapi import (
    BINARY,
    INTEGER,
    STRING,
    Node,
    answer,
    array,
    binary_body,
    choice,
    form,
    form_body,
    header,
    json_body,
    operation,
    path,
    query,
    ref,
)

TAG: Final = "Assets HTTP API"
_PATH: Final = path("path", "Path below /content/dam; its slashes stay slashes")
_NAME: Final = path("name", "Name")
_ENTITY: Final = answer("A Siren entity", ref("SirenEntity"))
_DONE: Final = answer("Done", ref("SirenResponse"))
_CREATED: Final = answer("Created", ref("SirenResponse"), headers=["Location"])
_PAGING: Final = (
    query("offset", "How many children to pass over", {"type": "integer", "minimum": 0, "default": 0}),
    query("limit", "How many children to list", {"type": "integer", "minimum": 0, "maximum": 5000, "default": 20}),
    query("showProperty", "Names of raw properties to show as well, comma separated or repeated"),
)


def _refusals(*statuses: int) -> dict[int, Node]:
    reasons = {
        400: "The body or a parameter cannot be understood",
        401: "Not authenticated",
        404: "There is no such folder, asset, rendition or comment",
        405: "Not possible through this API: assets come by direct binary upload",
        409: "There is one already, or the repository does not allow it",
        412: "A header or parent is missing, or the target may not be overwritten",
        413: "The body is too large",
    }
    return {status: answer(reasons[status], ref("SirenResponse")) for status in statuses}


def _transfer(operation_id: str, summary: str) -> Node:
    return operation(
        TAG,
        operation_id,
        summary,
        {201: _CREATED, 204: answer("An existing target was overwritten"), **_refusals(400, 401, 404, 409, 412)},
        parameters=(
            header("X-Destination", "Path or URL below /api/assets, percent-encoded", required=True),
            header("X-Depth", "With 0 a folder is copied alone", choice("0", "infinity")),
            header("X-Overwrite", "F: refuse an existing target", choice("T", "F")),
        ),
    )


_FOLDER: Final = form(
    {
        "class": STRING,
        "properties": {"type": "object", "description": "`title`, `dc:title` or `jcr:title`; descriptions"},
    }
)
_METADATA: Final = form(
    {"class": STRING, "properties": {"type": "object", "description": "Merged into the metadata; null removes"}},
    ["properties"],
)

PATHS: Final[dict[str, Node]] = {
    "/api.json": {"get": operation(TAG, "serviceDocument", "The services there are", {200: _ENTITY, **_refusals(401)})},
    "/api/assets.json": {
        "get": operation(
            TAG, "readRoot", "List /content/dam", {200: _ENTITY, **_refusals(400, 401)}, parameters=_PAGING
        )
    },
    "/api/assets/{path}.json": {
        "parameters": [_PATH],
        "get": operation(
            TAG,
            "readEntity",
            "Read a folder or an asset with a page of its children",
            {200: _ENTITY, **_refusals(400, 401, 404)},
            description="The children of an asset are its renditions. `.json` may be left out.",
            parameters=_PAGING,
        ),
        "head": operation(
            TAG,
            "entityExists",
            "Does it exist?",
            {200: answer("Yes"), 401: answer("Not authenticated"), 404: answer("No")},
        ),
    },
    "/api/assets/{path}": {
        "parameters": [_PATH],
        "post": operation(
            TAG,
            "createFolder",
            "Create a folder",
            {201: _CREATED, **_refusals(400, 401, 405, 409, 412, 413)},
            body=json_body(_FOLDER, required=False),
        ),
        "put": operation(
            TAG,
            "updateEntity",
            "Update the metadata of an asset, or the titles of a folder",
            {200: _DONE, **_refusals(400, 401, 404, 405, 409, 413)},
            body=json_body(_METADATA),
        ),
        "delete": operation(
            TAG, "deleteEntity", "Delete a folder or an asset", {200: _DONE, **_refusals(401, 404, 409)}
        ),
        "x-methods": {
            "COPY": _transfer("copyEntity", "Copy a folder or an asset"),
            "MOVE": _transfer("moveEntity", "Move a folder or an asset"),
        },
    },
    "/api/assets/{path}/*": {
        "parameters": [_PATH],
        "post": operation(
            TAG,
            "createNamedFolder",
            "Create a folder that the form names",
            {201: _CREATED, **_refusals(400, 401, 405, 409, 412)},
            body=form_body({"name": STRING, "title": STRING}, ["name"]),
        ),
    },
    "/api/assets/{path}/renditions.json": {
        "parameters": [_PATH],
        "get": operation(
            TAG,
            "listRenditions",
            "Renditions of an asset",
            {200: _ENTITY, **_refusals(400, 401, 404)},
            parameters=_PAGING,
        ),
    },
    "/api/assets/{path}/renditions/{name}": {
        "parameters": [_PATH, _NAME],
        "get": operation(TAG, "readRendition", "One rendition", {200: _ENTITY, **_refusals(401, 404)}),
        "post": operation(
            TAG,
            "createRendition",
            "Store a rendition that was made elsewhere",
            {201: _CREATED, 200: _DONE, **_refusals(401, 404, 405)},
            body=binary_body(),
        ),
        "put": operation(
            TAG, "updateRendition", "Replace a rendition", {200: _DONE, **_refusals(401, 404, 405)}, body=binary_body()
        ),
        "delete": operation(TAG, "deleteRendition", "Delete a rendition", {200: _DONE, **_refusals(401, 404, 405)}),
    },
    "/api/assets/{path}/renditions/*": {
        "parameters": [_PATH],
        "post": operation(
            TAG,
            "uploadRendition",
            "Store a rendition that the form names",
            {201: _CREATED, 200: _DONE, **_refusals(400, 401, 404, 405)},
            body={
                "required": True,
                "content": {"multipart/form-data": {"schema": form({"name": STRING, "file": BINARY}, ["file"])}},
            },
        ),
    },
    "/api/assets/{path}/comments.json": {
        "parameters": [_PATH],
        "get": operation(
            TAG, "listComments", "Comments on an asset", {200: _ENTITY, **_refusals(400, 401, 404)}, parameters=_PAGING
        ),
    },
    "/api/assets/{path}/comments/*": {
        "parameters": [_PATH],
        "post": operation(
            TAG,
            "addComment",
            "Comment on an asset",
            {201: _CREATED, **_refusals(400, 401, 404)},
            body=form_body({"message": STRING, "annotationData": STRING}, ["message"]),
        ),
    },
    "/api/assets/{path}/comments/{name}": {
        "parameters": [_PATH, _NAME],
        "get": operation(TAG, "readComment", "One comment", {200: _ENTITY, **_refusals(401, 404)}),
        "delete": operation(TAG, "deleteComment", "Delete a comment", {200: _DONE, **_refusals(401, 404)}),
    },
}
_ANYTHING: Final[dict[str, Any]] = {"type": "object", "additionalProperties": True}
SCHEMAS: Final[dict[str, Node]] = {
    "SirenLink": form({"rel": array(STRING), "href": {"type": "string", "format": "uri"}}, ["rel", "href"]),
    "SirenEntity": form(
        {
            "class": array(STRING),
            "rel": array(STRING),
            "properties": _ANYTHING,
            "entities": array(ref("SirenEntity")),
            "links": array(ref("SirenLink")),
        },
        ["class", "properties"],
    ),
    "SirenResponse": form(
        {
            "class": array(STRING),
            "properties": {
                "type": "object",
                "required": ["status.code", "status.message"],
                "properties": {"status.code": INTEGER, "status.message": STRING, "path": STRING, "location": STRING},
            },
        },
        ["class", "properties"],
    ),
}
