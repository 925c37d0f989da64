"""Conditional headers: which requests go on, given the state of the resource.

Source: Microsoft, "Specifying conditional headers for Blob service operations"; RFC 9110 section 13 for precedence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from blobstore.errors import AzureError, Reason

ANY = "*"


@dataclass(frozen=True, slots=True)
class State:
    """An existing resource: its ETag, quoted, and its time of last change in whole seconds since the epoch."""

    etag: str
    modified: int


@dataclass(frozen=True, slots=True)
class Conditions:
    """The four conditional headers of one request; times are seconds since the epoch."""

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: float | None = None
    if_unmodified_since: float | None = None

    def __bool__(self) -> bool:
        return self != NONE

    def failed_unchanged(self, state: State) -> bool:
        """Whether the client wanted the resource as it was (If-Match, If-Unmodified-Since), and it is not."""
        if self.if_match is not None:
            return not _matches(self.if_match, state.etag)
        return self.if_unmodified_since is not None and state.modified > self.if_unmodified_since

    def failed_changed(self, state: State) -> bool:
        """Whether the client wanted the resource changed (If-None-Match, If-Modified-Since), and it is not."""
        if self.if_none_match is not None:
            return _matches(self.if_none_match, state.etag)
        return self.if_modified_since is not None and state.modified <= self.if_modified_since

    def check_read(self, state: State) -> None:
        """Raise 412, or 304 where the client has the resource already."""
        if self.if_none_match == ANY:
            raise AzureError(Reason.UNSATISFIABLE_CONDITION)
        if self.failed_unchanged(state):
            raise AzureError(Reason.CONDITION_NOT_MET)
        if self.failed_changed(state):
            raise AzureError(Reason.CONDITION_NOT_MET, status=304, headers={"etag": state.etag})

    def check_change(self, state: State) -> None:
        """Raise 412 for a change of an existing resource."""
        if self.failed_unchanged(state) or self.failed_changed(state):
            raise AzureError(Reason.CONDITION_NOT_MET)

    def check_write(self, state: State | None) -> None:
        """Raise for a write that creates or replaces: 409 where nothing was to be there, 412 otherwise."""
        if state is None:
            if self.if_match is not None:
                raise AzureError(Reason.CONDITION_NOT_MET)
            return
        if self.if_none_match == ANY:
            raise AzureError(Reason.BLOB_ALREADY_EXISTS)
        self.check_change(state)

    def check_source(self, state: State) -> None:
        """Raise 412 for the source of a copy."""
        if self.failed_unchanged(state) or self.failed_changed(state):
            raise AzureError(Reason.SOURCE_CONDITION_NOT_MET)


NONE = Conditions()


_NAMES = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")


def of(headers: Mapping[str, str], prefix: str = "") -> Conditions:
    """The conditions among `headers`; `prefix` is `x-ms-source-` for those of a copy source."""
    if not prefix and headers.keys().isdisjoint(_NAMES):
        return NONE
    return Conditions(
        headers.get(f"{prefix}if-match"),
        headers.get(f"{prefix}if-none-match"),
        _time(headers, f"{prefix}if-modified-since"),
        _time(headers, f"{prefix}if-unmodified-since"),
    )


def _time(headers: Mapping[str, str], name: str) -> float | None:
    text = headers.get(name)
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError as err:
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": name}) from err
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _matches(wanted: str, etag: str) -> bool:
    """Azure takes the ETag with or without its quotes."""
    if wanted.strip() == ANY:
        return True
    return any(_bare(one) == _bare(etag) for one in wanted.split(","))


def _bare(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')
