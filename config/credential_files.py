"""The files of a Developer Console project, in every shape that Adobe's clients read, kept up to date in `secrets/`.

| File | Read by |
|---|---|
| console.json, private.key | asset-compute-client (JWT), asset-compute-devtool and aio (OAuth), with the preload file |
| integration.yaml | asset-compute-client, OAuth server-to-server; it names the IMS, so needs no preload file |
| integration.json | the same, with the option `imsEndpoint` |
| integration-jwt.yaml | asset-compute-client with a signed JWT; names the IMS |
"""

import json
from collections.abc import Mapping
from pathlib import Path

from identity.integrations import ServiceCredentials, default_service_credentials
from identity.keys import keep_private

YAML_HEAD = "# YAML, not JSON: only from YAML do Adobe's clients read where the IMS is.\n"
CONSOLE, PRIVATE_KEY = "console.json", "private.key"


def write(secrets: Path) -> None:
    """Write what is missing or out of date: the IMS may have moved to another port."""
    secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in _contents(default_service_credentials()).items():
        file = secrets / name
        if file.exists() and file.read_text() == content:
            continue
        file.unlink(missing_ok=True)
        keep_private(file, content)


def _contents(credentials: ServiceCredentials) -> dict[str, str]:
    return {
        # Of both kinds at once: `AssetComputeClient.create` looks for the JWT's keys in it too.
        "integration.yaml": _yaml({**credentials.oauth_json(), **credentials.jwt_json()}),
        "integration.json": json.dumps(credentials.oauth_json(), indent=2),
        "integration-jwt.yaml": _yaml(credentials.jwt_json()),
        CONSOLE: json.dumps(credentials.console_json(), indent=2),
        PRIVATE_KEY: credentials.private_key,
    }


def _yaml(content: Mapping[str, object]) -> str:
    """JSON is YAML, and the first line keeps it from being JSON."""
    return YAML_HEAD + json.dumps(content, indent=2) + "\n"
