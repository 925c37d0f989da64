"""To which flow an exchange belongs, and what it says of it: from the wire alone; pure.

A flow is known by keys. `clues` reads an exchange: the keys that it is found by, in the order of trust; those by which
later exchanges will be found; and the flow that it opens when none of its keys is known.

| Key | Defined by | Seeks it |
|---|---|---|
| `token:` | the answer of initiateUpload | completeUpload |
| `blob:` | initiateUpload (the original), `/process` (a rendition) | every request for that blob |
| `awaiting:` | initiateUpload; taken by the first job | `/process`, by the blob of its source |
| `of:` | `/process`: asset and generation | a job that asks again |
| `request:`, `activation:` | `/process` | calls of workers, events, pages of the journal |
| `signature:` | `/process`: the hash of its source's signature, which tells jobs on one source apart | reads of it |
| `cause:` | a write that the repository makes on behalf of a request | that request |
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from contract import jsontext
from contract.texts import clean, is_clean
from flow import relevance
from flow.captured import Captured
from probes.names import CORE_WORKER, CUSTOM_WORKER

UPLOAD: Final = "upload"
REPROCESS: Final = "reprocess"
ASSET_COMPUTE: Final = "asset-compute"
_FILE_NAME: Final = re.compile(rb'name="fileName"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n([^\r\n]{1,255})')
Json = dict[str, Any]


@dataclass(frozen=True)
class Key:
    key: str
    rendition: str = ""


def request_key(request_id: str) -> str:
    return f"request:{clean(request_id)}"[:255]


@dataclass(frozen=True)
class Opening:
    """A flow that begins, and its keys."""

    kind: str
    title: str
    path: str = ""
    mime: str = ""
    asset: str = ""
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Clues:
    """`seeks`: the first that is known decides. `shares`: each flow that is known by one of these has part in it."""

    step: int
    seeks: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    opens: tuple[Opening, ...] = ()
    defines: tuple[Key, ...] = ()
    takes: tuple[str, ...] = ()
    """Keys that are no more once this exchange was found by them."""
    rendition: str = ""
    facts: Json = field(default_factory=dict)
    receiver: str = ""
    """If the exchange tells better than its address whom it was for."""


def clues(exchange: Captured) -> Clues:
    read = _READERS.get(exchange.receiver)
    try:
        return _cleaned(read(exchange)) if read else Clues(0)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return Clues(0)  # a body of any other shape tells nothing


def _cleaned(found: Clues) -> Clues:
    """With keys that every database takes. Nearly all are so from the start."""
    keys = [*found.defines, *(key for one in found.opens for key in one.keys)]
    if is_clean("".join([*found.seeks, *found.shares, *found.takes, *(f"{k.key}{k.rendition}" for k in keys)])):
        return found if is_clean(found.rendition) else replace(found, rendition=clean(found.rendition))
    opens = tuple(replace(one, keys=_clean_keys(one.keys)) for one in found.opens)
    return replace(
        found,
        seeks=tuple(map(clean, found.seeks)),
        shares=tuple(map(clean, found.shares)),
        takes=tuple(map(clean, found.takes)),
        defines=_clean_keys(found.defines),
        opens=opens,
        rendition=clean(found.rendition),
    )


def _clean_keys(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    return tuple(Key(clean(one.key), clean(one.rendition)) for one in keys)


# --- the repository ---------------------------------------------------------------------------------------------------


def _repository(exchange: Captured) -> Clues:
    found: Clues
    if exchange.path.endswith(".initiateUpload.json"):
        found = _initiate(exchange)
    elif exchange.path.endswith(".completeUpload.json"):
        found = _complete(exchange)
    elif exchange.path == "/bin/asynccommand":
        found = _command(exchange)
    else:
        found = _upload_in_one(exchange)
    return found


def _initiate(exchange: Captured) -> Clues:
    folder = exchange.path.removesuffix(".initiateUpload.json")
    if not exchange.is_success:
        names = _form(exchange).get("fileName", ["?"])
        refused = tuple(Opening(UPLOAD, name, f"{folder}/{name}") for name in names[:50])
        return Clues(1, opens=refused, facts={"refused": _words(exchange)})
    answer = _json(exchange.response.kept)
    folder = str(answer["folderPath"])
    return Clues(1, opens=tuple(_file(folder, file) for file in answer["files"]))


def _file(folder: str, file: Json) -> Opening:
    name, blob = str(file["fileName"]), blob_of(str(file["uploadURIs"][0]))
    path = f"{folder}/{name}"
    keys = (f"token:{digest(str(file['uploadToken']))}", f"path:{path}"[:255], f"blob:{blob}", f"awaiting:{blob}")
    return Opening(UPLOAD, name, path, str(file.get("mimeType", "")), keys=tuple(map(Key, keys)))


def _complete(exchange: Captured) -> Clues:
    form = _form(exchange)
    folder = exchange.path.removesuffix(".completeUpload.json")
    names, tokens = form.get("fileName", []), form.get("uploadToken", [])
    seeks = [f"token:{digest(token)}" for token in tokens] or [f"path:{folder}/{name}"[:255] for name in names]
    if not exchange.is_success:
        return Clues(1, shares=tuple(seeks), facts={"refused": _words(exchange)})
    files = [
        {"path": str(file["path"]), "asset": str(file.get("assetId", "")).rpartition(":")[2]}
        for file in _json(exchange.response.kept)["files"]
    ]
    if not tokens:
        seeks = [f"path:{file['path']}"[:255] for file in files]
    return Clues(1, shares=tuple(seeks), facts={"completed": files})


def _command(exchange: Captured) -> Clues:
    form = _form(exchange)
    if form.get("operation", [""])[0] != "PROCESS":
        return Clues(0)
    return Clues(1, facts={"reprocess": form.get("asset", form.get("path", []))})


def _upload_in_one(exchange: Captured) -> Clues:
    path = _asset_path(exchange)
    renamed = {"path": path, "title": path.rpartition("/")[2]} if path else {}
    return Clues(1, seeks=(f"cause:{exchange.id}",), facts={"named": renamed} if renamed else {})


def _asset_path(exchange: Captured) -> str:
    """Of the servlet's form, as far as it was kept."""
    folder = exchange.path.removesuffix(".createasset.html")
    name = _FILE_NAME.search(exchange.request.kept)
    return f"{folder}/{name[1].decode('utf-8', 'replace')}" if name else ""


# --- the blob storage -------------------------------------------------------------------------------------------------


def _blobstore(exchange: Captured) -> Clues:
    blob = _named(exchange.path)
    keys = [f"activation:{activation}"] if (activation := exchange.sender_facts.get("activation")) else []
    if signature := exchange.parameter("sig"):
        keys.append(f"signature:{digest(signature)}")
    by_blob = f"blob:{blob}"
    because = exchange.sender_facts.get("cause", "")
    if exchange.sender == relevance.REPOSITORY:
        return _kept_by_repository(exchange, blob, because)
    if exchange.method == "PUT":  # each rendition has a blob of its own: that says more than whose work it is
        return Clues(5, seeks=(by_blob, *keys), facts=_stored(exchange))
    # Whoever else reads a blob, by a signature that no job brought, looks at it: that is no part of a flow.
    is_work = exchange.sender in {CORE_WORKER, CUSTOM_WORKER}
    return Clues(4, seeks=(*keys, by_blob) if is_work else tuple(keys))


def _kept_by_repository(exchange: Captured, blob: str, because: str) -> Clues:
    """Blocks are listed and committed, by whole uploads also stored: of the original in step 1, of a rendition in 7."""
    facts = _stored(exchange) if exchange.method == "PUT" else {}
    if not because or exchange.method != "PUT":
        return Clues(7, seeks=(f"blob:{blob}",), facts=facts)
    keys = (f"cause:{because}", f"blob:{blob}", f"awaiting:{blob}")
    opened = Opening(UPLOAD, blob.rpartition("/")[2], keys=tuple(map(Key, keys)))
    return Clues(7, seeks=(f"blob:{blob}", f"cause:{because}"), opens=(opened,), facts=facts)


def _stored(exchange: Captured) -> Json:
    ok = exchange.is_success
    what = "committed" if exchange.sender == relevance.REPOSITORY else "stored"
    return {what: exchange.request.size} if ok else {"refused": _words(exchange)}


# --- Asset Compute and its workers ------------------------------------------------------------------------------------


def _compute(exchange: Captured) -> Clues:
    if not exchange.path.endswith("/process"):  # a service elsewhere may be below a path of its own
        return Clues(2, facts={} if exchange.is_success else {"refused": _words(exchange)})
    answer = _json(exchange.response.kept) if exchange.is_success else {}
    request_id = exchange.request.header("x-request-id") or str(answer.get("requestId", ""))
    by_request = request_key(request_id)
    job = _json(exchange.request.kept) if exchange.request.is_whole else {}
    if not isinstance(job, dict) or not isinstance(job.get("renditions"), list):
        return Clues(2, seeks=(by_request,), facts={"refused": _words(exchange)})
    return _job(exchange, job, request_id, str(answer.get("activationId") or ""))


def _job(exchange: Captured, job: Json, request_id: str, activation: str) -> Clues:
    source = {"url": job.get("source")} if isinstance(job.get("source"), str) else job.get("source") or {}
    url = str(source.get("url") or "")
    identity = (job.get("userData") or {}).get("aem") if isinstance(job.get("userData"), dict) else None
    names = rendition_names(job["renditions"])
    blob = blob_of(url)
    known = [request_key(request_id)]
    own = [Key(request_key(request_id)), Key(f"signature:{digest(_signature(url))}")]
    own += [Key(f"activation:{activation}"[:255])] if activation else []
    own += [Key(f"blob:{blob_of(target)}", name) for name, target in zip(names, _targets(job), strict=True) if target]
    asset, generation = "", 0
    if isinstance(identity, dict):
        asset, generation = str(identity.get("asset", "")), int(identity.get("generation") or 0)
        of = f"of:{asset}:{generation}"
        known += [of, f"awaiting:{blob}"]
        own.append(Key(of))
        kind = UPLOAD if generation <= 1 else REPROCESS
    else:
        own.append(Key(f"blob:{blob}"))
        kind = ASSET_COMPUTE
    name = str(source.get("name") or unquote(urlsplit(url).path.rpartition("/")[2]) or "data")[:255]
    opening = Opening(kind, name, mime=str(source.get("mimetype") or ""), asset=asset, keys=tuple(own))
    facts: Json = {
        "job": {
            "request": request_id,
            "activation": activation,
            "asset": asset,
            "generation": generation,
            "name": name,
            "path": unquote(exchange.sender_facts.get("path", "")),
            "profile": unquote(exchange.sender_facts.get("profile", "")),
            "mime": opening.mime,
            "renditions": [
                {"name": name, "worker": str(entry.get("worker") or ""), "fmt": str(entry.get("fmt") or "")}
                for name, entry in zip(names, job["renditions"], strict=True)
            ],
        }
    }
    if not exchange.is_success:
        facts["refused"] = _words(exchange)
    return Clues(2, seeks=tuple(known), opens=(opening,), defines=tuple(own), takes=(f"awaiting:{blob}",), facts=facts)


def rendition_names(renditions: Iterable[Any]) -> list[str]:
    """Their names, made unique: clients need not give any."""
    names: list[str] = []
    for index, entry in enumerate(renditions):
        name = str((entry or {}).get("name") or f"rendition {index}")[:200]
        names.append(name if name not in names else f"{name} ({index})")
    return names


def _targets(job: Json) -> list[str]:
    found = []
    for entry in job["renditions"]:
        target = (entry or {}).get("target")
        urls = target.get("urls") if isinstance(target, dict) else [target]
        found.append(str(urls[0]) if isinstance(urls, list) and urls and urls[0] else "")
    return found


def _worker(exchange: Captured) -> Clues:
    """The service calls a custom worker, by the job's request id."""
    request_id = exchange.request.header("x-request-id")
    facts: Json = {} if exchange.is_success else {"refused": _words(exchange)}
    names: list[str] = []
    defines: tuple[Key, ...] = ()
    if exchange.request.is_whole and exchange.request.media_type == "application/json":
        body = _json(exchange.request.kept)
        names = rendition_names(body.get("renditions") or [])
        facts["called"] = names
    activation = exchange.response.header("x-openwhisk-activation-id")
    if not activation and exchange.is_success and "json" in exchange.response.media_type:
        activation = str(_json(exchange.response.kept).get("activationId") or "")
    if activation:
        defines = (Key(f"activation:{activation}"[:255]),)
        facts["activation"] = activation
    rendition = names[0] if len(names) == 1 else ""
    return Clues(4, seeks=(request_key(request_id),), defines=defines, rendition=rendition, facts=facts)


def _external(exchange: Captured) -> Clues:
    """A worker asks somebody else."""
    activation, request_id = exchange.sender_facts.get("activation"), exchange.sender_facts.get("request")
    seeks = [request_key(request_id)] if request_id else []
    seeks += [f"activation:{activation}"[:255]] if activation else []
    return Clues(5, seeks=tuple(seeks))


# --- I/O Events -------------------------------------------------------------------------------------------------------


def _events(exchange: Captured) -> Clues:
    if exchange.method == "GET":
        return _page(exchange)
    if exchange.path == "/events/expectations":
        return Clues(4, seeks=(f"activation:{_json(exchange.request.kept)['group']}"[:255],))
    fields = _json(exchange.request.kept)
    event = fields["event"]
    event = jsontext.loads(_from_base64(event)) if isinstance(event, str) else event
    told = _told(event)
    event_id = exchange.request.header("x-event-id")
    seeks = (request_key(told["request"]), f"activation:{event_id.rpartition('-')[0]}"[:255])
    facts = {"event": told} if exchange.is_success else {"event": told, "refused": _words(exchange)}
    return Clues(6, seeks=seeks, rendition=told["rendition"], facts=facts)


def _page(exchange: Captured) -> Clues:
    """A page has part in every flow of which it has an event; the repository reads for its own, others for theirs."""
    if not exchange.is_success:
        return Clues(7, facts={"refused": _words(exchange)})
    entries = [
        {"position": str(entry["position"]), **_told(entry["event"])}
        for entry in _json(exchange.response.kept)["events"]
        if isinstance(entry.get("event"), dict)
    ]
    mine = [entry for entry in entries if entry["aem"] == (exchange.sender == relevance.REPOSITORY)]
    shares = tuple(dict.fromkeys(request_key(entry["request"]) for entry in mine if entry["request"]))
    facts: Json = {"page": mine, "since": exchange.parameter("since")}
    if exchange.polls:
        facts["polls"] = exchange.polls
    return Clues(7, shares=shares, facts=facts)


def _told(event: Json) -> Json:
    """What a rendition event says."""
    rendition = event.get("rendition") if isinstance(event.get("rendition"), dict) else {}
    user_data = rendition.get("userData") if isinstance(rendition, dict) else None
    metadata = event.get("metadata") if isinstance(event.get("metadata"), dict) else {}
    aem = isinstance(user_data, dict) and isinstance(user_data.get("aem"), dict)
    return {
        "request": str(event.get("requestId") or ""),
        "rendition": str((rendition or {}).get("name") or "")[:200],
        "aem": aem,
        "type": str(event.get("type") or ""),
        "reason": str(event.get("errorReason") or ""),
        "message": str(event.get("errorMessage") or "")[:500],
        "size": (metadata or {}).get("repo:size"),
        "activations": [str(one) for one in event.get("activationIds") or []][:4],
    }


# --- parts ------------------------------------------------------------------------------------------------------------


def blob_of(url: str) -> str:
    """What names a blob, whatever the host by which it is reached: the path, without the query."""
    return _named(unquote(urlsplit(url).path))


def _named(path: str) -> str:
    return path if len(path) <= 240 else f"#{digest(path)}"


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:24]


def _signature(url: str) -> str:
    return next(iter(parse_qs(urlsplit(url).query).get("sig", [])), "") or url


def _json(body: bytes) -> Any:
    return jsontext.loads(body)


def _form(exchange: Captured) -> dict[str, list[str]]:
    if exchange.request.media_type != "application/x-www-form-urlencoded":
        return {}
    return parse_qs(exchange.request.kept.decode("utf-8", "replace"))


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error as err:
        raise ValueError("not base64") from err


def _words(exchange: Captured) -> str:
    """Why it came to nothing, in one line."""
    if exchange.status is None:
        return exchange.error or "no answer"
    text = " ".join(exchange.response.kept[:2000].decode("utf-8", "replace").split())[:300]
    return f"{exchange.status} {text}".strip()


_READERS: Final[Mapping[str, Callable[[Captured], Clues]]] = {
    relevance.REPOSITORY: _repository,
    relevance.BLOBSTORE: _blobstore,
    relevance.COMPUTE: _compute,
    relevance.RUNTIME: _worker,
    relevance.EVENTS: _events,
    "external": _external,
}


# --- finding ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """To which flows an exchange belongs, what it opens, and the keys that are new: (key, flow)."""

    flows: tuple[str, ...]
    opened: tuple[tuple[str, Opening], ...] = ()
    keys: tuple[tuple[Key, str], ...] = ()
    gone: tuple[str, ...] = ()
    step: int = 0
    rendition: str = ""
    is_missing: bool = False
    """It names a flow that is not known (yet)."""


def find(hints: Clues, known: Mapping[str, tuple[str, str]], new_id: Callable[[], str]) -> Found:
    """`known`: flow and rendition by key."""
    if hints.shares:
        parts = tuple(dict.fromkeys(known[key][0] for key in hints.shares if key in known))
        is_missing = any(key not in known for key in hints.shares)
        return Found(parts, step=hints.step, rendition=hints.rendition, is_missing=is_missing)
    for key in hints.seeks:
        if key in known:
            flow, rendition = known[key]
            gone = tuple(taken for taken in hints.takes if taken in known)
            named = rendition or hints.rendition
            keys = tuple((key, flow) for key in hints.defines)
            return Found((flow,), keys=keys, gone=gone, step=_step(hints, key, rendition), rendition=named)
    opened = tuple((new_id(), opening) for opening in hints.opens)
    keys = tuple((key, flow) for flow, opening in opened for key in opening.keys)
    flows = tuple(flow for flow, _ in opened)
    step = 1 if hints.step == 7 and opened else hints.step
    return Found(flows, opened, keys, (), step, hints.rendition, is_missing=bool(hints.seeks) and not opened)


def _step(hints: Clues, key: str, rendition: str) -> int:
    """A blob is stored in step 1 when it is the original, in 5 and 7 when it is a rendition."""
    by_blob = key.startswith(("blob:", "cause:"))
    if hints.step in {5, 7} and by_blob and not rendition:
        return 1
    return 0 if hints.step == 4 and by_blob and rendition else hints.step  # somebody looks at a finished rendition
