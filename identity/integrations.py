"""Integrations: the technical accounts that may ask for tokens, and the one that is there from the start."""

import hmac
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from identity.errors import InvalidClient, InvalidScope
from identity.keys import integration_key, private_pem, public_pem
from identity.models import Integration, split_scopes

BASIC_SCOPES = ("openid", "AdobeID")
METASCOPES = {
    "asset_compute_meta": ("asset_compute", "read_organizations"),
    "event_receiver_api": ("event_receiver", "event_receiver_api"),
    "ent_adobeio_sdk": ("adobeio_api", "additional_info.roles", "additional_info.projectedProductContext"),
}
"""What each metascope of a JWT assertion stands for (AdobeDocs/asset-compute.en, help/using/api.md)."""


def default_integration() -> Integration:
    """The integration of the settings. Made on first use; what the settings say of it is brought up to date."""
    wanted: dict[str, Any] = {
        "name": "AEMulator",
        "org_id": settings.ORG_ID,
        "secrets": [settings.CLIENT_SECRET],
        "technical_account_id": settings.TECHNICAL_ACCOUNT_ID,
        "technical_account_email": settings.TECHNICAL_ACCOUNT_EMAIL,
        "scopes": settings.SCOPES,
        "public_keys": [public_pem(integration_key())],
    }
    found, _ = Integration.objects.get_or_create(client_id=settings.CLIENT_ID, defaults=wanted)
    stale = [name for name, value in wanted.items() if getattr(found, name) != value]
    for name in stale:
        setattr(found, name, wanted[name])
    if stale:
        found.save(update_fields=stale)
    return found


def integration_of(client_id: str) -> Integration:
    if client_id == settings.CLIENT_ID:
        return default_integration()
    try:
        return Integration.objects.get(client_id=client_id)
    except Integration.DoesNotExist as err:
        raise InvalidClient("invalid client_id parameter") from err


def authenticated(client_id: str, secret: str) -> Integration:
    """The integration whose secret this is. At this very description asset-compute-client tries its next secret."""
    found = integration_of(client_id)
    if not any(hmac.compare_digest(secret.encode(), known.encode()) for known in found.secrets):
        raise InvalidClient("invalid client_secret parameter")
    return found


def granted_scopes(integration: Integration, asked: str) -> list[str]:
    """Those of the asked scopes that the integration has; all of them when none is asked for."""
    names, own = split_scopes(asked), integration.scope_names()
    granted = [name for name in names if name in own] if names else own
    if not granted:
        raise InvalidScope("none of the requested scopes belongs to this client")
    return granted


def scopes_of_metascopes(integration: Integration, metascopes: list[str]) -> list[str]:
    """The scopes behind a JWT assertion's metascopes; those of the integration when it names none that is known."""
    known = [name for metascope in metascopes for name in METASCOPES.get(metascope, ())]
    return [*BASIC_SCOPES, *known] if known else integration.scope_names()


@dataclass(frozen=True)
class ServiceCredentials:
    """All that a developer needs for an integration file, in the shapes that Adobe's clients read."""

    org_id: str
    client_id: str
    client_secret: str
    scopes: list[str]
    metascopes: list[str]
    technical_account_id: str
    technical_account_email: str
    private_key: str
    public_key: str
    ims_url: str

    def oauth_json(self) -> dict[str, Any]:
        """OAuth server-to-server, as asset-compute-client takes it; devtool needs the last two keys."""
        return {
            "TYPE": "oauthservertoserver",
            "ORG_ID": self.org_id,
            "CLIENT_ID": self.client_id,
            "CLIENT_SECRETS": [self.client_secret],
            "SCOPES": self.scopes,
            "TECHNICAL_ACCOUNT_ID": self.technical_account_id,
            "TECHNICAL_ACCOUNT_EMAIL": self.technical_account_email,
            "imsEndpoint": self.ims_url,
            "technicalAccount": {"org": self.org_id},
        }

    def jwt_json(self) -> dict[str, Any]:
        """The integration object of the JWT flow (asset-compute-client, and its YAML file with the same keys)."""
        return {
            "imsEndpoint": self.ims_url,
            "metascopes": self.metascopes,
            "technicalAccount": {
                "id": self.technical_account_id,
                "org": self.org_id,
                "clientId": self.client_id,
                "clientSecret": self.client_secret,
                "privateKey": self.private_key,
            },
        }

    def console_json(self) -> dict[str, Any]:
        """The Developer Console's project download; the JWT's private key goes into a file of its own.

        asset-compute-client reads the first credential, asset-compute-devtool the `oauth_server_to_server` one.
        """
        credential = {
            "id": "1",
            "name": "AEMulator",
            "integration_type": "service",
            "jwt": {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "technical_account_email": self.technical_account_email,
                "technical_account_id": self.technical_account_id,
                "meta_scopes": self.metascopes,
            },
        }
        server_to_server = {
            "id": "2",
            "name": "AEMulator",
            "integration_type": "oauth_server_to_server",
            "oauth_server_to_server": {
                "client_id": self.client_id,
                "client_secrets": [self.client_secret],
                "technical_account_email": self.technical_account_email,
                "technical_account_id": self.technical_account_id,
                "scopes": self.scopes,
            },
        }
        org = {"id": "1", "name": "AEMulator", "ims_org_id": self.org_id}
        workspace = {"id": "1", "name": "Production", "details": {"credentials": [credential, server_to_server]}}
        return {"project": {"id": "1", "name": "AEMulator", "org": org, "workspace": workspace}}


def default_service_credentials() -> ServiceCredentials:
    """The default integration with its private key. Fixed by the settings and files kept in the data directory."""
    found, key = default_integration(), integration_key()
    return ServiceCredentials(
        org_id=found.org_id,
        client_id=found.client_id,
        client_secret=found.secrets[0],
        scopes=found.scope_names(),
        metascopes=list(METASCOPES),
        technical_account_id=found.technical_account_id,
        technical_account_email=found.technical_account_email,
        private_key=private_pem(key),
        public_key=public_pem(key),
        ims_url=settings.IMS_URL,
    )
