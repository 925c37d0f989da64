"""What a flow changed in the repository; pure.

The asset in step 1, each rendition and the cursor in step 7: its exchanges tell, since an answer of success says what
was done. Properties before and after: the repository said so when it was asked (`settling`).
"""

from collections.abc import Iterable
from urllib.parse import unquote

from flow.folding import Folded
from flow.reading import FlowRow, ms
from flow.seen import Seen
from flow.wire import Json

RENDITIONS = "jcr:content/renditions"
CONTENT = "jcr:content"


def of(row: FlowRow, folded: Folded, seen: Iterable[Seen]) -> list[Json]:
    if not row.path:
        return []
    found = [change for one in seen if one.ok for change in _made(row, folded, one)]
    if folded.state in {"done", "failed"} and folded.renditions:
        at = ms(folded.ended)
        found += [
            _created(7, f"{row.path}/{CONTENT}/dam:failedRenditions/{one.name}", at, {"reason": one.reason})
            for one in folded.renditions.values()
            if one.state == "failed"
        ]
    found += [dict(change) for change in folded.changes]
    return sorted(found, key=lambda change: change["at"] or 0)


def _made(row: FlowRow, folded: Folded, one: Seen) -> Iterable[Json]:
    if any(file["path"] == row.path for file in one.facts.get("completed", ())):
        after = {"jcr:uuid": row.asset, "jcr:mimeType": row.mime}
        yield _created(1, row.path, ms(one.ended), after)
        yield _created(1, f"{row.path}/{RENDITIONS}/original", ms(one.ended))
    rendition = folded.renditions.get(one.rendition)
    if one.step == 7 and "committed" in one.facts and rendition and rendition.state == "attached":
        path = f"{row.path}/{RENDITIONS}/{one.rendition}"
        yield _created(7, path, ms(one.ended), {"blob": unquote(one.path)})
    if one.facts.get("page"):
        yield {
            "step": 7,
            "kind": "cursor",
            "path": "",
            "before": one.facts.get("since", ""),
            "after": one.facts["page"][-1]["position"],
            "at": ms(one.ended),
        }


def _created(step: int, path: str, at: float | None, after: Json | None = None) -> Json:
    return {"step": step, "kind": "created", "path": path, "before": None, "after": after, "at": at}
