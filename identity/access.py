"""The access token of the environment block: lives for ten years, and stays the same across restarts."""

from pathlib import Path

from django.conf import settings

from identity import tokens
from identity.errors import Unauthenticated
from identity.integrations import default_integration
from identity.keys import keep_private

TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000


def long_lived_access_token() -> str:
    """The kept token; a new one when there is none, or when the signing key or the settings changed since."""
    file = token_file()
    if file.exists():
        if _is_good(kept := file.read_text()):
            return kept
        file.unlink(missing_ok=True)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_private(file, _new())
    return file.read_text()


def token_file() -> Path:
    return Path(settings.IMS_SIGNING_KEY_FILE).with_name("ims-access-token.jwt")


def _new() -> str:
    integration = default_integration()
    scopes = integration.scope_names()
    return tokens.sign(tokens.claims(integration, scopes, tokens.ACCESS, TEN_YEARS_MS))


def _is_good(token: str) -> bool:
    try:
        found = tokens.read(token)
    except Unauthenticated:
        return False
    account = default_integration()
    names = {"org": account.org_id, "client_id": account.client_id, "user_id": account.technical_account_id}
    return all(found[name] == value for name, value in names.items())
