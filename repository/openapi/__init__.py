"""What the repository answers, for the OpenAPI document: one module for each of its APIs."""

from typing import Final

from contract.openapi import Node
from repository.openapi import assets_api, login, sling, uploads

_PARTS: Final = (assets_api, uploads, sling, login)
PATHS: Final[dict[str, Node]] = {path: item for part in _PARTS for path, item in part.PATHS.items()}
SCHEMAS: Final[dict[str, Node]] = {name: schema for part in _PARTS for name, schema in part.SCHEMAS.items()}
