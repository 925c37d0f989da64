"""What actions ask of other servers, told to whoever records the exchanges of this one."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from probes import names
from probes.exchanges import Told, teller

_SECRET = re.compile(r"auth|cookie|key|secret|signature|token", re.IGNORECASE)
log = logging.getLogger(__name__)


def tell(exchange: dict[str, Any], request_id: str) -> None:
    """`exchange` as runtime/node/exchanges.cjs says it; `request_id` is what the activation works for."""
    try:
        told = Told(
            party=names.CUSTOM_WORKER,
            to=names.EXTERNAL,
            method=str(exchange["method"]),
            url=str(exchange["url"]),
            started=float(exchange["started"]),
            ended=float(exchange["ended"]),
            first_byte=exchange.get("first_byte"),
            status=exchange.get("status"),
            error=str(exchange.get("error", "")),
            request_headers=_without_secrets(exchange.get("request_headers") or {}),
            response_headers=_without_secrets(exchange.get("response_headers") or {}),
            sizes=(int(exchange["sizes"][0]), int(exchange["sizes"][1])),
            facts={"activation": str(exchange["activation"]), "request": request_id},
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as err:
        log.warning("An exchange of an action cannot be told: %s", err)
    else:
        teller.tell(told)


def _without_secrets(headers: Mapping[str, Any]) -> dict[str, str]:
    """Whose keys these are is not for us to know: what sounds like one is left out."""
    return {name: "redacted" if _SECRET.search(name) else str(value) for name, value in headers.items()}
