"""JSON for people to read: indented, with the signatures of signed URLs left out. Pure."""

import json
import re
from typing import Any, Final

_SIGNATURE: Final = re.compile(r"([?&]sig=)[^&\"\s]+")
LONGEST: Final = 200_000  # characters that are shown


def pretty_json(value: Any) -> str:
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except RecursionError:
        return "… nested too deep to be shown"


def redacted_json(value: Any) -> str:
    text = pretty_json(value)
    return _SIGNATURE.sub(r"\1…", text if len(text) <= LONGEST else f"{text[:LONGEST]}\n…")
