"""Rows of the IMS: the integrations (technical accounts) and the tokens that were taken back."""

from django.db import models


class Integration(models.Model):
    """A Developer Console credential: who may ask for tokens, and for which scopes."""

    client_id = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255)
    org_id = models.CharField(max_length=255)
    secrets = models.JSONField(default=list)
    """Client secrets, oldest first: more than one while a secret is being rotated."""
    technical_account_id = models.CharField(max_length=255)
    technical_account_email = models.CharField(max_length=255)
    scopes = models.TextField()
    """Comma-separated."""
    public_keys = models.JSONField(default=list)
    """PEM; a JWT assertion must be signed by one of them. Without any, its signature is not looked at."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["client_id"]

    def __str__(self) -> str:
        return self.client_id

    def scope_names(self) -> list[str]:
        return split_scopes(self.scopes)


class InvalidatedToken(models.Model):
    """A token that its client invalidated; kept until it would have expired anyway."""

    token_id = models.CharField(max_length=255, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token_id


def split_scopes(text: str) -> list[str]:
    """Scope names of a list separated by commas (Adobe) or spaces (OAuth), in order."""
    return list(dict.fromkeys(text.replace(",", " ").split()))
