"""What an exchange was for, in a few plain words that go after the name of whoever asked; pure."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_REPOSITORY: Final = {
    ".initiateUpload.json": gettext_noop("asks where to upload"),
    ".completeUpload.json": gettext_noop("says that the upload is complete"),
    ".createasset.html": gettext_noop("uploads through the servlet"),
    "/bin/asynccommand": gettext_noop("asks to process assets again"),
}
_COMPUTE: Final = {
    "/process": gettext_noop("sends the processing job"),
    "/register": gettext_noop("registers for rendition events"),
    "/unregister": gettext_noop("unregisters"),
}
_OTHERS: Final = {
    "custom-worker": gettext_noop("runs the custom worker"),
    "identity": gettext_noop("gets an access token"),
}
_ANY_COMPUTE: Final = gettext_noop("calls Asset Compute")
_ANY_REPOSITORY: Final = gettext_noop("stores a file")
_ANY_OTHER: Final = gettext_noop("asks another service")


def sentence(method: str, receiver: str, path: str, step: int, rendition: str) -> str:
    if receiver == "blobstore":
        return _blob(method, step, rendition)
    if receiver == "events":
        return _event(method, path, rendition)
    if receiver == "compute":
        return _(_COMPUTE.get(path, _ANY_COMPUTE))
    if receiver == "repository":
        return _(next((words for end, words in _REPOSITORY.items() if path.endswith(end)), _ANY_REPOSITORY))
    return _(_OTHERS.get(receiver, _ANY_OTHER))


def _blob(method: str, step: int, rendition: str) -> str:
    if method == "PUT":
        return _stores(step, rendition)
    if step == 4:
        return _("reads the original") if method == "GET" else _("asks for the size of the original")
    return _("reads %(name)s") % {"name": rendition} if rendition else _("reads the list of blocks")


def _stores(step: int, rendition: str) -> str:
    name = {"name": rendition}
    if step == 1:
        return _("stores the original")
    if step == 5:
        return _("stores %(name)s") % name if rendition else _("stores a rendition")
    if step == 7:
        return _("commits %(name)s") % name if rendition else _("commits a blob")
    return _("stores a blob")


def _event(method: str, path: str, rendition: str) -> str:
    if method == "GET":
        return _("polls the journal")
    if path == "/events/expectations":
        return _("says which events are expected")
    return _("sends the event for %(name)s") % {"name": rendition} if rendition else _("sends an event")
