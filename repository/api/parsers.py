"""JSON bodies, bounded: in size by the setting that bounds forms, in depth by orjson."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class BodyTooLarge(APIException):
    status_code = 413
    default_detail = "The JSON body is too large"


class JsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as err:
            raise ParseError(f"The body is not JSON: {err}") from err


class JsonPatchParser(JsonParser):
    media_type = "application/json-patch+json"
