"""Rows of the Asset Compute service. They are the truth: messages and processes only act on what they say.

Times are seconds since the epoch. A `due_at` or `publish_at` in the past means: somebody has to act. Whoever takes
work on puts it a while into the future first, so work whose taker dies comes due again by itself.
"""

from typing import Any

from django.db import models

from contract import jsontext


class JsonText(models.TextField):  # type: ignore[type-arg]
    """JSON kept as text, which loses nothing on any database."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else jsontext.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else jsontext.dumps(value)


class ClientRegistration(models.Model):
    """A client that called `/register`: it has a journal and may call `/process`."""

    org_id = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    registration_url = models.TextField()
    """Of the registration at I/O Events."""
    journal = models.TextField()
    """URL of the journal, as I/O Events gave it."""
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org_id", "client_id"], name="client_registered_once")]

    def __str__(self) -> str:
        return f"{self.client_id} of {self.org_id}"


class Activation(models.Model):
    """One accepted `/process` call."""

    activation_id = models.CharField(max_length=32, primary_key=True)
    request_id = models.CharField(max_length=255)
    org_id = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    access_token = models.TextField()
    """The caller's, with which events are published and custom workers are called."""
    source = JsonText(null=True)
    """As it came: a URL, or an object with `url`."""
    user_data = JsonText(null=True)
    body_hash = models.CharField(max_length=64)
    accepted_at = models.FloatField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["client_id", "request_id"], name="activation_by_request")]

    def __str__(self) -> str:
        return self.activation_id


class Invocation(models.Model):
    """The renditions of an activation that go to one worker: the core worker, or one custom worker URL."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        AWAITING = "awaiting"
        """The custom worker has answered; its events are still to come."""
        ENDED = "ended"

    activation = models.ForeignKey(Activation, models.CASCADE, related_name="invocations")
    worker = models.TextField(blank=True, default="")
    """URL of the custom worker; empty: the core worker."""
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    owner = models.CharField(max_length=255, blank=True, default="")
    """The process that has taken it, while it is running."""
    attempts = models.IntegerField(default=0)
    due_at = models.FloatField(null=True)
    """When somebody has to look at it; None: it has ended."""
    deadline = models.FloatField(null=True)
    """Until when a custom worker's events are waited for."""
    worker_activation_id = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="invocation_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.activation_id} {self.worker or 'core'}"


class RenditionTask(models.Model):
    """One rendition: its instructions, how it ended, and the event that tells of it."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        CREATED = "created"
        FAILED = "failed"

    invocation = models.ForeignKey(Invocation, models.CASCADE, related_name="tasks")
    index = models.IntegerField()
    """In the `renditions` of the request."""
    instructions = JsonText()
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    metadata = JsonText(null=True)
    data = models.TextField(null=True)
    error_reason = models.CharField(max_length=255, null=True)
    error_message = models.TextField(null=True)
    finished_at = models.FloatField(null=True)

    publish_at = models.FloatField(null=True)
    """When its event is to be sent (again); None: nothing to send (yet, or any more)."""
    publish_attempts = models.IntegerField(default=0)
    published_at = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invocation", "index"], name="task_once_in_invocation")]
        indexes = [
            models.Index(fields=["publish_at"], name="task_to_publish", condition=models.Q(publish_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.invocation_id}/{self.index}"
