"""The OpenAPI document: valid, complete, and browsable without inline scripts."""

import re
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.server import ServerProcess

Document = dict[str, Any]
METHODS = {"get", "head", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(server: ServerProcess) -> Document:
    answer = httpx.get(f"{server.url}/_aemulator/openapi.json")
    assert answer.status_code == 200, answer.text
    found: Document = answer.json()
    return found


def operations(document: Document) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_it_is_valid_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    errors = [f"{error.json_path}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert errors == []


def test_it_is_the_same_under_both_names(server: ServerProcess, document: Document) -> None:
    assert httpx.get(f"{server.url}/api/openapi.json").json() == document


def test_every_box_is_in_it(document: Document) -> None:
    tags = {tag for _, _, operation in operations(document) for tag in operation["tags"]}
    wanted = {
        "Assets HTTP API",
        "Sling",
        "Upload",
        "Login",
        "Blob storage",
        "Asset Compute",
        "I/O Events",
        "IMS",
        "Control",
    }
    assert wanted <= tags


def test_operation_ids_are_unique(document: Document) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_path_parameters_are_declared(document: Document) -> None:
    for path, method, operation in operations(document):
        shared = document["paths"][path].get("parameters", [])
        declared = {p["name"] for p in [*shared, *operation.get("parameters", [])] if p["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", path)), (method, path)


def test_what_needs_no_login_answers_without_one(server: ServerProcess, document: Document) -> None:
    for path, method, operation in operations(document):
        if method != "get" or "{" in path:
            continue
        status = httpx.get(f"{server.url}{path}").status_code
        is_open = operation.get("security") == []
        assert (status != 401) == is_open or status == 400, (path, status)


def test_documented_reads_answer_with_a_documented_status(client: httpx.Client, document: Document) -> None:
    for path, method, operation in operations(document):
        if method == "get" and operation.get("security") is None:
            url = re.sub(r"\{(\w+)\}", "1", path)
            answer = client.get(url)
            assert str(answer.status_code) in operation["responses"], (path, answer.status_code)


def test_the_page_has_no_inline_script_and_nothing_foreign(client: httpx.Client) -> None:
    page = client.get("/api/docs/swagger")
    assert page.status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert "<style" not in page.text
    for url in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert url.startswith("/"), url
        resource = client.get(url.replace("&amp;", "&"))
        assert resource.status_code == 200, url


def test_the_page_sends_the_csrf_token(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.url) as visitor:
        visitor.post("/j_security_check", data={"j_username": "admin", "j_password": "admin", "j_validate": "true"})
        token = visitor.get("/libs/granite/csrf/token.json").json()["token"]
        assert f'request.headers["CSRF-Token"] = "{token}"' in visitor.get("/api/docs/swagger?script=").text
