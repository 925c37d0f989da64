"""Why a snapshot is not taken or refused. `status` is that of HTTP; nothing was changed when one is raised.

SnapshotError
├── Damaged             truncated, not a snapshot, a checksum that does not match
├── OtherVersion        made by a version whose tables this one does not know
└── StorageUnavailable  the blob storage does not answer
"""

from http import HTTPStatus


class SnapshotError(Exception):
    status = HTTPStatus.BAD_REQUEST


class Damaged(SnapshotError):
    pass


class OtherVersion(SnapshotError):
    status = HTTPStatus.CONFLICT


class StorageUnavailable(SnapshotError):
    status = HTTPStatus.BAD_GATEWAY
