"""The OpenAPI document of the whole server.

drf-spectacular frames it, and `openapi_views` serve and show it. The operations come from each box's module `openapi`,
named in settings.OPENAPI_MODULES, since most endpoints here are none that a generator could look into.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

_SECURITY_SCHEMES = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of the IMS"},
    "session": {"type": "apiKey", "in": "cookie", "name": "login-token"},
    "sas": {"type": "apiKey", "in": "query", "name": "sig", "description": "A signed URL: sv, se, sp, sr, sig"},
    "sharedKey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "SharedKey account:signature",
    },
}
_DEFAULT_SECURITY: list[dict[str, list[str]]] = [{"basic": []}, {"bearer": []}, {"session": []}]


class DescribedBoxes(SchemaGenerator):
    """Looks into no view: what there is, the boxes describe."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "patterns": []})  # type: ignore[no-untyped-call]

    def get_schema(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        frame: dict[str, Any] = super().get_schema(*args, **kwargs)  # type: ignore[no-untyped-call]
        boxes = [import_module(name) for name in settings.OPENAPI_MODULES]
        paths = {path: item for box in boxes for path, item in box.PATHS.items()}
        schemas = {name: schema for box in boxes for name, schema in box.SCHEMAS.items()}
        return {
            **frame,
            "security": _DEFAULT_SECURITY,
            "tags": [{"name": tag} for tag in dict.fromkeys(_tags(paths))],
            "paths": paths,
            "components": {"schemas": schemas, "securitySchemes": _SECURITY_SCHEMES},
        }


def _tags(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for item in paths.values():
        for operation in item.values():
            if isinstance(operation, dict):
                yield from operation.get("tags", ())
