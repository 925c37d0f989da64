"""Nothing secret gets past the recorder's door."""

import base64
import json

import pytest

from flow import detail, redaction
from flow.captured import Captured, Message

SECRET = "c2VjcmV0LXNpZ25hdHVyZQ"


@pytest.mark.parametrize(
    "text",
    [
        f"http://h/a/b?sv=1&sig={SECRET}%3D&se=2",
        f"http://h/a/b?sig={SECRET}",
        f'{{"source": {{"url": "http://h/a?se=1&sig={SECRET}"}}}}',
        f"source=http%3A%2F%2Fh%2Fa%3Fsv%3D1%26sig%3D{SECRET}",
        f"grant_type=x&client_secret={SECRET}&client_id=me",
        f"jwt_token={SECRET}",
        f'{{"access_token": "{SECRET}", "expires_in": 1}}',
        f'{{"password":"{SECRET}"}}',
        f"j_username=admin&j_password={SECRET}",
        f'{{"x":"Authorization: Bearer {SECRET}"}}',
    ],
)
def test_secrets_in_texts(text: str) -> None:
    found = redaction.text(text)
    assert SECRET not in found
    assert redaction.REMOVED in found


def test_the_rest_of_a_text_stays() -> None:
    assert redaction.text("http://h/a?sv=1&sig=x&se=2") == "http://h/a?sv=1&sig=redacted&se=2"
    assert redaction.text('{"signal": "sign"}') == '{"signal": "sign"}'


def test_events_are_looked_into() -> None:
    event = {"type": "rendition_created", "source": f"http://h/a?sv=1&sig={SECRET}"}
    body = json.dumps({"user_guid": "o", "event": base64.b64encode(json.dumps(event).encode()).decode()})
    found = json.loads(redaction.text(body))
    assert json.loads(base64.b64decode(found["event"])) == {**event, "source": "http://h/a?sv=1&sig=redacted"}


def test_headers_tell_how_somebody_logged_in_and_no_more() -> None:
    headers = redaction.headers(
        [("Authorization", f"Bearer {SECRET}"), ("cookie", f"login-token={SECRET}"), ("a", "b")]
    )
    assert headers == [("Authorization", "Bearer redacted"), ("cookie", "redacted"), ("a", "b")]


def test_a_kept_exchange_has_no_secret_and_can_be_read_again() -> None:
    exchange = Captured("1", "client", "identity", "POST", "http", "h", "/ims/token/v3", "", 1.0, _form(), _json())
    packed = detail.packed(exchange)
    request, response = detail.unpacked(packed)
    assert SECRET.encode() not in packed
    assert SECRET not in repr((request, response))
    assert request.kind == "form"
    assert json.loads(response.text)["token_type"] == "bearer"


def test_small_pictures_are_kept_and_large_ones_cut() -> None:
    small = b"\x89PNG\r\n\x1a\n" + bytes(1000)
    whole = Message([("content-type", "image/png")], small, len(small))
    part = Message([("content-type", "image/png")], small, 10**6)
    exchange = Captured("1", "client", "blobstore", "PUT", "http", "h", "/a/b/c", "", 1.0, whole, part)
    request, response = (detail.shown(half)["body"] for half in detail.unpacked(detail.packed(exchange)))
    assert request["data"] == f"data:image/png;base64,{base64.b64encode(small).decode()}"
    assert not request["truncated"]
    assert bytes.fromhex(response["hex"]) == small[:512]
    assert response["truncated"]
    assert response["size"] == 10**6


def _form() -> Message:
    body = f"client_secret={SECRET}&client_id=me".encode()
    return Message([("content-type", "application/x-www-form-urlencoded")], body, len(body))


def _json() -> Message:
    body = json.dumps({"access_token": SECRET, "token_type": "bearer"}).encode()
    return Message([("content-type", "application/json"), ("set-cookie", SECRET)], body, len(body))
