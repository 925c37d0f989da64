"""Writes docs/support-matrix.md: each endpoint, field and reason, and which published client has verified it.

    python -m docs.support_matrix           write the page
    python -m docs.support_matrix --check   exit 1 when the page is not up to date

What is verified comes from docs/support.toml, the endpoints from the OpenAPI document. The result depends on the
files in the repository only.
"""

import ast
import json
import os
import re
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "support-matrix.md"
SOURCE = ROOT / "docs" / "support.toml"
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
UNVERIFIED = {
    "documented": "from the documentation",
    "client": "from the client's source",
    "worker SDK": "from the SDK's source",
    "developer tool": "from the tool's source",
    "chosen": "our choice",
    "docker": "needs Docker",
}
Endpoints = Mapping[str, Sequence[tuple[str, str]]]
"""Tag to (method and path, summary)."""
OURS = "AEMulator's own"
HEAD = """# Support matrix

<!-- Written by `python -m docs.support_matrix` from docs/support.toml and the OpenAPI document. Do not edit. -->

Each endpoint, field and reason of failure, and what has verified it: a client as its vendor publishes it, run by the
test that is linked. Where there is none, it is what Adobe's documentation (or the source of a client) says, and only
tests of our own have seen it. [differences.md](differences.md) says where AEMulator is known to differ.
"""


class Inconsistent(Exception):
    """docs/support.toml names something that is not there."""


@dataclass(frozen=True)
class Proof:
    """A test that runs a published client."""

    client: str
    test: str

    def __str__(self) -> str:
        return f"[{self.client}](../{self.test.partition('::')[0]})"


@dataclass(frozen=True)
class Row:
    """`otherwise` is where it is known from when no client has verified it."""

    subject: str
    name: str
    about: str
    otherwise: str


def page(endpoints: Endpoints, source: Mapping[str, Any]) -> str:
    """The Markdown. `source` is docs/support.toml. Raises Inconsistent."""
    proofs = _proofs(source["verified"])
    parts = [HEAD, "## Clients\n\n" + _clients(proofs)]
    known: set[str] = set()
    for tag, found in sorted(endpoints.items()):
        default = OURS if all("/_aemulator/" in name for name, _ in found) else UNVERIFIED["documented"]
        rows = [Row(name, name, about, default) for name, about in found]
        parts.append(_table(f"Endpoints: {tag}", "Endpoint", rows, proofs))
        known |= {row.subject for row in rows}
    for part in source["list"]:
        rows = [
            Row(f"{part['prefix']}.{row['name']}", row["name"], row["about"], UNVERIFIED[row["known"]])
            for row in part["rows"]
        ]
        parts.append(_table(part["title"], "Name", rows, proofs))
        known |= {row.subject for row in rows}
    if unknown := sorted(set(proofs) - known):
        raise Inconsistent(f"docs/support.toml says that {unknown[0]} is verified, but there is no such thing")
    return "\n".join(parts)


def endpoints_of(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Tag to (method and path, summary), of an OpenAPI document."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                about = operation.get("summary") or operation.get("description", "").partition("\n")[0]
                found[(operation.get("tags") or ["Others"])[0]].append((f"{method.upper()} {path}", about))
    return {tag: sorted(rows) for tag, rows in found.items()}


def openapi_document() -> dict[str, Any]:
    """That of this version, without a server or a database; the data directory is a temporary one."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AEMULATOR_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        from repository.api.document import DescribedBoxes

        return dict(DescribedBoxes().get_schema(request=None, public=True))


def _proofs(verified: Sequence[Mapping[str, Any]]) -> dict[str, list[Proof]]:
    versions = dict(_versions())
    found: dict[str, list[Proof]] = defaultdict(list)
    for entry in verified:
        package, test = entry["package"], entry["test"]
        if package not in versions:
            raise Inconsistent(f"docs/support.toml: no lock file has the package {package}")
        if not _exists(test):
            raise Inconsistent(f"docs/support.toml: there is no test {test}")
        for subject in entry["subjects"]:
            proof = Proof(f"{package} {versions[package]}", test)
            if proof.client not in {known.client for known in found[subject]}:
                found[subject].append(proof)
    return dict(found)


def _versions() -> Iterator[tuple[str, str]]:
    """Name and version of every package that the tests use, as it is locked."""
    for name, package in json.loads((ROOT / "tests" / "npm" / "package-lock.json").read_text())["packages"].items():
        if name.count("node_modules/") == 1 and "version" in package:
            yield name.removeprefix("node_modules/"), package["version"]
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if match := re.match(r"([a-z0-9-]+)==([^ ;]+)", line):
            yield match[1], match[2]


def _exists(test: str) -> bool:
    file, _, name = test.partition("::")
    if not (ROOT / file).is_file():
        return False
    tree = ast.parse((ROOT / file).read_text())
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name for node in ast.walk(tree)
    )


def _clients(proofs: Mapping[str, Sequence[Proof]]) -> str:
    counted: dict[str, int] = defaultdict(int)
    for several in proofs.values():
        for proof in several:
            counted[proof.client] += 1
    rows = [f"| {client} | {count} |" for client, count in sorted(counted.items())]
    return "\n".join(["| Client | verifies |", "|---|---|", *rows]) + "\n"


def _table(title: str, first: str, rows: Sequence[Row], proofs: Mapping[str, Sequence[Proof]]) -> str:
    lines = [f"## {title}\n", f"| {first} | | Verified with |", "|---|---|---|"]
    for row in rows:
        verified = "<br>".join(map(str, proofs.get(row.subject, ()))) or f"– ({row.otherwise})"
        lines.append(f"| `{row.name}` | {_cell(row.about)} | {verified} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(arguments: Sequence[str]) -> int:
    try:
        made = page(endpoints_of(openapi_document()), tomllib.loads(SOURCE.read_text()))
    except Inconsistent as err:
        sys.stderr.write(f"{err}\n")
        return 1
    if "--check" in arguments:
        if PAGE.exists() and PAGE.read_text() == made:
            return 0
        sys.stderr.write("docs/support-matrix.md is not up to date: python -m docs.support_matrix\n")
        return 1
    PAGE.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
