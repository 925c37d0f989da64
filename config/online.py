"""Commands that ask the server which runs on the data directory."""

from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import CommandError

from config import client_environment, datalock


def is_served() -> bool:
    return datalock.is_held(settings.DATA_DIR)


def client(timeout: float = 300.0) -> httpx.Client:
    """Logged in with the token of the environment block."""
    token = client_environment.variables()["AEMULATOR_ACCESS_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=settings.AEMULATOR_URL, headers=headers, timeout=timeout)


def ask(method: str, path: str, **content: Any) -> httpx.Response:
    """The server's answer; CommandError in its words where it refuses."""
    with client() as asking:
        try:
            answer = asking.request(method, path, **content)
        except httpx.HTTPError as err:
            raise unreachable(err) from err
    check(answer)
    return answer


def check(answer: httpx.Response) -> None:
    if answer.is_error:
        raise CommandError(f"the server refused: {answer.status_code} {answer.text}")


def unreachable(err: httpx.HTTPError) -> CommandError:
    return CommandError(f"the server at {settings.AEMULATOR_URL} does not answer: {err}")
