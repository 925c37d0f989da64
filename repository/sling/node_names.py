"""The name of a node that a form creates without naming it (`POST /content/dam/*`). Pure, but for the clock.

Source: sling-org-apache-sling-servlets-post, DefaultNodeNameGenerator and NodeNameFilter.
"""

import itertools
import re
import time
from collections.abc import Iterator

from repository.sling.form import Parameters

MAX_LENGTH = 20
_HINTS = ("title", "jcr:title", "name", "description", "jcr:description", "abstract", "text", "jcr:text")
_NOT_ALLOWED = re.compile(r"[^a-z0-9_]+|_{2,}")
_counter = itertools.count(1)


def proposed(parameters: Parameters) -> Iterator[str]:
    """Names to try one after the other: `:name` as it is and nothing else, else what a title suggests, numbered."""
    exact = _first(parameters, ":name")
    if exact:
        yield exact
        return
    hint = _first(parameters, ":nameHint") or _hint(parameters)
    name = filtered(hint)[:MAX_LENGTH] if hint else f"{next(_counter)}_{time.time_ns() // 1_000_000}"
    yield name
    yield from (f"{name}_{number}" for number in itertools.count())


def filtered(text: str) -> str:
    """Lower case, digits and single underscores; a leading digit gets an underscore in front."""
    name = _NOT_ALLOWED.sub("_", text.lower()) or "_"
    return f"_{name}" if name[0].isdigit() else name


def _hint(parameters: Parameters) -> str:
    prefix = "./" if any(name.startswith("./") for name in parameters) else ""
    found = (_first(parameters, f"{prefix}{hint}") or _referred(parameters, f"{prefix}{hint}") for hint in _HINTS)
    return next(filter(None, found), "")


def _first(parameters: Parameters, name: str) -> str:
    return next(filter(None, parameters.get(name, ())), "")


def _referred(parameters: Parameters, name: str) -> str:
    reference = _first(parameters, f"{name}@ValueFrom")
    return _first(parameters, reference) if reference else ""
