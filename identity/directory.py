"""What the IMS tells about the account behind a token: its organizations and its profile."""

from typing import Any

from identity.integrations import integration_of
from identity.tokens import Claims


def organizations(claims: Claims) -> list[dict[str, Any]]:
    """Answer `/ims/organizations/v6`."""
    ident, _, source = str(claims["org"]).partition("@")
    group = {"groupName": "default", "role": "TEAM_MEMBER", "ident": 1, "groupType": "SYSTEM_ADMIN_GROUP"}
    organization = {
        "orgName": integration_of(claims["client_id"]).name,
        "orgRef": {"ident": ident, "authSrc": source},
        "orgType": "Enterprise",
        "countryCode": "US",
        "groups": [group],
    }
    return [organization]


def profile(claims: Claims) -> dict[str, Any]:
    """Answer `/ims/profile/v1` and `/ims/userinfo`: the technical account."""
    integration = integration_of(claims["client_id"])
    return {
        "sub": claims["user_id"],
        "userId": claims["user_id"],
        "name": integration.name,
        "displayName": integration.name,
        "email": integration.technical_account_email,
        "emailVerified": "true",
        "account_type": "type3",
        "authId": claims["user_id"],
        "ownerOrg": integration.org_id,
        "countryCode": "US",
    }
