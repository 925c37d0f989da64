"""Rows of I/O Events. `journal` writes the entries, `registrations` and `expectations` the rest.

Times are whole milliseconds since the epoch, positions whole numbers from 1: both are compared in plain SQL on every
database.
"""

from django.db import models


class Registration(models.Model):
    """A consumer's subscription to events, and the head of its journal."""

    registration_id = models.CharField(max_length=36, unique=True)
    """A UUID, as in the journal's URL."""
    org_id = models.CharField(max_length=255)
    consumer_id = models.CharField(max_length=255)
    project_id = models.CharField(max_length=255)
    workspace_id = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    last_position = models.BigIntegerField(default=0)
    """Of the newest entry. Locked while entries are added, so that positions become visible in their order."""
    written_ms = models.BigIntegerField(default=0)
    """When the newest entry was written."""
    expired_through = models.BigIntegerField(default=0)
    """Up to here entries were deleted for their age."""
    accepted_ms = models.BigIntegerField(default=0)
    """When the newest processing request was accepted of which an event has come, and where the journal was then."""
    accepted_position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consumer_id", "project_id", "workspace_id", "name"], name="registration_name_in_workspace"
            )
        ]

    def __str__(self) -> str:
        return self.registration_id


class Interest(models.Model):
    """An event of interest: which provider's events of which code go into a registration's journal."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="interests")
    provider_id = models.CharField(max_length=512)
    event_code = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "event_code", "registration"], name="interest_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.event_code}"


class Entry(models.Model):
    """One event in one journal."""

    pk = models.CompositePrimaryKey("registration_id", "position")
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="entries", db_index=False)
    position = models.BigIntegerField()
    written_ms = models.BigIntegerField()
    event_id = models.CharField(max_length=255, null=True)
    """None: any number of events without an id."""
    event = models.TextField()
    """The event's JSON, byte for byte as it was published."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "event_id"], name="event_once_in_journal")]
        indexes = [models.Index(fields=["registration", "written_ms"], name="entry_by_age")]

    def __str__(self) -> str:
        return f"{self.registration_id}/{self.position}"


class Expectation(models.Model):
    """An event that somebody else than its sender waits for: a custom worker's, on behalf of the processing service."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="expectations")
    group = models.CharField(max_length=255, db_index=True)
    """Those that are asked about together: an activation id."""
    event_id = models.CharField(max_length=255)
    request_id = models.CharField(max_length=255)
    rendition = models.TextField()
    """JSON: the instructions."""
    created_ms = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "event_id"], name="expectation_once")]
        indexes = [models.Index(fields=["registration", "request_id"], name="expectation_by_request")]

    def __str__(self) -> str:
        return self.event_id
