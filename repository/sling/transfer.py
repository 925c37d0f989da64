"""The operations `copy` and `move`.

Source: sling-org-apache-sling-servlets-post, AbstractCopyMoveOperation.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from repository import assets, tree
from repository.errors import ConstraintViolation, NodeNotFound
from repository.paths import NodePath
from repository.sling.errors import InvalidParameter, PreconditionFailed
from repository.sling.ordering import order
from repository.sling.outcome import Outcome
from repository.sling.parameters import PostParameters
from repository.texts import _
from repository.tree import TreeNode


@dataclass(frozen=True)
class Transfer:
    """`act` copies or moves one node; `past` is the word for it in the list of changes."""

    name: str
    past: str
    act: Callable[[NodePath, NodePath, str], TreeNode]


COPY = Transfer("copy", "copied", assets.copy)
MOVE = Transfer("move", "moved", lambda source, target, _user: assets.move(source, target))


def run(transfer: Transfer, parameters: PostParameters, source: NodePath, outcome: Outcome, user: str) -> None:
    """Within `tree.writing`. `:dest` with a trailing slash is the folder to put things into."""
    into_folder, target = _destination(parameters, source)
    _check_destination(transfer, parameters, into_folder, target)
    chosen = parameters.texts.get(":applyTo")
    if chosen is not None:
        if not into_folder:
            raise InvalidParameter(
                _("To %(name)s several nodes, the destination must end with a slash"), name=transfer.name
            )
        for path in list(chosen_paths(chosen, source)):
            _execute(transfer, path, target / path.name, outcome, user)
        return
    if not tree.exists(source):
        raise NodeNotFound(source)
    full = target / source.name if into_folder else target
    outcome.created = not tree.exists(full)
    _execute(transfer, source, full, outcome, user)
    order(parameters.texts, full, outcome)


def chosen_paths(applied: Sequence[str], base: NodePath) -> Iterator[NodePath]:
    """The nodes that `:applyTo` names and that exist; `x/*` stands for the children of x, `*` for those of `base`."""
    for text in applied:
        if text == "*" or text.endswith("/*"):
            parent = NodePath(posixpath.normpath(posixpath.join(base, text[:-1] or ".")))
            yield from [child.path for child in tree.children(parent)]
        elif text:
            path = NodePath(posixpath.normpath(posixpath.join(base, text)))
            if tree.exists(path):
                yield path


def _destination(parameters: PostParameters, source: NodePath) -> tuple[bool, NodePath]:
    """Whether `:dest` is a folder to put things into, and its path."""
    text = parameters.first(":dest")
    if not text:
        raise InvalidParameter(_("The parameter :dest is missing"))
    return text.endswith("/"), NodePath(posixpath.normpath(posixpath.join(source.parent, text)).replace("//", "/"))


def _check_destination(transfer: Transfer, parameters: PostParameters, into_folder: bool, target: NodePath) -> None:
    if not into_folder and tree.exists(target):
        if not parameters.is_true(":replace"):
            raise PreconditionFailed(
                _("Cannot %(name)s to %(target)s: destination exists"), name=transfer.name, target=target
            )
        return
    parent = target if into_folder else target.parent
    if not tree.exists(parent):
        raise PreconditionFailed(
            _("Cannot %(name)s to %(target)s: parent of destination does not exist"), name=transfer.name, target=target
        )


def _execute(transfer: Transfer, source: NodePath, target: NodePath, outcome: Outcome, user: str) -> None:
    if source == target or source.is_under(target):
        raise ConstraintViolation(_("%(source)s cannot replace %(target)s, where it is"), source=source, target=target)
    if tree.exists(target):
        tree.delete(target)
    transfer.act(source, target, user)
    outcome.add(transfer.past, source, target)
