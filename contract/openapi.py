"""Words for writing OpenAPI 3.1 operations by hand, for the endpoints that no generator sees. Pure.

Each box has a module `openapi` with PATHS and SCHEMAS; the document at /_aemulator/openapi.json puts them together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

Node = dict[str, Any]
"""Any object of an OpenAPI document."""

STRING: Node = {"type": "string"}
INTEGER: Node = {"type": "integer"}
BOOLEAN: Node = {"type": "boolean"}
BINARY: Node = {"type": "string", "format": "binary"}

NO_LOGIN: list[Node] = []
BEARER: list[Node] = [{"bearer": []}]
SIGNED_URL: list[Node] = [{"sas": []}, {"sharedKey": []}]


def operation(
    tag: str,
    operation_id: str,
    summary: str,
    responses: Mapping[int, Node],
    *,
    description: str = "",
    parameters: Sequence[Node] = (),
    body: Node | None = None,
    security: list[Node] | None = None,
) -> Node:
    """`security` None: what the whole document asks for."""
    made: Node = {"tags": [tag], "operationId": operation_id, "summary": summary}
    if description:
        made["description"] = description
    if parameters:
        made["parameters"] = list(parameters)
    if body:
        made["requestBody"] = body
    if security is not None:
        made["security"] = security
    made["responses"] = {str(status): response for status, response in responses.items()}
    return made


def answer(
    description: str, schema: Node | None = None, media_type: str = "application/json", headers: Sequence[str] = ()
) -> Node:
    """A response; `headers` are the names of those that matter."""
    made: Node = {"description": description}
    if schema is not None:
        made["content"] = {media_type: {"schema": schema}}
    if headers:
        made["headers"] = {name: {"schema": STRING} for name in headers}
    return made


def json_body(schema: Node, *, required: bool = True, description: str = "") -> Node:
    made: Node = {"required": required, "content": {"application/json": {"schema": schema}}}
    return {**made, "description": description} if description else made


def form_body(properties: Mapping[str, Node], required: Sequence[str] = ()) -> Node:
    """Urlencoded or multipart, as all servlets here read both."""
    schema = form(properties, required)
    media_types = ("application/x-www-form-urlencoded", "multipart/form-data")
    return {"required": bool(required), "content": {kind: {"schema": schema} for kind in media_types}}


def form(properties: Mapping[str, Node], required: Sequence[str] = ()) -> Node:
    schema: Node = {"type": "object", "properties": dict(properties)}
    return {**schema, "required": list(required)} if required else schema


def binary_body(media_type: str = "*/*") -> Node:
    return {"required": True, "content": {media_type: {"schema": BINARY}}}


def path(name: str, description: str) -> Node:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": STRING}


def query(name: str, description: str, schema: Node = STRING, *, required: bool = False) -> Node:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def header(name: str, description: str, schema: Node = STRING, *, required: bool = False) -> Node:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def ref(name: str) -> Node:
    """A schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Node) -> Node:
    return {"type": "array", "items": items}


def choice(*values: str) -> Node:
    return {"type": "string", "enum": list(values)}


def schemas(*models: type[BaseModel]) -> dict[str, Node]:
    """The schemas of wire models and of everything they contain, by their names."""
    found: dict[str, Node] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    return found
