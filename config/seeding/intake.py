"""What came with a seeding request: a description, files, a zip; or nothing, which asks for the demo pictures."""

import shutil
import tempfile
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import unquote

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from config.direct_upload import File
from config.seeding.description import DAM, Seed, SeedError, in_dam, parse

IN_MEMORY = 1024 * 1024  # bytes before a body goes to a temporary file
MAX_DESCRIPTION = 64 * 1024 * 1024
MAX_ENTRIES = 10_000  # of a zip
MAX_UNPACKED = 20 * 1024**3  # bytes
ZIP_TYPES = {"application/zip", "application/x-zip-compressed"}


@dataclass
class Intake:
    """`seed` None: nothing was described. `named` are parts that the description refers to, `files` the others."""

    seed: Seed | None = None
    named: dict[str, UploadFile] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return self.seed is None and not self.files and not self.named


async def take(request: Request, stack: ExitStack) -> Intake:
    """The files live as long as `stack`. SeedError for anything that cannot be understood."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    folder = _folder(request.query_params.get("folder", DAM).rstrip("/"))
    if kind == "multipart/form-data":
        return await _from_form(request, stack, folder)
    if kind in ZIP_TYPES:
        spool = stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  (the stack closes it)
        async for chunk in request.stream():
            spool.write(chunk)
        return Intake(files=unpacked(spool, folder, stack))
    body = await _small_body(request)
    if not body.strip():
        return Intake()
    if kind != "application/json":
        raise SeedError("the body must be application/json, multipart/form-data or application/zip", 415)
    return Intake(parse(body))


def unpacked(archive: IO[bytes], folder: str, stack: ExitStack) -> list[File]:
    """The files of a zip below `folder`; each is unpacked into a temporary file of its own."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            entries = [entry for entry in zipped.infolist() if not entry.is_dir()]
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise SeedError("the zip unpacks to too much", 413)
            return [_unpacked_entry(zipped, entry, folder, stack) for entry in entries if not _is_litter(entry)]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as err:
        raise SeedError(f"the zip cannot be read: {err}") from err


def _folder(path: str) -> str:
    try:
        return path if path == DAM else in_dam(path)
    except ValueError as err:
        raise SeedError(f"folder: {err}") from err


async def _from_form(request: Request, stack: ExitStack, folder: str) -> Intake:
    try:
        form = await request.form(max_files=MAX_ENTRIES, max_fields=1000, max_part_size=MAX_DESCRIPTION)
    except MultiPartException as err:
        raise SeedError(f"the form cannot be read: {err.message}") from err
    stack.callback(_close, form)
    intake = Intake()
    for name, value in form.multi_items():
        if name == "description":
            intake.seed = parse(value if isinstance(value, str) else await value.read())
        elif not isinstance(value, UploadFile):
            raise SeedError(f"{name} is neither the description nor a file")
        elif (value.content_type or "") in ZIP_TYPES and name == "zip":
            intake.files += unpacked(value.file, folder, stack)
        elif name.startswith(f"{DAM}/"):
            intake.files.append(_file(_folder(unquote(name)), value))
        else:
            intake.named[name] = value
    _distribute(intake, folder)
    return intake


def _distribute(intake: Intake, folder: str) -> None:
    """Files that no description asks for go into `folder` under their own names."""
    wanted = {asset.file for asset in intake.seed.assets} if intake.seed else set()
    for name in [name for name in intake.named if name not in wanted]:
        file = intake.named.pop(name)
        if not file.filename:
            raise SeedError(f"the file {name} has no name")
        intake.files.append(_file(f"{folder}/{file.filename.rpartition('/')[2]}", file))


def _file(path: str, file: UploadFile) -> File:
    parent, _, name = path.rpartition("/")
    return File(parent, name, file.size or 0, file.file)


def _unpacked_entry(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: str, stack: ExitStack) -> File:
    path = f"{folder}/{entry.filename}"
    if any(part in {"", ".", ".."} for part in entry.filename.split("/")) or "\\" in entry.filename:
        raise SeedError(f"the zip has an entry with a path that leads elsewhere: {entry.filename}")
    spool = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (the stack closes it)
    with zipped.open(entry) as source:
        shutil.copyfileobj(source, spool, IN_MEMORY)
    parent, _, name = path.rpartition("/")
    return File(parent, name, spool.tell(), spool)


def _close(form: FormData) -> None:
    for value in form.values():
        if isinstance(value, UploadFile):
            value.file.close()


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    """What macOS and Windows put beside one's files."""
    parts = entry.filename.split("/")
    return parts[0] == "__MACOSX" or parts[-1] in {".DS_Store", "Thumbs.db"}


async def _small_body(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_DESCRIPTION:
            raise SeedError("the description is too large: send files as multipart/form-data", 413)
    return bytes(received)
