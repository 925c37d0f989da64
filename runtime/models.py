"""Deployed actions, their activations and what these wrote. JSON is kept as text, which loses nothing."""

from django.db import models


class Action(models.Model):
    """One deployed action: where its code is, and how it is run."""

    namespace = models.CharField(max_length=255)
    package = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    file = models.TextField()
    """Absolute path of the module that exports `main`."""
    folder = models.TextField()
    """Absolute path; the working directory of its processes."""
    app = models.TextField()
    """Absolute path of what was deployed: an app's actions are replaced and removed together."""
    kind = models.CharField(max_length=64)
    main = models.CharField(max_length=255)
    components = models.TextField(default="[]")
    """Of a sequence: the actions that it calls one after the other, as package/name (JSON)."""
    inputs = models.TextField(default="{}")
    annotations = models.TextField(default="{}")
    timeout = models.IntegerField()
    """Milliseconds, as in a manifest."""
    memory = models.IntegerField()
    """Megabytes, as in a manifest."""
    watch = models.BooleanField(default=True)
    inspect_port = models.IntegerField(null=True)
    version = models.IntegerField(default=1)
    """Counts its deployments."""
    deployed_at = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "package", "name"], name="action_deployed_once")]

    def __str__(self) -> str:
        return f"/{self.namespace}/{self.package}/{self.name}"


class Package(models.Model):
    """A package that was made through the REST API; those of deployed apps are there by their actions alone."""

    namespace = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    parameters = models.TextField(default="{}")
    """Inputs of all its actions."""
    annotations = models.TextField(default="{}")
    version = models.IntegerField(default=1)
    updated_at = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "name"], name="package_made_once")]

    def __str__(self) -> str:
        return f"/{self.namespace}/{self.name}"


class Activation(models.Model):
    """One run of an action. Times are seconds since the epoch."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCESS = "success"
        APPLICATION_ERROR = "application error"
        """The action said so: it returned or threw an error."""
        DEVELOPER_ERROR = "developer error"
        """It could not be loaded, died, or was ended at a limit."""
        INTERNAL_ERROR = "internal error"
        """It is not the action's fault: no Node, or the server ended."""

    activation_id = models.CharField(max_length=32, primary_key=True)
    namespace = models.CharField(max_length=255)
    package = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    action = models.TextField()
    """The limits and kind that it ran with (JSON)."""
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    is_web = models.BooleanField(default=False)
    request_id = models.CharField(max_length=255, blank=True, default="")
    """The x-request-id that it works for; that of a job when it was called by Asset Compute."""
    owner = models.CharField(max_length=255)
    """The process that runs it."""
    accepted_at = models.FloatField()
    started_at = models.FloatField(null=True)
    ended_at = models.FloatField(null=True)
    init_time = models.FloatField(null=True)
    """Seconds that a new process took to load the action; None: the process was there."""
    timed_out = models.BooleanField(default=False)
    result = models.TextField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-accepted_at"], name="activation_latest"),
            models.Index(fields=["package", "name", "-accepted_at"], name="activation_of_action"),
            models.Index(fields=["request_id"], name="activation_of_request"),
            models.Index(
                fields=["started_at"], name="activation_unfinished", condition=models.Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.activation_id


class LogLine(models.Model):
    """One line that an activation wrote; written while it runs."""

    activation_id = models.CharField(max_length=32)
    number = models.IntegerField()
    at = models.FloatField()
    stream = models.CharField(max_length=6)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activation_id", "number"], name="log_line_once")]

    def __str__(self) -> str:
        return f"{self.activation_id}/{self.number}"
