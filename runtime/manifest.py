"""App Builder manifests: `app.config.yaml` with what it includes, `ext.config.yaml`, `manifest.yml`.

Paths in a file are relative to that file, as Adobe's tools read them; so an included extension keeps its own.
Only actions and sequences are of interest here: `ignored` names what else a manifest asks Runtime for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from runtime.errors import DeploymentError

APP_FILES = ("app.config.yaml", "app.config.yml")
LEGACY_FILES = ("manifest.yml", "manifest.yaml")
EXTENSION_FILES = ("ext.config.yaml", "ext.config.yml")
APP_PACKAGE = "__APP_PACKAGE__"
INCLUDE = "$include"
MAX_INCLUDES = 20
_NOT_ACTIONS = ("triggers", "rules", "apis", "dependencies")

Fields = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """An action, or a sequence, as a manifest has it: `base` is the folder that its paths are relative to."""

    package: str
    name: str
    base: Path
    fields: Fields
    package_inputs: Fields = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    entries: tuple[Entry, ...]
    sequences: tuple[Entry, ...] = ()
    ignored: tuple[str, ...] = ()


def find(folder: Path) -> Path | None:
    """The manifest of an App Builder project in this folder."""
    names = (*APP_FILES, *EXTENSION_FILES, *LEGACY_FILES)
    return next((folder / name for name in names if (folder / name).is_file()), None)


def read(file: Path) -> Manifest:
    entries: list[Entry] = []
    sequences: list[Entry] = []
    ignored: list[str] = []
    for packages, base in _packages_of(file):
        for package, content in _mapping(packages, file, "packages").items():
            fields = _mapping(content, file, f"package {package}")
            name = _package_name(package, file.parent)
            ignored += [f"{part} of the package {name}" for part in _NOT_ACTIONS if fields.get(part)]
            entries += _entries(name, fields, "actions", base, file)
            sequences += _entries(name, fields, "sequences", base, file)
    return Manifest(tuple(entries), tuple(sequences), tuple(ignored))


def _entries(package: str, fields: Fields, part: str, base: Path, file: Path) -> Iterator[Entry]:
    inputs = _mapping(fields.get("inputs") or {}, file, f"inputs of the package {package}")
    for name, action in _mapping(fields.get(part) or {}, file, f"{part} of the package {package}").items():
        yield Entry(package, str(name), base, _mapping(action, file, f"{part[:-1]} {name}"), inputs)


def _packages_of(file: Path) -> Iterator[tuple[Any, Path]]:
    """Each `packages` mapping of a manifest, with the folder of the file that it stands in."""
    content, base = _mapping(_load(file), file, "the manifest"), file.parent
    if "packages" in content:  # manifest.yml
        yield content["packages"], base
        return
    sections = [content, content.get("application")]
    sections += list(_mapping(_included(content.get("extensions"), base)[0] or {}, file, "extensions").values())
    for section in sections:
        found, at = _included(section, base)
        if isinstance(found, dict):
            manifest, at = _included(found.get("runtimeManifest"), at)
            if isinstance(manifest, dict) and manifest.get("packages"):
                packages, at = _included(manifest["packages"], at)
                yield packages, at


def _included(section: Any, base: Path) -> tuple[Any, Path]:
    """What stands in place of `$include: path`, and the folder that its own paths are relative to."""
    own: Fields = {}
    for _ in range(MAX_INCLUDES):
        if not isinstance(section, dict) or INCLUDE not in section:
            return ({**section, **own} if own and isinstance(section, dict) else section), base
        own = {**{key: value for key, value in section.items() if key != INCLUDE}, **own}
        file = base / str(section[INCLUDE])
        section, base = _load(file), file.parent
    raise DeploymentError(f"{base}: files that {INCLUDE} each other")


def _load(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as err:
        raise DeploymentError(f"{file} cannot be read: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise DeploymentError(f"{file} is not a text file") from err
    except yaml.YAMLError as err:
        raise DeploymentError(f"{file} is not YAML: {' '.join(str(err).split())}") from err


def _mapping(value: Any, file: Path, what: str) -> Fields:
    if not isinstance(value, dict):
        raise DeploymentError(f"{file}: {what} must be a mapping of names to values")
    return value


def _package_name(package: Any, app: Path) -> str:
    return str(package) if package != APP_PACKAGE else app_package(app)


def app_package(app: Path) -> str:
    """What Adobe's tools put in place of __APP_PACKAGE__: name and version of the project."""
    try:
        content = json.loads((app / "package.json").read_text())
    except (OSError, ValueError):
        content = {}
    name = content.get("name") if isinstance(content, dict) else None
    version = content.get("version") if isinstance(content, dict) else None
    bare = str(name or app.name).rpartition("/")[2]
    return f"{bare}-{version or '0.1.0'}"
