"""Everything that the repository refuses, as one tree. Each API has one mapper that makes its wire errors of these.

RepositoryError
├── InvalidPath                a text that names no node: relative, `..`, NUL, too long
│   └── InvalidName            one segment of it
├── InvalidValue               a property value that JCR has no type for
├── InvalidExpression          an entry of a processing profile's MIME types that is no regular expression
├── NodeNotFound
│   └── ParentNotFound         the node to write below does not exist
├── NodeExists
├── ConstraintViolation        the node type does not allow it
├── UploadError
│   ├── MissingField           a form field that the upload servlets need
│   │   ├── NotAForm           nor any other: the request says that it is something else
│   │   └── TwoContentTypes    nor any other: the request says twice what it is
│   ├── InvalidUpload          fields, parts or sizes that contradict each other
│   ├── InvalidToken           forged, expired, or of another file
│   └── TooLarge
├── BlobStorageError           the blob storage refused or did not answer (may be tried again)
│   ├── BlobMissing
│   └── BlobTooLarge           more bytes than the reader accepts
├── ServiceError               Asset Compute, IMS or I/O Events refused or did not answer
│   ├── ServiceUnavailable     may be tried again, perhaps after `retry_after` seconds
│   ├── JournalExpired         the cursor is older than what the journal keeps
│   └── EntryUnreadable        one entry of the journal is no event; the next is after `position`
└── MetadataError              the metadata rendition is not RDF/XML that can be read
"""

from typing import ClassVar

from repository.texts import _, translated


class RepositoryError(Exception):
    """`reason` is a short constant for programs and logs; the message is a sentence for people."""

    reason: ClassVar[str] = "RepositoryError"
    retry: ClassVar[bool] = False

    def __init__(self, text: str, /, **values: object) -> None:
        """`text` has named placeholders (`%(name)s`) for `values`, if there are any."""
        super().__init__(text % values if values else text)
        self._text, self._values = text, values

    @property
    def message(self) -> str:
        """In the server's language."""
        text = translated(self._text)
        return text % self._values if self._values else text


class InvalidPath(RepositoryError, ValueError):
    reason = "InvalidPath"


class InvalidName(InvalidPath):
    reason = "InvalidName"


class InvalidValue(RepositoryError, ValueError):
    reason = "InvalidValue"


class InvalidExpression(RepositoryError, ValueError):
    reason = "InvalidExpression"


class NodeNotFound(RepositoryError):
    reason = "NodeNotFound"

    def __init__(self, path: str) -> None:
        super().__init__(_("There is no node at %(path)s"), path=path)
        self.path = path


class ParentNotFound(NodeNotFound):
    reason = "ParentNotFound"


class NodeExists(RepositoryError):
    reason = "NodeExists"

    def __init__(self, path: str) -> None:
        super().__init__(_("There is already a node at %(path)s"), path=path)
        self.path = path


class ConstraintViolation(RepositoryError):
    reason = "ConstraintViolation"


class UploadError(RepositoryError):
    reason = "UploadError"


class MissingField(UploadError):
    reason = "MissingField"

    def __init__(self, field: str, hint: str = "") -> None:
        super().__init__(f"Missing field: {field}{f'. {hint}' if hint else ''}")
        self.field = field


class NotAForm(MissingField):
    pass


class TwoContentTypes(MissingField):
    pass


class InvalidUpload(UploadError):
    reason = "InvalidUpload"


class InvalidToken(UploadError):
    reason = "InvalidToken"


class TooLarge(UploadError):
    reason = "TooLarge"


class BlobStorageError(RepositoryError):
    reason = "BlobStorageError"
    retry = True


class BlobMissing(BlobStorageError):
    reason = "BlobMissing"
    retry = False


class BlobTooLarge(BlobStorageError):
    reason = "BlobTooLarge"
    retry = False


class ServiceError(RepositoryError):
    reason = "ServiceError"


class ServiceUnavailable(ServiceError):
    reason = "ServiceUnavailable"
    retry = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class JournalExpired(ServiceError):
    reason = "JournalExpired"


class EntryUnreadable(ServiceError):
    reason = "EntryUnreadable"

    def __init__(self, message: str, position: str) -> None:
        super().__init__(message)
        self.position = position


class MetadataError(RepositoryError):
    reason = "MetadataError"
