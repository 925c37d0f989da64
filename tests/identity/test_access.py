"""What the default integration keeps across restarts."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from identity import tokens
from identity.access import TEN_YEARS_MS, long_lived_access_token
from identity.integrations import default_integration, default_service_credentials
from identity.models import Integration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys_of_the_test(settings: Settings, tmp_path: Path) -> None:
    settings.IMS_SIGNING_KEY_FILE = tmp_path / "ims-signing-key.pem"


def test_the_long_lived_token_stays_the_same() -> None:
    first = long_lived_access_token()
    assert long_lived_access_token() == first
    claims = tokens.read(first)
    assert claims["client_id"] == "aemulator-client"
    assert int(claims["expires_in"]) == TEN_YEARS_MS


def test_another_signing_key_makes_a_new_one(settings: Settings, tmp_path: Path) -> None:
    first = long_lived_access_token()
    (tmp_path / "other").mkdir()
    settings.IMS_SIGNING_KEY_FILE = tmp_path / "other" / "ims-signing-key.pem"
    (tmp_path / "other" / "ims-access-token.jwt").write_text(first)
    assert long_lived_access_token() != first


def test_kept_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    long_lived_access_token()
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_the_default_integration_follows_the_settings(settings: Settings) -> None:
    default_integration()
    settings.CLIENT_SECRET = "another"
    assert default_integration().secrets == ["another"]
    assert Integration.objects.count() == 1


def test_service_credentials_have_every_shape_that_clients_read() -> None:
    credentials = default_service_credentials()
    assert credentials.jwt_json()["technicalAccount"]["privateKey"].startswith("-----BEGIN PRIVATE KEY-----")
    oauth = credentials.oauth_json()
    assert oauth["CLIENT_SECRETS"] == ["aemulator-secret"]
    assert {"TYPE", "ORG_ID", "CLIENT_ID", "SCOPES", "TECHNICAL_ACCOUNT_ID", "TECHNICAL_ACCOUNT_EMAIL"} <= set(oauth)
    details = credentials.console_json()["project"]["workspace"]["details"]["credentials"][0]["jwt"]
    assert details["technical_account_id"] == credentials.technical_account_id
