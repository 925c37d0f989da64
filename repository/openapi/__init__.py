"""What the repository answers, for the OpenAPI document: one module for each of its APIs."""

from typing import Final

from contract.openapi import Node
from repository.openapi import adobe, assets_api, jobs, login, search, sling, uploads

_PARTS: Final = (assets_api, uploads, sling, search, adobe, login, jobs)
PATHS: Final[dict[str, Node]] = {path: item for part in _PARTS for path, item in part.PATHS.items()}
SCHEMAS: Final[dict[str, Node]] = {name: schema for part in _PARTS for name, schema in part.SCHEMAS.items()}
