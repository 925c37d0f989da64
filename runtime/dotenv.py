"""The `.env` file of an App Builder project, and the `$NAME` references of a manifest to it. Pure."""

import re
from collections.abc import Mapping
from typing import Any

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*
        (?:'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)"|(?P<bare>[^#\r\n]*))""",
    re.MULTILINE | re.VERBOSE,
)
_REFERENCE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*))")


def parse(text: str) -> dict[str, str]:
    """Names and values. Quotes are taken off; within double quotes `\\n` is a line break."""
    found: dict[str, str] = {}
    for line in _LINE.finditer(text):
        if line["single"] is not None:
            value = line["single"]
        elif line["double"] is not None:
            value = line["double"].replace("\\n", "\n").replace('\\"', '"')
        else:
            value = line["bare"].strip()
        found[line["name"]] = value
    return found


def substitute(value: Any, variables: Mapping[str, str], missing: set[str]) -> Any:
    """`value` with `$NAME` and `${NAME}` replaced in every text; unknown names become empty, and are in `missing`."""
    if isinstance(value, dict):
        return {key: substitute(entry, variables, missing) for key, entry in value.items()}
    if isinstance(value, list):
        return [substitute(entry, variables, missing) for entry in value]
    return _substitute(value, variables, missing) if isinstance(value, str) else value


def _substitute(text: str, variables: Mapping[str, str], missing: set[str]) -> str:
    def replacement(reference: re.Match[str]) -> str:
        name = reference["braced"] or reference["bare"]
        if name not in variables:
            missing.add(name)
        return variables.get(name, "")

    return _REFERENCE.sub(replacement, text)
