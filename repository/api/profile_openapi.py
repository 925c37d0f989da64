"""The processing profiles and reprocessing, for the OpenAPI document: generated from their views and serializers."""

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import normalize_result_object

from repository.api.profile_urls import urlpatterns

TAG: Final = "Processing profiles"
_FORM: Final = "application/x-www-form-urlencoded"


class RepositoryLogin(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The document says once for all operations how to log in; the generator only has to know that somebody does."""

    target_class = "repository.auth.drf.RepositoryAuthentication"
    name = "basic"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "basic"}


def _generated() -> tuple[dict[str, Any], dict[str, Any]]:
    generator = SchemaGenerator(patterns=urlpatterns)  # type: ignore[no-untyped-call]
    paths = normalize_result_object(generator.parse(None, public=True))  # type: ignore[no-untyped-call]
    schemas = normalize_result_object(generator.registry.build({})["schemas"])  # type: ignore[no-untyped-call]
    for item in paths.values():
        for operation in item.values():
            operation["tags"] = [TAG]
            operation.pop("security", None)
            operation["responses"] |= _refusals(item, operation)
    return paths, schemas


def _refusals(item: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    found = {"401": "Not logged in"}
    if "requestBody" in operation:
        found["400"] = "The body breaks the rules"
    if "put" in item or "202" in operation["responses"]:
        found["404"] = "There is none of this name"
    return {status: {"description": text, "content": _PROBLEM} for status, text in found.items()}


_PROBLEM: Final = {
    "application/problem+json": {
        "schema": {
            "type": "object",
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "errors": {"type": "object", "description": "What is wrong with each field"},
            },
            "required": ["type", "title", "status", "detail"],
        }
    }
}
_ASYNC_COMMAND: Final = {
    "post": {
        "tags": [TAG],
        "operationId": "asyncCommand",
        "summary": "Process assets again, or delete them, as a job",
        "requestBody": {
            "required": True,
            "content": {
                _FORM: {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "operation": {"type": "string", "enum": ["PROCESS", "DELETE"]},
                            "asset": {"type": "array", "items": {"type": "string"}},
                            "profile-select": {
                                "type": "array",
                                "items": {
                                    "type": "string",
                                    "enum": ["full-process", "default-renditions", "metadata", "processing-profiles"],
                                },
                            },
                            "runPostProcess": {"type": "string", "enum": ["true", "false"]},
                            "description": {"type": "string"},
                        },
                        "required": ["operation", "asset"],
                    },
                    "encoding": {
                        "asset": {"style": "form", "explode": True},
                        "profile-select": {"style": "form", "explode": True},
                    },
                }
            },
        },
        "responses": {
            status: {"description": text, "content": {"text/html": {"schema": {"type": "string"}}}}
            for status, text in {
                "200": "A page whose message names the job",
                "400": "An unknown operation, or a parameter is missing",
                "404": "There is no such asset",
                "409": "The path is neither an asset nor a folder of assets",
                "422": "The path is none",
            }.items()
        }
        | {"401": {"description": "Not logged in"}},
    }
}

_paths, _schemas = _generated()
PATHS: Final[dict[str, Any]] = {**_paths, "/bin/asynccommand": _ASYNC_COMMAND}
SCHEMAS: Final[dict[str, Any]] = _schemas
