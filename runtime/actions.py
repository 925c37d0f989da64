"""Deployed actions. The writer of their rows, and what other parts of the box know of one."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import F

from contract import jsontext
from runtime.models import Action, Package

DEFAULT_PACKAGE = "default"
SEQUENCE = "sequence"
"""The kind of an action without code, which calls others one after the other."""
DEFAULT_TIMEOUT = 60_000  # milliseconds
DEFAULT_MEMORY = 256  # megabytes


@dataclass(frozen=True)
class Spec:
    """An action to deploy: where its code is, and how it is run (`timeout` in milliseconds, `memory` in megabytes).

    `components`: of a sequence, the actions that it calls, as package/name.
    """

    package: str
    name: str
    file: str
    folder: str
    main: str = "main"
    kind: str = "nodejs:20"
    inputs: dict[str, Any] = field(default_factory=dict)
    annotations: dict[str, Any] = field(default_factory=dict)
    timeout: int = DEFAULT_TIMEOUT
    memory: int = DEFAULT_MEMORY
    watch: bool = True
    inspect_port: int | None = None
    components: tuple[str, ...] = ()

    @property
    def qualified_name(self) -> str:
        return f"{self.package}/{self.name}"


@dataclass(frozen=True)
class Deployed:
    """A deployed action."""

    namespace: str
    app: str
    version: int
    deployed_at: float
    spec: Spec

    @property
    def path(self) -> str:
        """As Runtime writes it: without the package when it is the default one."""
        package = "" if self.spec.package == DEFAULT_PACKAGE else f"/{self.spec.package}"
        return f"{self.namespace}{package}/{self.spec.name}"

    @property
    def qualified_name(self) -> str:
        return self.spec.qualified_name

    @property
    def is_web(self) -> bool:
        return bool(self.spec.annotations.get("web-export"))

    @property
    def is_raw(self) -> bool:
        return bool(self.spec.annotations.get("raw-http"))


def deploy(namespace: str, app: str, specs: Iterable[Spec]) -> list[Deployed]:
    """Put these actions in place of those of the same app, and of those with the same names."""
    with transaction.atomic():
        kept = [_put(namespace, app, spec) for spec in specs]
        Action.objects.filter(namespace=namespace, app=app).exclude(pk__in=[row.pk for row in kept]).delete()
    return [_deployed(row) for row in kept]


def undeploy(namespace: str, app: str) -> int:
    """Remove the actions of an app; how many there were."""
    return int(Action.objects.filter(namespace=namespace, app=app).delete()[0])


def undeploy_named(namespace: str, package: str, name: str) -> int:
    return int(Action.objects.filter(namespace=namespace, package=package, name=name).delete()[0])


def find(namespace: str, package: str, name: str) -> Deployed | None:
    """As it was deployed."""
    row = Action.objects.filter(namespace=namespace, package=package, name=name).first()
    return _deployed(row) if row else None


def to_run(namespace: str, package: str, name: str) -> Deployed | None:
    """With the inputs that its package has for all of its actions."""
    found = find(namespace, package, name)
    given = Package.objects.filter(namespace=namespace, name=package).values_list("parameters", flat=True).first()
    if found is None or given is None:
        return found
    return replace(found, spec=replace(found.spec, inputs={**jsontext.loads(given), **found.spec.inputs}))


def every(namespace: str | None = None) -> list[Deployed]:
    rows = Action.objects.order_by("namespace", "package", "name")
    return [_deployed(row) for row in (rows.filter(namespace=namespace) if namespace else rows)]


def namespaces() -> list[str]:
    return list(Action.objects.order_by("namespace").values_list("namespace", flat=True).distinct())


def _put(namespace: str, app: str, spec: Spec) -> Action:
    values = {
        "app": app,
        "file": spec.file,
        "folder": spec.folder,
        "main": spec.main,
        "kind": spec.kind,
        "components": jsontext.dumps(list(spec.components)),
        "inputs": jsontext.dumps(spec.inputs),
        "annotations": jsontext.dumps(spec.annotations),
        "timeout": spec.timeout,
        "memory": spec.memory,
        "watch": spec.watch,
        "inspect_port": spec.inspect_port,
        "deployed_at": time.time(),
    }
    row, made = Action.objects.get_or_create(namespace=namespace, package=spec.package, name=spec.name, defaults=values)
    if not made:
        Action.objects.filter(pk=row.pk).update(**values, version=F("version") + 1)
        row.refresh_from_db()
    return row


def _deployed(row: Action) -> Deployed:
    spec = Spec(
        package=row.package,
        name=row.name,
        file=row.file,
        folder=row.folder,
        main=row.main,
        kind=row.kind,
        inputs=jsontext.loads(row.inputs),
        annotations=jsontext.loads(row.annotations),
        timeout=row.timeout,
        memory=row.memory,
        watch=row.watch,
        inspect_port=row.inspect_port,
        components=tuple(jsontext.loads(row.components)),
    )
    return Deployed(row.namespace, row.app, row.version, row.deployed_at, spec)
