"""`/_aemulator/processing-profiles` and `/_aemulator/reprocess`: what AEM has no published REST API for.

Errors are problem+json (RFC 9457); for a body that breaks the rules, `errors` names each field.
"""

from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from repository import profile_store, reprocessing
from repository.api.errors import status_of
from repository.api.parsers import JsonParser
from repository.api.profile_serializers import ProfileSerializer, profile_of, representation
from repository.errors import InvalidPath, NodeNotFound, RepositoryError
from repository.paths import NodePath
from repository.profile_nodes import ROOT
from repository.profiles import FULL, Part, Profile

PREFIX = "_aemulator/processing-profiles"


class ReprocessSerializer(serializers.Serializer[Any]):
    """`parts` empty is the full process."""

    paths = serializers.ListField(child=serializers.CharField(), allow_empty=False, max_length=10_000)
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=[part.value for part in Part]), required=False, default=list
    )
    runPostProcess = serializers.BooleanField(default=False)  # noqa: N815
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class ReprocessingSerializer(serializers.Serializer[Any]):
    jobId = serializers.CharField()  # noqa: N815
    assets = serializers.ListField(child=serializers.CharField())


class ProblemView(APIView):
    """An endpoint whose every error is problem+json."""

    parser_classes = [JsonParser]

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        if isinstance(exc, ValidationError):
            return _problem(HTTPStatus.BAD_REQUEST, "The body breaks the rules: see errors", {"errors": exc.detail})
        if isinstance(exc, RepositoryError):
            return _problem(status_of(exc), exc.message)
        if isinstance(exc, APIException):
            return _problem(exc.status_code, str(exc.detail))
        raise exc


class ProfilesView(ProblemView):
    @extend_schema(operation_id="listProcessingProfiles", responses=ProfileSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All processing profiles."""
        return Response(_with_folders(profile_store.listed()))

    @extend_schema(
        operation_id="createProcessingProfile", request=ProfileSerializer, responses={201: ProfileSerializer}
    )
    def post(self, request: Request) -> Response:
        """Create a profile; its name is made of the title."""
        made = profile_store.create(_validated(request), request.user.get_username())
        return _answer(made, HTTPStatus.CREATED, {"Location": f"/{PREFIX}/{made.path.rpartition('/')[2]}"})


class ProfileView(ProblemView):
    @extend_schema(operation_id="getProcessingProfile", responses=ProfileSerializer)
    def get(self, request: Request, name: str) -> Response:
        return _answer(profile_store.read(_path(name)))

    @extend_schema(operation_id="replaceProcessingProfile", request=ProfileSerializer, responses=ProfileSerializer)
    def put(self, request: Request, name: str) -> Response:
        """Give a profile this title and these renditions."""
        path = _path(name)
        profile_store.read(path)
        made = profile_store.replace(path, _validated(request), request.user.get_username())
        return _answer(made)

    @extend_schema(operation_id="deleteProcessingProfile", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Delete a profile, and take it away from the folders that it was applied to."""
        profile_store.delete(_path(name))
        return Response(status=HTTPStatus.NO_CONTENT)


class ReprocessView(ProblemView):
    @extend_schema(operation_id="reprocessAssets", request=ReprocessSerializer, responses={202: ReprocessingSerializer})
    def post(self, request: Request) -> Response:
        """Process assets again; of folders, everything that is in them."""
        sent = ReprocessSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = sent.validated_data
        started = reprocessing.start(
            [NodePath(path) for path in asked["paths"]],
            frozenset(map(Part, asked["parts"])) or FULL,
            post_process=asked["runPostProcess"],
            description=asked["description"],
            user=request.user.get_username(),
        )
        return Response({"jobId": started.id, "assets": list(started.assets)}, HTTPStatus.ACCEPTED)


def _validated(request: Request) -> Profile:
    sent = ProfileSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return profile_of(sent.validated_data)


def _answer(profile: Profile, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Response:
    (body,) = _with_folders([profile])
    return Response(body, status, headers=headers)


def _with_folders(found: list[Profile]) -> list[dict[str, Any]]:
    applied = profile_store.assignments()
    return [
        representation(profile) | {"folders": [folder for folder, path in applied.items() if path == profile.path]}
        for profile in found
    ]


def _path(name: str) -> NodePath:
    try:
        return ROOT / name
    except InvalidPath as err:
        raise NodeNotFound(f"{ROOT}/{name}") from err


def _problem(status: int, message: str, more: dict[str, Any] | None = None) -> HttpResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": message}
    content = orjson.dumps(body | (more or {}), default=str, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(content, status=status, content_type="application/problem+json")
