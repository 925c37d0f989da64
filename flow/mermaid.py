"""A flow as a Mermaid sequence diagram; pure."""

from collections.abc import Sequence
from typing import Final

from flow.wire import Json

PARTIES: Final = {
    "browser": "Browser",
    "client": "Client",
    "repository": "AEM Assets",
    "blobstore": "Azure Blob storage",
    "compute": "Asset Compute",
    "core-worker": "Core worker",
    "custom-worker": "Custom worker",
    "events": "I/O Events",
    "identity": "IMS",
    "external": "External service",
}


def diagram(told: Json) -> str:
    """The exchanges in their order; those that are alike and follow each other in one arrow."""
    exchanges: Sequence[Json] = sorted(told["exchanges"], key=lambda one: one["started"])
    used = {party for one in exchanges for party in (one["from"], one["to"])}
    lines = ["sequenceDiagram", f"    title {_text(told['flow']['path'] or told['flow']['title'])}"]
    lines += [f"    participant {_id(party)} as {name}" for party, name in PARTIES.items() if party in used]
    lines += [f"    participant {_id(party)} as {_text(party)}" for party in sorted(used - PARTIES.keys())]
    step = 0
    for one in exchanges:
        if one["step"] and one["step"] != step:
            step = one["step"]
            lines.append(f"    Note over {_id(one['from'])},{_id(one['to'])}: Step {step}")
        lines.append(f"    {_id(one['from'])}->>{_id(one['to'])}: {one['method']} {_text(one['summary'])}")
        arrow = "-->>" if _is_ok(one) else "--x"
        lines.append(f"    {_id(one['to'])}{arrow}{_id(one['from'])}: {_text(_answer(one))}")
    return "\n".join(lines) + "\n"


def _answer(one: Json) -> str:
    status = one["status"] if one["status"] is not None else one["error"] or "no answer"
    fault = f" (fault: {one['fault']})" if one["fault"] else ""
    return f"{status} after {one['ms']:.0f} ms{fault}"


def _is_ok(one: Json) -> bool:
    return one["status"] is not None and one["status"] < 400 and not one["error"]


def _id(party: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in party) or "_"


def _text(text: str) -> str:
    """Without what Mermaid takes for an end of line or a comment."""
    return " ".join(str(text).replace(";", ",").replace("%%", "%").replace("#", "").split())[:120]
