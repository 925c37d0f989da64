"""Packages: those made through the REST API, and those that are there by their actions. The writer of their rows."""

import time
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from contract import jsontext
from runtime import actions
from runtime.actions import DEFAULT_PACKAGE
from runtime.models import Package


@dataclass(frozen=True)
class Made:
    """`updated_at` in epoch seconds."""

    namespace: str
    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    annotations: dict[str, Any] = field(default_factory=dict)
    version: int = 1
    updated_at: float = 0.0


def every(namespace: str) -> list[Made]:
    found = {row.name: _made(row) for row in Package.objects.filter(namespace=namespace)}
    for action in actions.every(namespace):
        name = action.spec.package
        if name != DEFAULT_PACKAGE and name not in found:
            found[name] = Made(namespace, name, updated_at=action.deployed_at)
    return sorted(found.values(), key=lambda package: package.name)


def find(namespace: str, name: str) -> Made | None:
    return next((package for package in every(namespace) if package.name == name), None)


def put(namespace: str, name: str, parameters: dict[str, Any], annotations: dict[str, Any]) -> Made:
    values = {
        "parameters": jsontext.dumps(parameters),
        "annotations": jsontext.dumps(annotations),
        "updated_at": time.time(),
    }
    row, made = Package.objects.get_or_create(namespace=namespace, name=name, defaults=values)
    if not made:
        Package.objects.filter(pk=row.pk).update(**values, version=F("version") + 1)
        row.refresh_from_db()
    return _made(row)


def remove(namespace: str, name: str) -> None:
    Package.objects.filter(namespace=namespace, name=name).delete()


def _made(row: Package) -> Made:
    parameters, annotations = jsontext.loads(row.parameters), jsontext.loads(row.annotations)
    return Made(row.namespace, row.name, parameters, annotations, row.version, row.updated_at)
