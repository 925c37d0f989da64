"""Rows of the recorder. `writing` adds exchanges and flows, `retention` takes the oldest away.

Times are seconds since the epoch. Ids of exchanges grow in the order in which a process wrote them.
"""

from django.db import models


class Flow(models.Model):
    """One asset's way through the seven steps, or one job of another client of Asset Compute."""

    id = models.CharField(max_length=16, primary_key=True)
    kind = models.CharField(max_length=16)
    title = models.CharField(max_length=255, default="")
    path = models.TextField(default="", db_index=True)
    mime = models.CharField(max_length=255, default="")
    profile = models.CharField(max_length=255, default="")
    asset = models.CharField(max_length=64, default="")
    """jcr:uuid, once it is known."""
    started = models.FloatField()
    touched = models.FloatField(db_index=True)
    """When its newest exchange was written."""
    weight = models.BigIntegerField(default=0)
    """Bytes of its exchanges."""
    stale = models.BooleanField(default=True)
    """Whether exchanges were added since `digest` was made."""
    state = models.CharField(max_length=8, default="running")
    digest = models.TextField(default="")
    """JSON: what a list shows of it."""
    settled = models.TextField(default="")
    """JSON: what the repository says of its jobs, once it was asked."""
    content = models.TextField(default="")
    """JSON: the whole of a flow that was opened from a file."""

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(stale=True), name="flow_grown")]

    def __str__(self) -> str:
        return f"{self.id} {self.title}"


class Exchange(models.Model):
    """One request and its answer. `detail`: headers and first bytes of the bodies, redacted, compressed JSON."""

    id = models.BigIntegerField(primary_key=True)
    flow = models.CharField(max_length=16, default="", db_index=True)
    """Empty: of no flow, or of several (`SharedExchange`)."""
    step = models.SmallIntegerField(default=0)
    sender = models.CharField(max_length=16)
    receiver = models.CharField(max_length=16)
    sender_name = models.CharField(max_length=255, default="")
    receiver_name = models.CharField(max_length=255, default="")
    method = models.CharField(max_length=16)
    url = models.TextField()
    path = models.TextField()
    status = models.IntegerField(null=True)
    error = models.TextField(default="")
    started = models.FloatField()
    first_byte = models.FloatField(null=True)
    ended = models.FloatField()
    request_bytes = models.BigIntegerField(default=0)
    response_bytes = models.BigIntegerField(default=0)
    rendition = models.CharField(max_length=255, default="")
    fault = models.CharField(max_length=32, default="")
    facts = models.TextField(default="")
    """JSON: what the exchange says of its flow."""
    detail = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class SharedExchange(models.Model):
    """An exchange of several flows: a page of the journal, an upload of several files."""

    flow = models.CharField(max_length=16)
    exchange = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "exchange"], name="flow_shared_once")]


class Key(models.Model):
    """By what an exchange is known to belong to a flow: a request id, a blob, a signature."""

    key = models.CharField(max_length=255, primary_key=True)
    flow = models.CharField(max_length=16, db_index=True)
    rendition = models.CharField(max_length=255, default="")

    def __str__(self) -> str:
        return self.key


class Gate(models.Model):
    """What is held back: of everything (`all`), of one flow (its id), of a folder or asset (`path:/content/dam/…`)."""

    scope = models.CharField(max_length=512, primary_key=True)
    mode = models.CharField(max_length=5, default="run")
    slow_seconds = models.FloatField(default=2.0)
    breakpoints = models.CharField(max_length=32, default="")
    """Steps, separated by commas."""
    expires = models.FloatField(null=True)
    """When it is forgotten unless it is set again; of a page that may go away without a word."""

    def __str__(self) -> str:
        return f"{self.scope}: {self.mode}"


class Held(models.Model):
    """A job at a gate: it stays there until it is released. Kept afterwards, so that it passes the same gate again."""

    request = models.CharField(max_length=255)
    step = models.SmallIntegerField()
    path = models.TextField(default="")
    since = models.FloatField()
    asked = models.FloatField(db_index=True)
    """When the box asked for it last: one that is not asked for any more has gone another way."""
    released = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "step"], name="flow_held_once")]

    def __str__(self) -> str:
        return f"{self.request} before step {self.step}"


class Fault(models.Model):
    """A fault that is made on purpose. `match`, `parameters`: JSON. `seen`: how many exchanges it could have struck."""

    id = models.CharField(max_length=16, primary_key=True)
    kind = models.CharField(max_length=32)
    enabled = models.BooleanField(default=True)
    match = models.TextField(default="{}")
    probability = models.FloatField(default=1.0)
    times = models.IntegerField(null=True)
    seed = models.BigIntegerField(default=0)
    parameters = models.TextField(default="{}")
    seen = models.IntegerField(default=0)
    hits = models.IntegerField(default=0)
    created = models.FloatField()

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
