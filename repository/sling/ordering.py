"""`:order` of a POST: where a node goes among its siblings."""

import re

from repository import tree
from repository.paths import NodePath
from repository.sling.errors import InvalidParameter
from repository.sling.form import Parameters
from repository.sling.outcome import Outcome

_COMMAND = re.compile(r"first|last|(?:before|after) .+|[0-9]{1,9}", re.DOTALL)


def order(parameters: Parameters, path: NodePath, outcome: Outcome) -> None:
    """Does nothing without the parameter. ConstraintViolation when the parent keeps no order."""
    command = next(iter(parameters.get(":order", ())), "")
    if not command:
        return
    if not _COMMAND.fullmatch(command):
        raise InvalidParameter(f"The ordering command {command!r} is none of first, last, before, after or a number")
    tree.reorder(path, command)
    outcome.add("ordered", path)
