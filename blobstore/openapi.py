"""The part of Azure's Blob REST API that the embedded storage answers, for the OpenAPI document.

Azure tells operations apart by the parameters `restype` and `comp`, which OpenAPI cannot: each method is one operation
here, and the parameters say which.
"""

from typing import Final

from contract.openapi import (
    BINARY,
    SIGNED_URL,
    STRING,
    Node,
    answer,
    binary_body,
    choice,
    header,
    operation,
    path,
    query,
)

TAG: Final = "Blob storage"
_XML: Final = "application/xml"
_ACCOUNT: Final = path("account", "`devstoreaccount1`")
_CONTAINER: Final = path("container", "Container")
_BLOB: Final = path("blob", "Name of the blob; may contain slashes")
_RANGE: Final = header("x-ms-range", "`bytes=a-b`; `Range` is taken as well")
_ERROR: Final = answer(
    "Azure's error document; its code is in `x-ms-error-code` too", STRING, _XML, ["x-ms-error-code"]
)
_REFUSALS: Final = {400: _ERROR, 403: _ERROR, 404: _ERROR}
_CONTAINER_REST: Final = query("restype", "What the request is about", choice("container"))

PATHS: Final[dict[str, Node]] = {
    "/{account}": {
        "get": operation(
            TAG,
            "listContainers",
            "List containers, or the properties of the service",
            {200: answer("XML", STRING, _XML), **_REFUSALS},
            parameters=(
                _ACCOUNT,
                query("comp", "`list`, or `properties` with restype=service", choice("list", "properties")),
                query("restype", "Service properties", choice("service")),
            ),
            security=SIGNED_URL,
        )
    },
    "/{account}/{container}": {
        "parameters": [_ACCOUNT, _CONTAINER, _CONTAINER_REST],
        "get": operation(
            TAG,
            "listBlobs",
            "Properties of a container, or its blobs with comp=list",
            {200: answer("XML", STRING, _XML), **_REFUSALS},
            parameters=(
                query("comp", "List blobs", choice("list")),
                query("prefix", "Names that begin so"),
                query("delimiter", "Folds names behind it"),
                query("marker", "Where the last page ended"),
                query("maxresults", "Size of a page", {"type": "integer"}),
            ),
            security=SIGNED_URL,
        ),
        "put": operation(
            TAG,
            "createContainer",
            "Create a container",
            {201: answer("Made"), 409: _ERROR, **_REFUSALS},
            security=SIGNED_URL,
        ),
        "delete": operation(
            TAG, "deleteContainer", "Delete a container", {202: answer("Deleted"), **_REFUSALS}, security=SIGNED_URL
        ),
    },
    "/{account}/{container}/{blob}": {
        "parameters": [_ACCOUNT, _CONTAINER, _BLOB],
        "get": operation(
            TAG,
            "getBlob",
            "Read a blob or a range of it; with comp=blocklist, its blocks",
            {
                200: answer("The bytes", BINARY, "*/*", ["ETag", "Last-Modified"]),
                206: answer("The range", BINARY, "*/*", ["Content-Range"]),
                304: answer("Not modified"),
                412: _ERROR,
                416: _ERROR,
                **_REFUSALS,
            },
            parameters=(_RANGE, query("comp", "Another operation", choice("blocklist", "metadata"))),
            security=SIGNED_URL,
        ),
        "head": operation(
            TAG,
            "getBlobProperties",
            "Properties of a blob",
            {200: answer("In headers"), **_REFUSALS},
            security=SIGNED_URL,
        ),
        "put": operation(
            TAG,
            "putBlob",
            "Put a whole blob, a block (comp=block), or a list of blocks (comp=blocklist)",
            {
                201: answer("Stored", headers=["ETag"]),
                202: answer("A copy has begun", headers=["x-ms-copy-id"]),
                412: _ERROR,
                413: _ERROR,
                **_REFUSALS,
            },
            parameters=(
                query("comp", "Another operation", choice("block", "blocklist", "metadata", "properties")),
                query("blockid", "With comp=block: base64, all of one length"),
                header("x-ms-blob-type", "Of a whole blob", choice("BlockBlob")),
                header("x-ms-copy-source", "Copy from this URL instead"),
            ),
            body=binary_body(),
            security=SIGNED_URL,
        ),
        "delete": operation(
            TAG, "deleteBlob", "Delete a blob", {202: answer("Deleted"), **_REFUSALS}, security=SIGNED_URL
        ),
    },
}
SCHEMAS: Final[dict[str, Node]] = {}
