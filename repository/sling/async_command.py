"""`/bin/asynccommand`, as AEM's own UI and scripts call it: `operation=PROCESS` and `operation=DELETE`.

The answer is Sling's page, whose message names the job. Source: wire contract, section 5.
"""

from collections.abc import Callable, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from repository import reprocessing, tree
from repository.errors import NodeNotFound, RepositoryError
from repository.paths import ROOT, NodePath
from repository.profiles import FULL, Part
from repository.sling import parameters
from repository.sling.errors import InvalidParameter, UnknownOperation, status_of
from repository.sling.outcome import Outcome
from repository.sling.parameters import PostParameters
from repository.sling.post import answer, user_of

FULL_PROCESS: Final = "full-process"
CREATED: Final = "Job(Id:{id}) created successfully. Please check status at Async Job Status Navigation."


@require_POST
def async_command(request: HttpRequest) -> HttpResponse:
    outcome = Outcome(ROOT, request.headers.get("Referer", ""))
    sent = PostParameters({}, {})
    try:
        sent = parameters.of(request)
        job_id = _operation(sent)(sent, outcome, user_of(request))
        outcome.message = CREATED.format(id=job_id)
    except RepositoryError as err:
        outcome.refuse(status_of(err), err.message, err.reason)
    return answer(request, sent, outcome)


def parts_of(selected: Sequence[str]) -> frozenset[Part]:
    """From the values of `profile-select`; without any, everything."""
    if not selected or FULL_PROCESS in selected:
        return FULL
    try:
        return frozenset(Part(value) for value in selected)
    except ValueError as err:
        known = ", ".join((FULL_PROCESS, *Part))
        raise InvalidParameter(f"profile-select must be of {known}") from err


def _process(sent: PostParameters, outcome: Outcome, user: str) -> str:
    paths = _paths(sent)
    outcome.path = paths[0]
    started = reprocessing.start(
        paths,
        parts_of([value for value in sent.texts.get("profile-select", ()) if value]),
        post_process=sent.first("runPostProcess") == "true",
        description=sent.first("description"),
        user=user,
    )
    for path in started.assets:
        outcome.add("modified", path)
    return started.id


def _delete(sent: PostParameters, outcome: Outcome, _user: str) -> str:
    paths = _paths(sent)
    with tree.writing():
        for path in paths:
            outcome.path = path
            if not tree.exists(path):
                raise NodeNotFound(path)
            tree.delete(path)
            outcome.add("deleted", path)
    return reprocessing.new_job_id()


def _paths(sent: PostParameters) -> list[NodePath]:
    """`asset`, repeated; `path` is what the pages' operations of this servlet call it."""
    paths = [NodePath(text) for name in ("asset", "path") for text in sent.texts.get(name, ()) if text]
    if not paths:
        raise InvalidParameter("The parameter asset is missing")
    return list(dict.fromkeys(paths))


_OPERATIONS: dict[str, Callable[[PostParameters, Outcome, str], str]] = {"PROCESS": _process, "DELETE": _delete}


def _operation(sent: PostParameters) -> Callable[[PostParameters, Outcome, str], str]:
    name = sent.first("operation")
    if name.upper() not in _OPERATIONS:
        raise UnknownOperation(f"Invalid operation {name}: this servlet knows {' and '.join(_OPERATIONS)}")
    return _OPERATIONS[name.upper()]
