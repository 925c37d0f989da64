"""A flow as a HAR 1.2 file with everything of it, and such a file read again; pure.

The exchanges are HAR entries, which any viewer of HAR shows. What HAR has no word for is in fields whose names begin
with `_`, as its specification asks: `_flow`, `_steps`, `_renditions`, `_spans`, `_changes`, `_journal` of the log, and
`_exchange` of an entry.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from flow.wire import Json, WrongField

VERSION: Final = "1.2"
CREATOR: Final = "AEMulator"
MAX_BYTES: Final = 32 * 1024 * 1024
MAX_ENTRIES: Final = 2000
MAX_SPANS: Final = 10_000
MAX_TEXT: Final = 200_000
PARTS: Final = ("steps", "renditions", "spans", "changes", "journal")


def written(told: Json, messages: dict[str, Json], version: str) -> Json:
    """`told`: a flow as the JSON interface has it; `messages`: its exchanges with headers and bodies, by id."""
    return {
        "log": {
            "version": VERSION,
            "creator": {"name": CREATOR, "version": version},
            "pages": [
                {
                    "startedDateTime": _iso(told["flow"]["started"]),
                    "id": told["flow"]["id"],
                    "title": told["flow"]["path"] or told["flow"]["title"],
                    "pageTimings": {"onContentLoad": -1, "onLoad": -1},
                }
            ],
            "entries": [_entry(one, messages[one["id"]], told["flow"]["id"]) for one in told["exchanges"]],
            "_flow": told["flow"],
            **{f"_{part}": told[part] for part in PARTS},
        }
    }


def _entry(summary: Json, message: Json, page: str) -> Json:
    waited = summary["ttfb_ms"] if summary["ttfb_ms"] is not None else summary["ms"]
    return {
        "pageref": page,
        "startedDateTime": _iso(summary["started"]),
        "time": summary["ms"],
        "request": {
            "method": summary["method"],
            "url": summary["url"],
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(message["request"]["headers"]),
            "queryString": _pairs(parse_qsl(urlsplit(summary["url"]).query, keep_blank_values=True)),
            "headersSize": -1,
            "bodySize": summary["request_bytes"],
            **_post_data(message["request"]),
        },
        "response": {
            "status": summary["status"] or 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(message["response"]["headers"]),
            "content": _content(message["response"]),
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": summary["response_bytes"],
        },
        "cache": {},
        "timings": {"send": 0, "wait": waited, "receive": max(0.0, summary["ms"] - waited)},
        "_exchange": {**summary, "request": message["request"], "response": message["response"]},
    }


def _post_data(half: Json) -> Json:
    if half["body"]["kind"] == "none":
        return {}
    text = half["body"].get("text", "")
    return {"postData": {"mimeType": _type(half), "text": text, "params": []}}


def _content(half: Json) -> Json:
    content: Json = {"size": half["body"]["size"], "mimeType": _type(half)}
    body = half["body"]
    if "data" in body:
        return {**content, "text": body["data"].partition(",")[2], "encoding": "base64"}
    return {**content, "text": body["text"]} if "text" in body else content


def _type(half: Json) -> str:
    return next(
        (value for name, value in half["headers"] if name.lower() == "content-type"), "application/octet-stream"
    )


def _pairs(pairs: Iterable[Sequence[str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in pairs]


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(content: Any, flow_id: str) -> Json:
    """The flow of a file that `written` made, under an id of its own, and its exchanges in full. WrongField."""
    log = _get(content, "log", dict)
    if log.get("version") != VERSION or "_flow" not in log:
        raise WrongField("this is not a HAR 1.2 file with a flow of AEMulator's")
    entries = _get(log, "entries", list)
    if len(entries) > MAX_ENTRIES or len(_get(log, "_spans", list)) > MAX_SPANS:
        raise WrongField(f"the file has more than {MAX_ENTRIES} exchanges or {MAX_SPANS} spans")
    _check_depth(log)
    exchanges = {f"{flow_id}-{number}": _exchange(entry) for number, entry in enumerate(entries)}
    renamed = {found["id"]: new for new, found in exchanges.items()}
    told: Json = {part: _renamed(_get(log, f"_{part}", list), renamed) for part in PARTS}
    flow = _get(log, "_flow", dict)
    for name, kinds in {"started": int | float, "title": str, "path": str, "state": str, "counts": dict}.items():
        if not isinstance(flow.get(name), kinds):
            raise WrongField(f"_flow.{name} is missing or of another kind")
    _check_spans(told["spans"])
    told["flow"] = {**flow, "id": flow_id, "kind": "opened"}
    told["exchanges"] = [
        {
            **{name: value for name, value in found.items() if name not in {"request", "response"}},
            "id": new,
            "flow": flow_id,
        }
        for new, found in exchanges.items()
    ]
    messages = {new: {**found, "id": new, "flow": flow_id, "flows": [flow_id]} for new, found in exchanges.items()}
    return {**told, "messages": messages}


def _exchange(entry: Any) -> Json:
    found: Json = _get(entry, "_exchange", dict)
    for name in ("id", "from", "to", "method", "url", "path", "summary"):
        if not isinstance(found.get(name), str):
            raise WrongField(f"_exchange.{name} is missing or no text")
    for name in ("started", "ms"):
        _check_number(found.get(name), f"_exchange.{name}")
    for name in ("request", "response"):
        half = _get(found, name, dict)
        _get(half, "headers", list)
        body = _get(half, "body", dict)
        if not str(body.get("data", "data:image/")).startswith("data:image/"):
            raise WrongField("a picture must be a data: URL of an image")
    return found


def _check_spans(spans: list[Any]) -> None:
    for span in spans:
        if not isinstance(span, dict) or not isinstance(span.get("id"), str) or not isinstance(span.get("name"), str):
            raise WrongField("a span has no id or no name")
        _check_number(span.get("started"), "_spans.started")
        if span.get("ended") is not None:
            _check_number(span["ended"], "_spans.ended")


def _check_number(value: Any, name: str) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value < 1e15:
        raise WrongField(f"{name} is missing or no number")


def _check_depth(value: Any) -> None:
    """Nothing of ours is nested deeper."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > 24:
            raise WrongField("the file is nested too deep")
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """With the new ids in the lists and fields that refer to exchanges."""
    if isinstance(value, dict):
        return {
            key: names.get(one, one) if key == "exchange" and isinstance(one, str) else _renamed(one, names)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [names.get(one, one) if isinstance(one, str) else _renamed(one, names) for one in value]
    return value


def _get(holder: Any, name: str, kind: type) -> Any:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, kind):
        raise WrongField(f"{name} is missing or of another kind")
    return value
