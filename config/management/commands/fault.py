"""`manage.py fault`: makes things go wrong on purpose, in the running server."""

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import online

_PATH: Final = "/_aemulator/faults"
_NUMBERS: Final = frozenset({"step", "nth"})


class Command(BaseCommand):
    help = "Lists, adds and removes faults: what goes wrong on purpose. Kinds and parameters are in docs/flow.md."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=sorted(_ACTIONS), nargs="?", default="list")
        parser.add_argument(
            "name", nargs="?", default="", help="add: the kind of fault; remove: the fault's id, or all"
        )
        parser.add_argument("--match", action="append", default=[], metavar="NAME=VALUE", help="what it strikes")
        parser.add_argument(
            "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the kind"
        )
        parser.add_argument("--probability", type=float, help="0 to 1")
        parser.add_argument("--times", type=int, help="how often at most")
        parser.add_argument("--seed", type=int, help="the same seed strikes the same exchanges")

    def handle(self, *args: object, what: str, name: str, **options: Any) -> None:
        if not online.is_served():
            raise CommandError("no server runs on this data directory: start one with `manage.py serve`")
        if what != "list" and not name:
            raise CommandError("add which kind of fault?" if what == "add" else "remove which fault? its id, or all")
        self.stdout.write(_ACTIONS[what](name, options))


def _list(name: str, options: dict[str, Any]) -> str:
    faults = online.ask("GET", _PATH).json()["faults"]
    return "\n".join(map(_words, faults)) or "there is no fault"


def _add(kind: str, options: dict[str, Any]) -> str:
    match = {name: _number(name, value) if name in _NUMBERS else value for name, value in _pairs(options["match"])}
    fault: dict[str, Any] = {"kind": kind, "match": match, "parameters": _parameters(options["param"])}
    fault |= {name: options[name] for name in ("probability", "times", "seed") if options[name] is not None}
    return _words(online.ask("POST", _PATH, json=fault).json())


def _remove(fault: str, options: dict[str, Any]) -> str:
    if fault == "all":
        return f"{online.ask('DELETE', _PATH).json()['removed']} removed"
    online.ask("DELETE", f"{_PATH}/{quote(fault, safe='')}")
    return "1 removed"


_ACTIONS: Final[dict[str, Callable[[str, dict[str, Any]], str]]] = {"list": _list, "add": _add, "remove": _remove}


def _words(fault: dict[str, Any]) -> str:
    words = [fault["id"], fault["kind"], f"hits {fault['hits']}"]
    words += [] if fault["enabled"] else ["off"]
    words += [f"{name}={value}" for name, value in {**fault["match"], **fault["parameters"]}.items()]
    return "  ".join(words)


def _pairs(given: list[str]) -> list[tuple[str, str]]:
    pairs = [entry.partition("=") for entry in given]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise CommandError(f"--match and --param are NAME=VALUE, not {name}")
    return [(name, value) for name, _, value in pairs]


def _parameters(given: list[str]) -> dict[str, Any]:
    """Those that the server knows as numbers are sent as numbers; it refuses what is wrong."""
    return {name: _value(value) for name, value in _pairs(given)}


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as err:
        raise CommandError(f"{name} must be a whole number, not {text}") from err
