"""docs/support-matrix.md is what its sources say, and they name only what is there."""

import subprocess
import sys
import tomllib
from typing import Any

import pytest

from docs import support_matrix
from docs.support_matrix import Inconsistent, endpoints_of, page
from tests.server import ROOT, clean_environment

DOCUMENT = {"paths": {"/b": {"post": {"tags": ["Box"], "summary": "Do | it"}, "get": {"tags": ["Box"]}}, "/a": {}}}


def source(**changed: Any) -> dict[str, Any]:
    test = "tests/docs/test_support_matrix.py::test_the_page_is_up_to_date"
    verified = {"package": "azure-storage-blob", "test": test, "subjects": ["POST /b"]} | changed
    rows = [{"name": "x", "known": "documented", "about": "an x"}]
    return {"list": [{"title": "Fields", "prefix": "field", "rows": rows}], "verified": [verified]}


def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, "-m", "docs.support_matrix", "--check"]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_client_verifies_an_endpoint() -> None:
    made = page(endpoints_of(DOCUMENT), source())
    assert "| `POST /b` | Do \\| it | [azure-storage-blob 12." in made
    assert "| `GET /b` |  | – (from the documentation) |" in made
    assert "| `x` | an x | – (from the documentation) |" in made
    assert made == page(endpoints_of(DOCUMENT), source()), "the same each time"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"subjects": ["POST /none"]}, "POST /none"),
        ({"package": "no-such-package"}, "no-such-package"),
        ({"test": "tests/docs/test_support_matrix.py::test_of_nothing"}, "no test"),
        ({"test": "tests/nowhere.py::test_it"}, "no test"),
    ],
)
def test_what_is_not_there_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(Inconsistent, match=words):
        page(endpoints_of(DOCUMENT), source(**changed))


def test_the_error_reasons_are_those_of_the_code() -> None:
    from compute import errors

    known = {kind.reason for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "reason")}
    lists = tomllib.loads(support_matrix.SOURCE.read_text())["list"]
    (reasons,) = [part for part in lists if part["prefix"] == "reason"]
    assert {row["name"] for row in reasons["rows"] if not row["name"].startswith("(")} == known


def test_the_event_fields_are_those_of_the_wire_model() -> None:
    from contract.events import RenditionEvent

    lists = tomllib.loads(support_matrix.SOURCE.read_text())["list"]
    (events,) = [part for part in lists if part["prefix"] == "event"]
    assert {row["name"] for row in events["rows"]} == set(RenditionEvent.model_fields)
