"""Flows that were opened from a file: one row each, read-only."""

import os
import time
from typing import Final

from contract import jsontext
from dbthreads import sql
from flow.wire import Json

MARK: Final = "o"


def new_id() -> str:
    """Sorts by time, as those of recorded flows do."""
    return f"{int(time.time() * 1000):011x}{os.urandom(1).hex()}{MARK}"


def save(flow: str, read: Json) -> None:
    shown = read["flow"]
    text = jsontext.dumps(read)
    texts = [str(shown["title"])[:255], str(shown["path"]), str(shown.get("mime") or "")[:255]]
    sql.execute(
        "INSERT INTO flow_flow (id, kind, title, path, mime, asset, profile, started, touched, weight, stale, state,"
        " digest, settled, content) VALUES (%s, 'opened', %s, %s, %s, '', '', %s, %s, %s, %s, %s, %s, '', %s)",
        [
            *(flow, *texts, shown["started"] / 1000, time.time(), len(text), False, str(shown["state"])[:8]),
            *(jsontext.dumps(shown), text),
        ],
    )


def flow(content: str) -> Json:
    """All but the messages."""
    return {name: part for name, part in jsontext.loads(content).items() if name != "messages"}


def messages(flow_id: str) -> dict[str, Json]:
    """Headers and bodies of its exchanges, by id; none for a recorded flow."""
    rows = sql.rows("SELECT content FROM flow_flow WHERE id = %s AND kind = 'opened'", [flow_id])
    return dict(jsontext.loads(rows[0][0])["messages"]) if rows else {}


def exchange(exchange_id: str) -> Json | None:
    """`<flow>-<number>`."""
    found = messages(exchange_id.rpartition("-")[0]).get(exchange_id)
    return {**found, "curl": ""} if found else None
