"""Sling GET and POST, binaries, and the author's servlets."""

from typing import Any, Final

from contract.openapi import (
    BINARY,
    INTEGER,
    STRING,
    Node,
    answer,
    array,
    form,
    form_body,
    header,
    operation,
    path,
    query,
    ref,
)

TAG: Final = "Sling"
AUTHOR: Final = "Author"
_PAGE: Final = "text/html"
_PATH: Final = path("path", "Path below /content; its slashes stay slashes")
_SELECTORS: Final = path("selectors", "`tidy`, `harray`, and last the depth: a number, `-1` or `infinity`")
_NOT_FOUND: Final = answer("There is no such resource", STRING, _PAGE)
_NOT_AUTHENTICATED: Final = answer("Not authenticated", STRING, _PAGE, ["WWW-Authenticate"])
_NODE: Final = answer("Properties, then children", ref("Node"))
_BYTES_HEADERS: Final = ("ETag", "Last-Modified", "Content-Length")

_POST_RESPONSES: Final = {
    200: answer("Modified, deleted, copied or moved", ref("SlingPostResponse")),
    201: answer("Created", ref("SlingPostResponse"), headers=["Location"]),
    400: answer("A parameter cannot be understood", ref("SlingPostResponse")),
    401: _NOT_AUTHENTICATED,
    403: answer("A delete through a URL with selectors, extension or suffix; no CSRF token", ref("SlingPostResponse")),
    404: answer("Nothing to delete, copy or move", ref("SlingPostResponse")),
    409: answer("The repository does not allow it", ref("SlingPostResponse")),
    412: answer("The destination exists, or its parent does not", ref("SlingPostResponse")),
    422: answer("A value is not of its type, or a name is none", ref("SlingPostResponse")),
}
_POST_FIELDS: Final[dict[str, Any]] = {
    ":operation": {
        "type": "string",
        "enum": ["", "modify", "delete", "copy", "move", "import", "nop", "checkin", "checkout", "restore"],
    },
    ":applyTo": array(STRING),
    ":dest": STRING,
    ":replace": STRING,
    ":order": STRING,
    ":name": STRING,
    ":nameHint": STRING,
    ":redirect": STRING,
    ":status": STRING,
    ":accept": STRING,
}

_DOWNLOAD_REFUSALS: Final = {
    400: answer("No path, or one that is not below /content/dam", STRING, _PAGE),
    401: _NOT_AUTHENTICATED,
    404: answer("Nothing to download", STRING, _PAGE),
    413: answer("Too many files", STRING, _PAGE),
}
_DOWNLOAD_FORM: Final[Node] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": form(
                {
                    "path": array(STRING),
                    "downloadAssets": {"type": "boolean"},
                    "downloadRenditions": {"type": "boolean"},
                },
                ["path"],
            )
        }
    },
}

PATHS: Final[dict[str, Node]] = {
    "/content/{path}.json": {
        "get": operation(
            TAG,
            "readNode",
            "A node without its children",
            {200: _NODE, 401: _NOT_AUTHENTICATED, 404: _NOT_FOUND},
            parameters=(_PATH,),
        )
    },
    "/content/{path}.{selectors}.json": {
        "get": operation(
            TAG,
            "readTree",
            "A node with its children, to a depth",
            {
                200: _NODE,
                300: answer("More than 200 resources: the URLs that stay within the limit", array(STRING)),
                400: answer("The last selector is no depth", STRING, _PAGE),
                401: _NOT_AUTHENTICATED,
                404: _NOT_FOUND,
            },
            parameters=(_PATH, _SELECTORS),
        )
    },
    "/content/{path}": {
        "parameters": [_PATH],
        "get": operation(
            TAG,
            "readBinary",
            "The bytes of an original, a rendition or any file",
            {
                200: answer("All of it", BINARY, "*/*", _BYTES_HEADERS),
                206: answer("One range, or several as multipart/byteranges", BINARY, "*/*", ["Content-Range"]),
                302: answer(
                    "A folder: the same with a slash. Or, by setting, the URL of the blob", headers=["Location"]
                ),
                304: answer("Not modified"),
                400: answer("The range makes no sense"),
                401: _NOT_AUTHENTICATED,
                404: _NOT_FOUND,
                416: answer("The range is beyond the end", headers=["Content-Range"]),
                502: answer("The blob storage does not answer", STRING, _PAGE),
            },
            parameters=(
                header("Range", "`bytes=a-b`, or several"),
                header("If-None-Match", "ETag"),
                header("If-Modified-Since", "Date"),
            ),
        ),
        "post": operation(
            TAG,
            "writeNode",
            "Create, modify, delete, copy, move or import (Sling POST)",
            _POST_RESPONSES,
            description=(
                "Every other parameter is a property: `./name`, with the suffixes @TypeHint, @Delete, @MoveFrom, "
                "@CopyFrom, @ValueFrom, @DefaultValue, @UseDefaultWhenMissing, @IgnoreBlanks, @Patch. Files become "
                "nt:file nodes. `/*` behind the path makes up a name. Those who do not prefer JSON get a page."
            ),
            body=form_body(_POST_FIELDS),
        ),
    },
    "/content/{path}.version.json": {
        "get": operation(
            AUTHOR,
            "listVersions",
            "Versions of an asset, newest first",
            {
                200: answer("Versions", form({"versions": array(ref("AssetVersion"))}, ["versions"])),
                401: _NOT_AUTHENTICATED,
                404: _NOT_FOUND,
            },
            parameters=(_PATH,),
        )
    },
    "/content/{path}.version.html": {
        "post": operation(
            AUTHOR,
            "changeVersions",
            "Make a version of an asset, or restore one",
            _POST_RESPONSES,
            parameters=(_PATH,),
            body=form_body(
                {
                    "cmd": {"type": "string", "enum": ["createVersion", "restoreVersion"]},
                    "label": STRING,
                    "comment": STRING,
                    "id": STRING,
                },
                ["cmd"],
            ),
        )
    },
    "/content/dam.assetdownload.zip/{name}": {
        "post": operation(
            AUTHOR,
            "downloadAssets",
            "Assets and folders as one ZIP, streamed",
            {
                200: answer(
                    "The archive; `_missing.txt` in it names what the storage has lost", BINARY, "application/zip"
                ),
                **_DOWNLOAD_REFUSALS,
            },
            description="Renditions lie in the folder `<original>.renditions` beside it. GET does the same.",
            parameters=(path("name", "What the file is called"),),
            body=_DOWNLOAD_FORM,
        )
    },
    "/content/dam.assetdownload.json": {
        "post": operation(
            AUTHOR,
            "measureDownload",
            "How many files and bytes that would be",
            {200: answer("Of each kind", ref("DownloadSize")), **_DOWNLOAD_REFUSALS},
            body=_DOWNLOAD_FORM,
        )
    },
    "/bin/wcmcommand": {
        "post": operation(
            AUTHOR,
            "wcmCommand",
            "Delete pages, folders or assets",
            _POST_RESPONSES,
            body=form_body({"cmd": {"type": "string", "enum": ["deletePage"]}, "path": array(STRING)}, ["cmd", "path"]),
        )
    },
    "/libs/cq/security/userinfo.json": {
        "get": operation(
            AUTHOR,
            "userInfo",
            "Who am I?",
            {200: answer("The user", ref("UserInfo")), 401: _NOT_AUTHENTICATED},
            parameters=(query("cq_ck", "Ignored: keeps caches away"),),
        )
    },
}
SCHEMAS: Final[dict[str, Node]] = {
    "Node": {
        "type": "object",
        "properties": {"jcr:primaryType": STRING},
        "required": ["jcr:primaryType"],
        "additionalProperties": True,
    },
    "SlingPostResponse": form(
        {
            "status.code": INTEGER,
            "status.message": STRING,
            "title": STRING,
            "path": STRING,
            "location": STRING,
            "parentLocation": STRING,
            "isCreate": {"type": "boolean"},
            "referer": STRING,
            "changes": array(
                form({"type": STRING, "argument": {"type": ["string", "array"], "items": STRING}}, ["type"])
            ),
            "error": form({"class": STRING, "message": STRING}),
        },
        ["status.code", "status.message", "path", "changes"],
    ),
    "AssetVersion": form(
        {"id": STRING, "name": STRING, "label": STRING, "comment": STRING, "created": STRING, "createdBy": STRING},
        ["id", "name", "created"],
    ),
    "DownloadSize": form(
        {kind: form({"files": INTEGER, "bytes": INTEGER}) for kind in ("originals", "renditions")},
        ["originals", "renditions"],
    ),
    "UserInfo": form({"userID": STRING, "userName": STRING, "home": STRING}, ["userID", "home"]),
}
