"""Direct binary upload, and the legacy servlet."""

from typing import Final

from contract.openapi import (
    BINARY,
    INTEGER,
    STRING,
    Node,
    answer,
    array,
    choice,
    form,
    form_body,
    operation,
    path,
    ref,
)

TAG: Final = "Upload"
_FOLDER: Final = path("folder", "Path of the folder below /content/dam; its slashes stay slashes")
_PAGE: Final = "text/html"
_NOT_AUTHENTICATED: Final = answer("Not authenticated", STRING, _PAGE, ["WWW-Authenticate"])
_BROKEN: Final = answer("A field is missing or contradicts another, or the name is not one", STRING, _PAGE)
_NO_FIELD: Final = answer(
    "There are two Content-Type headers, so no form: Missing field: fileName (as AEM answers)", STRING, _PAGE
)
_NO_FORM: Final = answer("The request is no form", STRING, _PAGE)
_TOO_LARGE: Final = answer("Too large", STRING, _PAGE)
_CONFLICT: Final = answer("There is something else of that name", STRING, _PAGE)
_NO_STORAGE: Final = answer("The blob storage does not answer", STRING, _PAGE)
_NO_FOLDER: Final = answer("Specified folder not found", STRING, _PAGE)
_FLAG: Final = choice("true", "false")

PATHS: Final[dict[str, Node]] = {
    "/content/dam/{folder}.initiateUpload.json": {
        "post": operation(
            TAG,
            "initiateUpload",
            "Ask for signed URLs to put the parts of one or more files to",
            {
                200: answer("Tokens and URLs, in the order of the request", ref("InitiatedUpload")),
                400: _BROKEN,
                401: _NOT_AUTHENTICATED,
                404: _NO_FOLDER,
                413: _TOO_LARGE,
                415: _NO_FORM,
                500: _NO_FIELD,
                502: _NO_STORAGE,
            },
            description="`fileName` and `fileSize` are repeated, once for each file. Has no side effect.",
            parameters=(_FOLDER,),
            body=form_body({"fileName": array(STRING), "fileSize": array(INTEGER)}, ["fileName", "fileSize"]),
        )
    },
    "/content/dam/{folder}.completeUpload.json": {
        "post": operation(
            TAG,
            "completeUpload",
            "Make assets of what was uploaded, and start their processing",
            {
                200: answer("Done", ref("CompletedUpload")),
                400: _BROKEN,
                401: _NOT_AUTHENTICATED,
                404: _NO_FOLDER,
                409: _CONFLICT,
                415: _NO_FORM,
                500: _NO_FIELD,
                502: _NO_STORAGE,
            },
            description="Fields may be repeated, once for each file. The same token again gives the same asset.",
            parameters=(_FOLDER,),
            body=form_body(
                {
                    "fileName": array(STRING),
                    "uploadToken": array(STRING),
                    "mimeType": array(STRING),
                    "fileSize": array(INTEGER),
                    "createVersion": array(_FLAG),
                    "versionLabel": array(STRING),
                    "versionComment": array(STRING),
                    "replace": array(_FLAG),
                    "uploadDuration": array(INTEGER),
                },
                ["fileName", "uploadToken"],
            ),
        )
    },
    "/content/dam/{folder}.createasset.html": {
        "post": operation(
            TAG,
            "createAsset",
            "The servlet before direct upload: the file is in the form, perhaps in chunks",
            {
                200: answer("Done", STRING, _PAGE),
                400: _BROKEN,
                401: _NOT_AUTHENTICATED,
                404: _NO_FOLDER,
                409: _CONFLICT,
                415: _NO_FORM,
                500: _NO_FIELD,
                502: _NO_STORAGE,
            },
            parameters=(_FOLDER,),
            body={
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": form(
                            {
                                "file": BINARY,
                                "fileName": STRING,
                                "file@Offset": INTEGER,
                                "chunk@Length": INTEGER,
                                "file@Length": INTEGER,
                            },
                            ["file"],
                        )
                    }
                },
            },
        )
    },
    "/platform/content/dam/{folder}": {
        "get": operation(
            TAG,
            "detectDirectUpload",
            "Is there direct binary upload?",
            {
                200: answer("Where to begin it", {"type": "object"}),
                401: _NOT_AUTHENTICATED,
                404: answer("No", STRING, _PAGE),
            },
            parameters=(_FOLDER,),
        )
    },
}
SCHEMAS: Final[dict[str, Node]] = {
    "InitiatedFile": form(
        {
            "fileName": STRING,
            "mimeType": STRING,
            "uploadToken": STRING,
            "uploadURIs": array({"type": "string", "format": "uri"}),
            "minPartSize": INTEGER,
            "maxPartSize": INTEGER,
        },
        ["fileName", "mimeType", "uploadToken", "uploadURIs", "minPartSize", "maxPartSize"],
    ),
    "InitiatedUpload": form(
        {"completeURI": STRING, "folderPath": STRING, "files": array(ref("InitiatedFile"))},
        ["completeURI", "folderPath", "files"],
    ),
    "CompletedUpload": form(
        {
            "folderPath": STRING,
            "files": array(form({"fileName": STRING, "path": STRING, "assetId": STRING})),
        }
    ),
}
