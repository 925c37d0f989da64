"""Names of the parties, and of the header by which our own clients introduce themselves; pure.

`x-aemulator-from: <party>[;activation=<id>][;cause=<exchange>][;purpose=<word>]`. It goes to this server only: other
servers have no use for it.
"""

from collections.abc import Mapping
from typing import Final

HEADER: Final = "x-aemulator-from"
REPOSITORY: Final = "repository"
BLOBSTORE: Final = "blobstore"
COMPUTE: Final = "compute"
CORE_WORKER: Final = "core-worker"
CUSTOM_WORKER: Final = "custom-worker"
EVENTS: Final = "events"
IDENTITY: Final = "identity"
EXTERNAL: Final = "external"


def header(party: str, **facts: str) -> str:
    return ";".join([party, *(f"{name}={value}" for name, value in facts.items() if value)])


def parsed(value: str) -> tuple[str, Mapping[str, str]]:
    """Party and facts of a header's value."""
    party, *pairs = value.split(";")
    facts = (pair.partition("=") for pair in pairs[:8])
    return party.strip()[:16], {name.strip(): fact.strip() for name, _, fact in facts}
