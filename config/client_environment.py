"""The environment block for Adobe's clients: printed at the start, by `manage.py env`, and at `/_aemulator/env`."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from config import certificates, credential_files
from identity.access import long_lived_access_token

PRELOAD: Path = settings.NODE_PRELOAD_FILE


def variables() -> dict[str, str]:
    """Name to value, in the order in which people read them. All fixed or kept in the data directory."""
    secrets = settings.DATA_DIR / "secrets"
    credential_files.write(secrets)
    return {
        "AEMULATOR_URL": settings.AEMULATOR_URL,
        "AEMULATOR_HTTPS_URL": settings.AEMULATOR_HTTPS_URL,
        "AEMULATOR_ASSET_COMPUTE_URL": settings.ASSET_COMPUTE_URL,
        "AEMULATOR_IMS_URL": settings.IMS_URL,
        "AEMULATOR_ORG_ID": settings.ORG_ID,
        "AEMULATOR_CLIENT_ID": settings.CLIENT_ID,
        "AEMULATOR_CLIENT_SECRET": settings.CLIENT_SECRET,
        "AEMULATOR_SCOPES": settings.SCOPES,
        "AEMULATOR_TECHNICAL_ACCOUNT_ID": settings.TECHNICAL_ACCOUNT_ID,
        "AEMULATOR_TECHNICAL_ACCOUNT_EMAIL": settings.TECHNICAL_ACCOUNT_EMAIL,
        "AEMULATOR_ACCESS_TOKEN": long_lived_access_token(),
        "AIO_RUNTIME_APIHOST": settings.RUNTIME_URL,
        "AIO_RUNTIME_NAMESPACE": settings.RUNTIME_NAMESPACE,
        "AIO_RUNTIME_AUTH": settings.RUNTIME_AUTH,
        "AZURE_STORAGE_CONNECTION_STRING": settings.AZURE_STORAGE_CONNECTION_STRING,
        **_developer_tool_storage(),
        "ASSET_COMPUTE_URL": settings.ASSET_COMPUTE_URL,
        "ASSET_COMPUTE_INTEGRATION_FILE_PATH": str(secrets / credential_files.CONSOLE),
        "ASSET_COMPUTE_PRIVATE_KEY_FILE_PATH": str(secrets / credential_files.PRIVATE_KEY),
        "NODE_EXTRA_CA_CERTS": str(certificates.authority_file(secrets)),
        "NODE_OPTIONS": node_options(PRELOAD),
    }


def _developer_tool_storage() -> dict[str, str]:
    """The same storage as asset-compute-devtool takes it; nothing for a connection string without a key."""
    parts = dict(part.split("=", 1) for part in settings.AZURE_STORAGE_CONNECTION_STRING.split(";") if "=" in part)
    if not parts.get("AccountName") or not parts.get("AccountKey"):
        return {}
    return {
        "AZURE_STORAGE_ACCOUNT": parts["AccountName"],
        "AZURE_STORAGE_KEY": parts["AccountKey"],
        "AZURE_STORAGE_CONTAINER_NAME": settings.DEVTOOL_CONTAINER,
    }


def for_shell(block: dict[str, str]) -> str:
    """Lines to `eval` in sh, bash, zsh."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in block.items())


def for_node(block: dict[str, str]) -> str:
    """Statements for a Node program: NODE_OPTIONS is read at the start of a process only, so it requires the file."""
    assign = f"Object.assign(process.env, {json.dumps(block, indent=2)});\n"
    return f"{assign}require({json.dumps(str(PRELOAD))});\n"


def for_python(block: dict[str, str]) -> str:
    return f"import os\n\nos.environ.update({json.dumps(block, indent=4)})\n"


def for_json(block: dict[str, str]) -> str:
    return json.dumps(block, indent=2) + "\n"


LANGUAGES: dict[str, Callable[[dict[str, str]], str]] = {
    "shell": for_shell,
    "node": for_node,
    "python": for_python,
    "json": for_json,
}


def node_options(preload: Path) -> str:
    """NODE_OPTIONS is split at spaces that are not within double quotes."""
    word = str(preload)
    if not any(character in word for character in ' "\\'):
        return f"--require {word}"
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'--require "{escaped}"'
