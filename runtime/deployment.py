"""What `manage.py deploy` does: reads an App Builder app, a folder or a file, and puts its actions into place."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runtime import actions, dotenv, manifest
from runtime.actions import DEFAULT_MEMORY, DEFAULT_PACKAGE, DEFAULT_TIMEOUT, SEQUENCE, Deployed, Spec
from runtime.errors import DeploymentError
from runtime.manifest import Entry

SCRIPTS = (".js", ".cjs", ".mjs")
TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
MOST_COMPONENTS = 50  # of a sequence, as in Runtime
TIMEOUTS = range(100, 3_600_001)  # milliseconds
MEMORIES = range(64, 16_385)  # megabytes
ENV_FILE = ".env"
_NAME = re.compile(r"[A-Za-z0-9_][\w@ .-]{0,255}")
NAMESPACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")  # a part of a host name
_FALSE = {"no", "false", "", "0"}


@dataclass(frozen=True)
class Options:
    """`package` and `name` count for a single file or folder only; `inspect_port`: for the first action of an app."""

    namespace: str
    package: str = DEFAULT_PACKAGE
    name: str = ""
    watch: bool = True
    inspect_port: int | None = None
    timeout: int | None = None
    memory: int | None = None
    inputs: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Deployment:
    """What was deployed, and what a person should know about it."""

    actions: list[Deployed]
    notes: list[str]


def deploy(path: Path, options: Options) -> Deployment:
    if not NAMESPACE.fullmatch(options.namespace):
        raise DeploymentError(f"{options.namespace!r} is no namespace: lower-case letters, digits, - and _")
    app = path.expanduser().resolve()
    specs, notes = read(app, options)
    if options.inspect_port is not None:
        specs = [replace(specs[0], inspect_port=options.inspect_port), *specs[1:]]
        if len(specs) > 1:
            notes.append(f"--inspect is for one action at a time: the debugger listens for {specs[0].name}")
    return Deployment(actions.deploy(options.namespace, str(app), specs), notes)


def read(app: Path, options: Options) -> tuple[list[Spec], list[str]]:
    """The actions in it, at least one."""
    if not app.exists():
        raise DeploymentError(f"{app} does not exist")
    is_manifest = app.is_file() and app.suffix in {".yaml", ".yml"}
    file = app if is_manifest else manifest.find(app) if app.is_dir() else None
    specs, notes = _of_manifest(file) if file else ([_single(app, options)], [])
    return [_with_options(spec, options) for spec in specs], notes


def _of_manifest(file: Path) -> tuple[list[Spec], list[str]]:
    found = manifest.read(file)
    if not found.entries:
        raise DeploymentError(f"{file} describes no action: looked for runtimeManifest, packages, actions")
    missing: set[str] = set()
    variables = _variables(file.parent)
    specs = [_of_entry(entry, variables, missing) for entry in found.entries]
    specs += [_of_sequence(entry) for entry in found.sequences]
    _check_sequences(specs)
    notes = [f"not deployed: {what}" for what in found.ignored]
    notes += [f"${name} is neither in {ENV_FILE} nor in the environment: empty" for name in sorted(missing)]
    return specs, notes


def _variables(app: Path) -> dict[str, str]:
    """The `.env` file below what the environment has already, as dotenv does it."""
    try:
        own = dotenv.parse((app / ENV_FILE).read_text())
    except FileNotFoundError:
        own = {}
    except (OSError, UnicodeDecodeError) as err:
        raise DeploymentError(f"{app / ENV_FILE} cannot be read: {err}") from err
    return {**own, **os.environ}


def _of_entry(entry: Entry, variables: Mapping[str, str], missing: set[str]) -> Spec:
    fields = entry.fields
    if not isinstance(fields.get("function"), str):
        raise DeploymentError(f"the action {entry.name} has no `function`: the path of its code")
    file, folder = _code(entry.base / fields["function"])
    limits = fields.get("limits") if isinstance(fields.get("limits"), dict) else {}
    assert isinstance(limits, dict)
    inputs = {**_inputs(entry.package_inputs), **_inputs(fields.get("inputs") or {})}
    return Spec(
        package=checked_name(entry.package, "package"),
        name=checked_name(entry.name, "action"),
        file=str(file),
        folder=str(folder),
        main=str(fields.get("main") or "main"),
        kind=str(fields.get("runtime") or "nodejs:20"),
        inputs=dotenv.substitute(inputs, variables, missing),
        annotations=annotations_of(fields),
        timeout=limit(limits, ("timeout",), DEFAULT_TIMEOUT, TIMEOUTS, entry.name),
        memory=limit(limits, ("memorySize", "memory"), DEFAULT_MEMORY, MEMORIES, entry.name),
    )


def _of_sequence(entry: Entry) -> Spec:
    given = entry.fields.get("actions") or ""
    names = [str(name) for name in given] if isinstance(given, list) else str(given).split(",")
    components = tuple(_component(name.strip(), entry) for name in names if name.strip())
    if not 0 < len(components) <= MOST_COMPONENTS:
        raise DeploymentError(f"the sequence {entry.name} has 1 to {MOST_COMPONENTS} `actions`, not {len(components)}")
    return Spec(
        package=checked_name(entry.package, "package"),
        name=checked_name(entry.name, "sequence"),
        file="",
        folder=str(entry.base),
        kind=SEQUENCE,
        annotations=annotations_of(entry.fields),
        components=components,
    )


def _component(name: str, entry: Entry) -> str:
    """As package/name. `name` alone is of the same package; a namespace, whichever, is the one that is deployed to."""
    parts = name.strip("/").split("/")
    if name.startswith("/"):
        parts = parts[1:] if len(parts) == 3 else [DEFAULT_PACKAGE, *parts[1:]]
    if len(parts) == 1:
        parts = [entry.package, *parts]
    if len(parts) != 2 or not all(_NAME.fullmatch(part) for part in parts):
        raise DeploymentError(f"the sequence {entry.name} has a component {name!r}: write action or package/action")
    return "/".join(parts)


def _check_sequences(specs: list[Spec]) -> None:
    """DeploymentError for one that calls itself, by whatever way."""
    calls = {spec.qualified_name: spec.components for spec in specs}

    ends: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            raise DeploymentError(f"the sequence {name} calls itself: {' > '.join([*way, name])}")
        for component in calls.get(name, ()):
            if component not in ends:
                visit(component, (*way, name))
        ends.add(name)

    for name in calls:
        visit(name, ())


def _single(path: Path, options: Options) -> Spec:
    file, folder = _code(path)
    name = options.name or (file.stem if file.stem != "index" else file.parent.name)
    return Spec(
        package=checked_name(options.package, "package"),
        name=checked_name(name, "action"),
        file=str(file),
        folder=str(folder),
        annotations={"web-export": True},
    )


def _with_options(spec: Spec, options: Options) -> Spec:
    if options.timeout is not None and options.timeout not in TIMEOUTS:
        raise DeploymentError(f"the timeout is {TIMEOUTS.start} to {TIMEOUTS.stop - 1} milliseconds")
    if options.memory is not None and options.memory not in MEMORIES:
        raise DeploymentError(f"the memory is {MEMORIES.start} to {MEMORIES.stop - 1} megabytes")
    return replace(
        spec,
        watch=options.watch,
        inputs={**spec.inputs, **(options.inputs or {})},
        timeout=options.timeout or spec.timeout,
        memory=options.memory or spec.memory,
    )


def _code(path: Path) -> tuple[Path, Path]:
    """The module to load, and the folder to run in."""
    if path.is_file():
        if path.suffix == ".zip":
            raise DeploymentError(f"{path}: a zipped action is not run; name the folder or file that is in it")
        if path.suffix in TYPESCRIPT:
            raise DeploymentError(f"{path} is TypeScript: build it, and name the module that comes of it")
        if path.suffix not in SCRIPTS:
            raise DeploymentError(f"{path} is no Node module ({', '.join(SCRIPTS)})")
        return path.resolve(), path.parent.resolve()
    if path.is_dir():
        return main_module(path.resolve()), path.resolve()
    raise DeploymentError(f"{path} does not exist")


def main_module(folder: Path) -> Path:
    wanted = _main_of_package(folder)
    for candidate in (wanted, f"{wanted}.js", f"{wanted}/index.js"):
        if (folder / candidate).is_file():
            return (folder / candidate).resolve()
    raise DeploymentError(f"{folder} has no {wanted}: deploy a Node module that exports `main`, or an App Builder app")


def _main_of_package(folder: Path) -> str:
    try:
        content = json.loads((folder / "package.json").read_text())
    except FileNotFoundError:
        return "index.js"
    except (OSError, ValueError) as err:
        raise DeploymentError(f"{folder / 'package.json'} cannot be read: {err}") from err
    found = content.get("main") if isinstance(content, dict) else None
    return found if isinstance(found, str) and found else "index.js"


def _inputs(given: Any) -> dict[str, Any]:
    """Values as they are, or objects with `value` or `default` among type and description."""
    if not isinstance(given, dict):
        raise DeploymentError("`inputs` must be a mapping of names to values")
    return {str(key): _input_value(value) for key, value in given.items()}


def _input_value(value: Any) -> Any:
    if isinstance(value, dict):
        return next((value[key] for key in ("value", "default") if key in value), value)
    return value


def annotations_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest's own, with `web` as Runtime keeps it: web-export, raw-http, final."""
    given = fields.get("annotations")
    annotations = {str(key): value for key, value in given.items()} if isinstance(given, dict) else {}
    web = str(fields.get("web", fields.get("web-export", annotations.get("web-export", "no")))).lower()
    annotations["web-export"] = web not in _FALSE
    if web == "raw":
        annotations["raw-http"] = True
    for flag in ("require-adobe-auth", "raw-http", "final", "web-custom-options"):
        if flag in annotations:
            annotations[flag] = str(annotations[flag]).lower() not in _FALSE
    return annotations


def limit(limits: Mapping[str, Any], names: tuple[str, ...], default: int, allowed: range, action: str) -> int:
    given = next((limits[name] for name in names if name in limits), default)
    try:
        number = int(given)
    except (TypeError, ValueError) as err:
        raise DeploymentError(f"the limit {names[0]} of {action} is no number: {given}") from err
    if number not in allowed:
        raise DeploymentError(
            f"the limit {names[0]} of {action} is {allowed.start} to {allowed.stop - 1}, not {number}"
        )
    return number


def is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name))


def checked_name(name: str, what: str) -> str:
    if not is_name(name):
        raise DeploymentError(f"{name!r} cannot be the name of a {what}: letters, digits, _ @ . - and spaces")
    return name
