"""Actions whose code comes by the REST API, as text or as a zip: what a request says of one; where its code is kept."""

import base64
import binascii
import io
import os
import re
import shutil
import time
import uuid
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from runtime import deployment
from runtime.actions import DEFAULT_MEMORY, DEFAULT_PACKAGE, DEFAULT_TIMEOUT, SEQUENCE, Spec
from runtime.errors import BadRequest, DeploymentError, TooLarge

MAX_UNPACKED: Final = 1024 * 1024 * 1024  # bytes
ZIP: Final = "action.zip"
CODE: Final = "code"
_FUNCTION: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
SPARED: Final = 3600.0  # seconds: code may be there before its action is
# Runtime finds a plain function main, too.
_EXPORT: Final = (
    '\n;if (typeof module !== "undefined" && typeof {0} === "function" && !module.exports.{0}) '
    "module.exports.{0} = {0};\n"
)


def spec_of(package: str, name: str, content: dict[str, Any], old: Spec | None) -> Spec:
    """The action that the body of a PUT describes; what it leaves out is as it was. Its code is stored."""
    try:
        return _spec_of(package, name, content, old)
    except DeploymentError as err:
        raise BadRequest(f"The request content was malformed: {err}") from err


def code_of(spec: Spec) -> tuple[str, bool]:
    """As it was uploaded, and whether that is a zip in base64; of other actions the module that is loaded."""
    packed = Path(spec.folder).parent / ZIP
    try:
        if _is_ours(spec) and packed.exists():
            return base64.b64encode(packed.read_bytes()).decode(), True
        text = Path(spec.file).read_text(errors="replace")
    except OSError:
        return "", False
    return (text.removesuffix(_EXPORT.format(spec.main)) if _is_ours(spec) else text), False


def remove_unused(used: set[str]) -> None:
    """The code of actions that were replaced or removed; `used` are the folders of those that are there."""
    edge = time.time() - SPARED
    for folder in _root().glob("*"):
        if str(folder / CODE) not in used and folder.stat().st_mtime < edge:
            shutil.rmtree(folder, ignore_errors=True)


def pairs(content: dict[str, Any], name: str) -> dict[str, Any] | None:
    """What is given as `[{"key", "value"}]`; None: nothing."""
    given = content.get(name)
    if given is None:
        return None
    if isinstance(given, dict):
        return given
    if not isinstance(given, list) or not all(isinstance(pair, dict) and "key" in pair for pair in given):
        raise BadRequest(f"The request content was malformed: {name} is a list of objects with key and value.")
    return {str(pair["key"]): pair.get("value") for pair in given}


def _spec_of(package: str, name: str, content: dict[str, Any], old: Spec | None) -> Spec:
    executable = content.get("exec")
    if executable is None and old is None:
        raise BadRequest("The request content was malformed: exec undefined.")
    limits = content.get("limits") or {}
    if not isinstance(limits, dict) or not isinstance(executable or {}, dict):
        raise BadRequest("The request content was malformed: exec and limits are objects.")
    spec = old or Spec(deployment.checked_name(package, "package"), deployment.checked_name(name, "action"), "", "")
    inputs, annotations = pairs(content, "parameters"), pairs(content, "annotations")
    spec = replace(
        spec,
        inputs=spec.inputs if inputs is None else inputs,
        annotations=spec.annotations
        if annotations is None and old
        else deployment.annotations_of({"annotations": annotations}),
        timeout=deployment.limit(
            limits, ("timeout",), old.timeout if old else DEFAULT_TIMEOUT, deployment.TIMEOUTS, name
        ),
        memory=deployment.limit(limits, ("memory",), old.memory if old else DEFAULT_MEMORY, deployment.MEMORIES, name),
    )
    return spec if executable is None else _with_code(spec, executable)


def _with_code(spec: Spec, executable: dict[str, Any]) -> Spec:
    kind = str(executable.get("kind") or "")
    if kind == SEQUENCE:
        return replace(spec, kind=kind, file="", folder="", components=_components(executable.get("components")))
    if not kind.startswith("nodejs"):
        raise BadRequest(f"The kind {kind!r} cannot be run here: actions are Node modules (nodejs:20), or sequences.")
    code, main = executable.get("code"), str(executable.get("main") or "main")
    if not isinstance(code, str):
        raise BadRequest("The request content was malformed: exec.code is a text.")
    base = _root() / uuid.uuid4().hex
    folder = base / CODE
    folder.mkdir(parents=True)
    try:
        file = _unpacked(base, packed) if (packed := _zip_of(code)) else _written(folder, code, main)
    except BaseException:
        shutil.rmtree(base, ignore_errors=True)
        raise
    runs = "nodejs:20" if kind == "nodejs:default" else kind
    return replace(
        spec, kind=runs, main=main, file=str(file), folder=str(folder), components=(), watch=False, inspect_port=None
    )


def _zip_of(code: str) -> bytes | None:
    """Runtime, too, sees by the code itself whether it is base64."""
    try:
        content = base64.b64decode(code.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if content.startswith(b"PK") else None


def _written(folder: Path, code: str, main: str) -> Path:
    file = folder / "index.js"
    export = _EXPORT.format(main) if _FUNCTION.fullmatch(main) else ""
    file.write_text(code + export, encoding="utf-8", errors="surrogatepass")
    return file


def _unpacked(base: Path, packed: bytes) -> Path:
    folder = base / CODE
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise TooLarge(f"The action is larger than {MAX_UNPACKED} bytes when it is unpacked.")
            for entry in archive.infolist():
                file = archive.extract(entry, folder)
                if not entry.is_dir() and entry.external_attr >> 16 & 0o100:
                    os.chmod(file, 0o755)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as err:
        raise BadRequest(
            f"The request content was malformed: exec.code is no zip file that can be read: {err}"
        ) from err
    (base / ZIP).write_bytes(packed)
    try:
        return deployment.main_module(folder)
    except DeploymentError as err:
        raise BadRequest(str(err).replace(str(folder), "The zip")) from err


def _components(given: Any) -> tuple[str, ...]:
    names = [str(name).strip("/").split("/") for name in given] if isinstance(given, list) else []
    if not 0 < len(names) <= deployment.MOST_COMPONENTS or any(len(name) not in (1, 2, 3) for name in names):
        most = deployment.MOST_COMPONENTS
        raise BadRequest(f"The request content was malformed: a sequence has 1 to {most} components.")
    # /namespace/package/action, /namespace/action for the default package
    found = [name if len(name) == 3 else [name[0], DEFAULT_PACKAGE, name[-1]] for name in names]
    return tuple("/".join(name[1:]) for name in found)


def _is_ours(spec: Spec) -> bool:
    return bool(spec.folder) and Path(spec.folder).parent.parent == _root()


def _root() -> Path:
    return Path(settings.DATA_DIR) / "runtime" / "uploads"
