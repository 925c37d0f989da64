"""Registrations: who gets which events into a journal. The only writer of `Registration` and `Interest`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.db import IntegrityError, transaction

from events.errors import Conflict, NotFound
from events.models import Interest, Registration


@dataclass(frozen=True)
class Workspace:
    """Where a registration lives: the ids of the URL, and the IMS organization of whoever asks."""

    org_id: str
    consumer_id: str
    project_id: str
    workspace_id: str


@dataclass(frozen=True)
class Subscription:
    """What a registration asks for; `interests` are (provider id, event code)."""

    name: str
    description: str
    client_id: str
    enabled: bool
    interests: tuple[tuple[str, str], ...]


def create(workspace: Workspace, wanted: Subscription) -> Registration:
    """A new registration with an empty journal; `Conflict` when the workspace has one of that name."""
    try:
        with transaction.atomic():
            registration = Registration.objects.create(
                registration_id=str(uuid4()),
                org_id=workspace.org_id,
                consumer_id=workspace.consumer_id,
                project_id=workspace.project_id,
                workspace_id=workspace.workspace_id,
                client_id=wanted.client_id,
                name=wanted.name,
                description=wanted.description,
                enabled=wanted.enabled,
            )
            _set_interests(registration, wanted.interests)
    except IntegrityError as err:
        raise _conflict(workspace, wanted.name) from err
    return registration


def update(registration: Registration, wanted: Subscription) -> Registration:
    """Replace what a registration asks for. Its client and its journal stay."""
    try:
        with transaction.atomic():
            registration.name, registration.description = wanted.name, wanted.description
            registration.enabled = wanted.enabled
            registration.save(update_fields=["name", "description", "enabled", "updated_at"])
            registration.interests.all().delete()
            _set_interests(registration, wanted.interests)
    except IntegrityError as err:
        raise _conflict(_workspace(registration), wanted.name) from err
    return registration


def delete(registration: Registration) -> None:
    """Remove a registration and its journal."""
    registration.delete()


def in_workspace(workspace: Workspace) -> list[Registration]:
    rows = Registration.objects.filter(
        org_id=workspace.org_id,
        consumer_id=workspace.consumer_id,
        project_id=workspace.project_id,
        workspace_id=workspace.workspace_id,
    )
    return list(rows.order_by("pk").prefetch_related("interests"))


def of_organization(org_id: str, consumer_id: str, first: int, count: int) -> tuple[list[Registration], int]:
    """One page of an organization's registrations, and how many there are in all."""
    rows = Registration.objects.filter(org_id=org_id, consumer_id=consumer_id).order_by("pk")
    return list(rows.prefetch_related("interests")[first : first + count]), rows.count()


def get(workspace: Workspace, registration_id: str) -> Registration:
    found = next((one for one in in_workspace(workspace) if one.registration_id == registration_id), None)
    if found is None:
        raise NotFound(f"There is no registration {registration_id} in this workspace")
    return found


def of_journal(consumer_id: str, credential_id: str, registration_id: str) -> Registration:
    """The registration behind a journal's URL."""
    try:
        return Registration.objects.get(
            registration_id=registration_id, consumer_id=consumer_id, client_id=credential_id
        )
    except Registration.DoesNotExist as err:
        raise NotFound(f"There is no journal of a registration {registration_id}") from err


def interested(org_id: str, provider_id: str, event_code: str) -> list[Registration]:
    return list(
        Registration.objects.filter(
            org_id=org_id, enabled=True, interests__provider_id=provider_id, interests__event_code=event_code
        )
    )


def _set_interests(registration: Registration, interests: Sequence[tuple[str, str]]) -> None:
    Interest.objects.bulk_create(
        Interest(registration=registration, provider_id=provider, event_code=code)
        for provider, code in dict.fromkeys(interests)
    )


def _workspace(registration: Registration) -> Workspace:
    return Workspace(registration.org_id, registration.consumer_id, registration.project_id, registration.workspace_id)


def _conflict(workspace: Workspace, name: str) -> Conflict:
    existing = Registration.objects.filter(
        consumer_id=workspace.consumer_id,
        project_id=workspace.project_id,
        workspace_id=workspace.workspace_id,
        name=name,
    ).first()
    return Conflict(
        f"The workspace has a registration named {name} already", existing.registration_id if existing else ""
    )
