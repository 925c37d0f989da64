"""JSON as it goes through AEMulator: fast, and losing nothing that JavaScript's JSON keeps.

orjson does the work. It refuses escapes of single surrogates and cannot write whole numbers beyond 64 bits; there
the standard library steps in.
"""

import json
from typing import Any

import orjson


def loads(text: bytes | str) -> Any:
    """The value; ValueError when it is not JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _loads_leniently(text)


def dumps(value: Any) -> str:
    """Compact JSON, without raw control characters, so that every database takes it as text."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _loads_leniently(text: bytes | str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as err:
        raise ValueError("nested too deep") from err


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
