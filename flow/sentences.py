"""What an exchange was for, in a few plain words that go after the name of whoever asked; pure."""

from typing import Final

_REPOSITORY: Final = {
    ".initiateUpload.json": "asks where to upload",
    ".completeUpload.json": "says that the upload is complete",
    ".createasset.html": "uploads through the servlet",
    "/bin/asynccommand": "asks to process assets again",
}
_COMPUTE: Final = {
    "/process": "sends the processing job",
    "/register": "registers for rendition events",
    "/unregister": "unregisters",
}
_OTHERS: Final = {"custom-worker": "runs the custom worker", "identity": "gets an access token"}


def sentence(method: str, receiver: str, path: str, step: int, rendition: str) -> str:
    if receiver == "blobstore":
        return _blob(method, step, rendition)
    if receiver == "events":
        return _event(method, path, rendition)
    if receiver == "compute":
        return _COMPUTE.get(path, "calls Asset Compute")
    if receiver == "repository":
        return next((words for end, words in _REPOSITORY.items() if path.endswith(end)), "stores a file")
    return _OTHERS.get(receiver, "asks another service")


def _blob(method: str, step: int, rendition: str) -> str:
    named = f" {rendition}" if rendition else ""
    if method == "PUT":
        stored = {1: "stores the original", 5: f"stores{named or ' a rendition'}", 7: f"commits{named or ' a blob'}"}
        return stored.get(step, "stores a blob")
    if step == 4:
        return "reads the original" if method == "GET" else "asks for the size of the original"
    return f"reads{named or ' the list of blocks'}"


def _event(method: str, path: str, rendition: str) -> str:
    if method == "GET":
        return "polls the journal"
    if path == "/events/expectations":
        return "says which events are expected"
    return f"sends the event for {rendition}" if rendition else "sends an event"
