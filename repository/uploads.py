"""Direct binary upload: `initiate` hands out signed URLs of the blob storage, `complete` makes the asset.

Parts are blocks of one blob, by the index of their URL. A client may use any prefix of the URLs, in any order, and
each as often as it likes; what counts is that the blocks together have the announced size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from dbthreads import sql
from repository import assets, bursts, names, tree
from repository.assets import Conflict, Upload
from repository.binaries import BlobStorage, Block, new_blob, storage
from repository.errors import BlobMissing, InvalidToken, InvalidUpload, NodeNotFound, TooLarge
from repository.paths import DAM, NodePath
from repository.texts import _
from repository.tree import TreeNode
from repository.upload_tokens import UploadToken

MAX_URLS: Final = 1000  # for one file, unless its size needs more


@dataclass(frozen=True)
class FileToUpload:
    """`size` in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class InitiatedFile:
    """`urls` are absolute, for Put Block without any header; part sizes in bytes, the last part may be smaller."""

    name: str
    mime_type: str
    token: str
    urls: list[str]
    min_part_size: int
    max_part_size: int


@dataclass(frozen=True)
class FileToComplete:
    """`mime_type` empty: as initiated. `size` None: not repeated by the client."""

    name: str
    token: str
    mime_type: str = ""
    size: int | None = None
    create_version: bool = False
    version_label: str = ""
    version_comment: str = ""
    replace: bool = False

    @property
    def conflict(self) -> Conflict:
        """Both flags: the version wins, as in AEM."""
        if self.create_version:
            return Conflict.VERSION
        return Conflict.REPLACE if self.replace else Conflict.UPDATE


def initiate(folder: NodePath, files: Sequence[FileToUpload], endpoint: str | None = None) -> list[InitiatedFile]:
    """Block URLs and a token for each file, without any side effect.

    `endpoint` is the name by which the client reaches the blob storage, if not its own.
    NodeNotFound (no folder), InvalidName, TooLarge, BlobStorageError.
    """
    check_folder(folder)
    storage().ensure_container()
    generation = tree.generation()
    return [_initiated(folder / names.asset_name(file.name), file.size, generation, endpoint) for file in files]


def complete(folder: NodePath, files: Sequence[FileToComplete], user: str = "admin") -> list[TreeNode]:
    """Make the assets; nothing of it if one of the files cannot be. The same token again gives the same asset.

    NodeNotFound (no folder), InvalidToken, InvalidUpload (parts missing), NodeExists, BlobStorageError.
    """
    check_folder(folder)
    uploads = [_committed(folder, file) for file in files]
    bursts.uploads.arrived()
    with tree.writing():
        return [_stored(token, upload, file, user) for (token, upload), file in zip(uploads, files, strict=True)]


def check_folder(folder: NodePath) -> None:
    """NodeNotFound unless assets can be uploaded to it."""
    node = tree.find(folder) if folder == DAM or folder.is_under(DAM) else None
    if node is None or not node.is_folder:
        raise NodeNotFound(folder)


def check_size(size: int) -> None:
    if size > settings.UPLOAD_MAX_SIZE:
        raise TooLarge(
            _("A file can have at most %(upload_max_size)s bytes, not %(size)s"),
            upload_max_size=settings.UPLOAD_MAX_SIZE,
            size=size,
        )


def part_count(size: int) -> int:
    """How many URLs a file gets: one up to the smallest part size, so that clients that divide badly lose nothing."""
    most = max(MAX_URLS, -(-size // settings.UPLOAD_MAX_PART_SIZE))
    return max(1, min(most, -(-size // settings.UPLOAD_MIN_PART_SIZE)))


def _initiated(target: NodePath, size: int, generation: int, endpoint: str | None) -> InitiatedFile:
    check_size(size)
    parts = part_count(size)
    mime_type, blob = names.mime_type(target.name), new_blob("originals")
    expires = timezone.now() + timedelta(seconds=settings.UPLOAD_TOKEN_LIFETIME)
    return InitiatedFile(
        name=target.name,
        mime_type=mime_type,
        token=str(UploadToken.new(target, size, mime_type, blob, parts=parts, generation=generation)),
        urls=storage().sign_blocks(blob, parts, expires, endpoint=endpoint),
        min_part_size=settings.UPLOAD_MIN_PART_SIZE,
        max_part_size=settings.UPLOAD_MAX_PART_SIZE,
    )


def _committed(folder: NodePath, file: FileToComplete) -> tuple[UploadToken, Upload]:
    """The blob of a file, made of its parts. Once there is an asset of it, it is never made again."""
    token = UploadToken.parse(file.token)
    if token.generation != tree.generation():
        raise InvalidToken(_("The upload was initiated before the repository was reset; initiate it again"))
    _check_fields(folder, file, token)
    mime_type = file.mime_type if names.is_mime_type(file.mime_type) else token.mime_type
    blobs = storage()
    if _asset_of(token) is None:
        blobs.commit(token.blob, _complete_parts(blobs, token), mime_type)
    return token, Upload(blobs.container, token.blob, token.size, mime_type)


def _check_fields(folder: NodePath, file: FileToComplete, token: UploadToken) -> None:
    if token.target != folder / file.name:
        raise InvalidUpload(
            _("The upload token is for %(target)s, not for %(path)s"), target=token.target, path=folder / file.name
        )
    if file.size is not None and file.size != token.size:
        raise InvalidUpload(
            _("%(name)s was initiated with %(size)s bytes, not %(told)s"),
            name=file.name,
            size=token.size,
            told=file.size,
        )


def _complete_parts(blobs: BlobStorage, token: UploadToken) -> list[int]:
    if token.size == 0:
        return []
    parts = _parts(blobs, token)
    indexes = [part.index for part in parts]
    if indexes != list(range(len(parts))) or len(parts) > token.parts:
        raise InvalidUpload(
            _("Parts of %(name)s are missing: only %(indexes)s of them were uploaded"), name=token.name, indexes=indexes
        )
    received = sum(part.size for part in parts)
    if received != token.size:
        raise InvalidUpload(
            _("%(name)s should have %(size)s bytes, but %(received)s were uploaded"),
            name=token.name,
            size=token.size,
            received=received,
        )
    return indexes


def _parts(blobs: BlobStorage, token: UploadToken) -> list[Block]:
    try:
        return blobs.blocks(token.blob)
    except BlobMissing as err:
        raise InvalidUpload(_("No part of %(name)s was uploaded"), name=token.name) from err


def _stored(token: UploadToken, upload: Upload, file: FileToComplete, user: str) -> TreeNode:
    made = _asset_of(token)
    if made is not None:
        return _made_before(token, made)
    label, comment = file.version_label, file.version_comment
    asset = assets.store(token.target, upload, file.conflict, label=label, comment=comment, user=user)
    lifetime = timedelta(seconds=settings.UPLOAD_TOKEN_LIFETIME)
    sql.execute(
        "INSERT INTO repository_completedupload (token_id, asset_uuid, expires) VALUES (%s, %s, %s)",
        [token.id, asset.uuid or "", sql.moment(timezone.now() + lifetime)],
    )
    return asset


def _asset_of(token: UploadToken) -> str | None:
    """The uuid of the asset that the upload has become; None when it was not completed yet."""
    found: str | None = sql.scalar("SELECT asset_uuid FROM repository_completedupload WHERE token_id = %s", [token.id])
    return found


def _made_before(token: UploadToken, asset_uuid: str) -> TreeNode:
    asset = tree.by_uuid(asset_uuid)
    if asset is None:
        raise InvalidUpload(
            _("The upload of %(target)s was completed, and the asset deleted since"), target=token.target
        )
    return asset
