"""The forms of the upload servlets: urlencoded or multipart, their fields repeated once for each file."""

from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from repository.errors import InvalidUpload, MissingField, NotAForm, TwoContentTypes
from repository.legacy_uploads import BLOCK, Chunk
from repository.texts import _
from repository.uploads import FileToComplete, FileToUpload

_TRUE: Final = {"true", "on", "1"}


def files_to_upload(request: HttpRequest) -> list[FileToUpload]:
    """MissingField, InvalidUpload."""
    names = _required(request, "fileName")
    sizes = _required(request, "fileSize")
    if len(names) != len(sizes):
        raise InvalidUpload(
            _("There are %(names)s fileName fields, but %(sizes)s fileSize fields"),
            names=len(names),
            sizes=len(sizes),
        )
    return [FileToUpload(name, _size(size)) for name, size in zip(names, sizes, strict=True)]


def files_to_complete(request: HttpRequest) -> list[FileToComplete]:
    """MissingField, InvalidUpload."""
    names = _required(request, "fileName")
    tokens = _required(request, "uploadToken")
    if len(names) != len(tokens):
        raise InvalidUpload(
            _("There are %(names)s fileName fields, but %(tokens)s uploadToken fields"),
            names=len(names),
            tokens=len(tokens),
        )
    columns = {field: _column(request.POST, field, len(names)) for field in _OPTIONAL}
    return [
        FileToComplete(
            name=name,
            token=token,
            mime_type=columns["mimeType"][row],
            size=_size(columns["fileSize"][row]) if columns["fileSize"][row] else None,
            create_version=columns["createVersion"][row].lower() in _TRUE,
            version_label=columns["versionLabel"][row],
            version_comment=columns["versionComment"][row],
            replace=columns["replace"][row].lower() in _TRUE,
        )
        for row, (name, token) in enumerate(zip(names, tokens, strict=True))
    ]


_OPTIONAL: Final = ("mimeType", "fileSize", "createVersion", "versionLabel", "versionComment", "replace")


def chunk(request: HttpRequest) -> Chunk:
    """The form of createasset.html: a whole file, or one chunk of it. MissingField, InvalidUpload."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise MissingField("file")
    offset, total = request.POST.get("file@Offset"), request.POST.get("file@Length")
    length = file.size or 0
    return Chunk(
        name=request.POST.get("fileName") or file.name or "",
        mime_type=request.headers.get("x-chunked-content-type") or file.content_type or "",
        offset=_size(offset) if offset else 0,
        total=_size(total) if total else length,
        length=length,
        data=file.chunks(BLOCK),
    )


def _required(request: HttpRequest, field: str) -> list[str]:
    values = request.POST.getlist(field)
    if not values or not all(values):
        raise _missing(field, request.META.get("CONTENT_TYPE", ""))
    return values


def _missing(field: str, content_type: str) -> MissingField:
    """Perhaps a form was sent, but not read: then it says why."""
    if "," in content_type:
        return TwoContentTypes(
            field,
            f"The request has two Content-Type headers ({content_type}), so its form was not read:"
            " do not set Content-Type in the options of the client.",
        )
    if content_type and not content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return NotAForm(field, f"The form must be urlencoded or multipart, not {content_type}.")
    return MissingField(field)


def _column(form: QueryDict, field: str, rows: int) -> list[str]:
    values = form.getlist(field)
    if values and len(values) != rows:
        raise InvalidUpload(
            _("There are %(rows)s files, but %(count)s %(field)s fields"), rows=rows, count=len(values), field=field
        )
    return values or [""] * rows


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidUpload(_("%(value)r is not a size in bytes"), value=text[:40])
    return int(text)
