"""Rows of the repository. The tree is written by `tree`, jobs by `jobs` and `poller`, changes by `changes` only."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Lower

from repository.nodetypes import FOLDER_TYPES

# Not `IN`: SQLite would make a table of the list for every row that is written.
_IS_FOLDER = reduce(or_, (models.Q(primary_type=name) for name in FOLDER_TYPES))

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class PathField(TextField):
    """A text compared byte by byte on every database, so that the range `p/` ≤ path < `p0` is the subtree of `p`."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters


class Binary(models.Model):
    """The bytes of a file, which never change: in the blob storage, under a name of their own. Copies share it."""

    container = models.CharField(max_length=63)
    blob = models.CharField(max_length=1024)
    size = models.BigIntegerField()
    mime_type = models.CharField(max_length=255)
    sha1 = models.CharField(max_length=40, default="")
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["container", "blob"], name="repository_binary_blob")]


class Node(models.Model):
    """A node of the tree. `path` finds it, `parent` lists its siblings; `position` orders them.

    `mixins` are separated by blanks. `properties` are written as `values` says; jcr:primaryType, jcr:mixinTypes,
    jcr:uuid and jcr:data are columns.
    """

    path = PathField()  # unique by the constraint below: `unique=True` would add a second index on PostgreSQL
    parent = models.ForeignKey("self", models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    name = PathField()
    depth = models.IntegerField()
    position = models.BigIntegerField()
    primary_type = models.CharField(max_length=100)
    mixins = models.TextField(default="", blank=True)
    properties = models.JSONField(default=dict)
    uuid = models.CharField(max_length=36, null=True)  # absent for most nodes, unique for the rest
    binary = models.ForeignKey(Binary, models.PROTECT, null=True, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["parent", "position"], name="repository_node_order"),
            models.Index(fields=["parent", "name"], name="repository_node_child"),
            # What people see of a folder, by name: a page costs the same in a folder of ten and of a million. Not by
            # path: a move, which changes that, leaves these indexes alone.
            models.Index(
                "parent",
                Lower("name"),
                "name",
                name="repository_node_assets",
                condition=models.Q(primary_type="dam:Asset"),
            ),
            models.Index(
                "parent",
                Lower("name"),
                "name",
                name="repository_node_folders",
                condition=_IS_FOLDER,
            ),
            models.Index(fields=["binary"], condition=models.Q(binary__isnull=False), name="repository_node_binary"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="repository_node_path"),
            models.UniqueConstraint(
                fields=["uuid"], condition=models.Q(uuid__isnull=False), name="repository_node_uuid"
            ),
        ]


class Change(models.Model):
    """What happened to a node; `seq` grows in the order in which the changes became visible."""

    seq = models.BigAutoField(primary_key=True)
    path = PathField()
    kind = models.CharField(max_length=16)
    at = models.DateTimeField(db_index=True)


class CompletedUpload(models.Model):
    """An upload token that was used, so that using it again gives the same answer and no second asset."""

    token_id = models.CharField(max_length=36, primary_key=True)
    asset_uuid = models.CharField(max_length=36)
    expires = models.DateTimeField(db_index=True)


class ChunkedUpload(models.Model):
    """A file that the legacy upload has received in part."""

    path = PathField()
    total = models.BigIntegerField()
    blob = models.CharField(max_length=1024)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path", "total"], name="repository_chunked_upload")]


class JobState(models.TextChoices):
    PENDING = "pending"
    SUBMITTED = "submitted"
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class ProcessingJob(models.Model):
    """One request for renditions: the outbox of `POST /process`. `id` is its x-request-id.

    A newer job of the same asset supersedes it; `next_attempt_at` is when it may be sent (pending), or is given up
    as unanswered (submitted).
    """

    id = models.CharField(max_length=36, primary_key=True)
    asset_uuid = models.CharField(max_length=36, db_index=True)
    generation = models.IntegerField()
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.PENDING)
    attempts = models.IntegerField(default=0)
    resubmissions = models.IntegerField(default=0)  # jobs before this one that asked for the same
    next_attempt_at = models.DateTimeField()
    activation_id = models.CharField(max_length=36, default="", blank=True)
    reason = models.CharField(max_length=64, default="", blank=True)
    message = models.TextField(default="", blank=True)
    created = models.DateTimeField()
    changes = models.TextField(default="", blank=True)  # of properties: `property_changes`

    class Meta:
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="repository_job_due")]


class RenditionState(models.TextChoices):
    REQUESTED = "requested"
    ATTACHED = "attached"
    FAILED = "failed"


class JobRendition(models.Model):
    """A rendition that a job asks for. `instructions` are those of `/process`, without target and userData."""

    job = models.ForeignKey(ProcessingJob, models.CASCADE, related_name="renditions")
    position = models.IntegerField()
    name = models.CharField(max_length=255)
    instructions = models.JSONField(default=dict)
    blob = models.CharField(max_length=1024)
    capacity = models.BigIntegerField()  # bytes that the signed block URLs can take
    state = models.CharField(max_length=16, choices=RenditionState.choices, default=RenditionState.REQUESTED)
    reason = models.CharField(max_length=64, default="", blank=True)
    message = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="repository_rendition_of_job")]


class ProcessedEvent(models.Model):
    """A journal entry that had its effect: the poller, or a second one, cannot apply it again."""

    position = models.CharField(max_length=255, primary_key=True)
    at = models.DateTimeField(db_index=True)


class ParkedEvent(models.Model):
    """A journal entry behind the cursor whose job is held at a gate (`parking`). `event` is its JSON."""

    position = models.CharField(max_length=255, primary_key=True)
    event = models.TextField()


class JournalCursor(models.Model):
    """How far a journal has been read: `position` of the last entry, empty at the start."""

    journal = models.CharField(max_length=1024, primary_key=True)
    position = models.CharField(max_length=255, default="", blank=True)
    updated = models.DateTimeField()


class BlobDeletion(models.Model):
    """A blob that no row refers to any more and that is still to be deleted from the storage."""

    container = models.CharField(max_length=63)
    blob = models.CharField(max_length=1024)
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_index=True)


class ImportState(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class ImportedFile(models.Model):
    """One file that is to be fetched from a URL and made an asset. Files of one request share `job`."""

    job = models.CharField(max_length=36, db_index=True)
    position = models.IntegerField()
    path = models.TextField()  # of the asset
    url = models.TextField()
    mime_type = models.CharField(max_length=255, default="", blank=True)
    metadata = models.JSONField(default=dict)
    user = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=ImportState.choices, default=ImportState.PENDING)
    asset_uuid = models.CharField(max_length=36, default="", blank=True)
    message = models.TextField(default="", blank=True)
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="repository_import_position")]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="repository_import_due")]
