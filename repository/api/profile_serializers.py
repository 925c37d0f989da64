"""What a processing profile is as JSON, and what of it is wrong: for the REST resource and the editor's form alike.

The pure rules are in `repository.profiles` and `repository.mime_rules`; here they become errors beside their field.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from rest_framework import serializers

from repository import mime_rules, profiles
from repository.errors import InvalidExpression, InvalidName
from repository.mime_rules import MimeRules
from repository.paths import NodeName
from repository.profiles import FPO_RENDITION, ImageRendition, Profile, Row, VideoRendition, WorkerRendition

MAX_PIXELS: Final = 32_767
MAX_ROWS: Final = 100
MAX_PARAMS: Final = 100
DEFAULT_FPO_QUALITY: Final = 10
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "host.docker.internal"})
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,16}(?:\.[A-Za-z0-9]{1,16})?")


class MimeTypes(serializers.CharField):
    """Regular expressions on the MIME type, separated by commas."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"required": False, "allow_blank": True, "default": "", "max_length": 4000}
        super().__init__(**(usual | options))

    def to_internal_value(self, data: Any) -> str:
        try:
            return mime_rules.checked(super().to_internal_value(data))
        except InvalidExpression as err:
            raise serializers.ValidationError(err.message) from err


class Pixels(serializers.IntegerField):
    """A maximum; null keeps the original's size."""

    def __init__(self, **options: Any) -> None:
        limits: dict[str, Any] = {
            "min_value": 1,
            "max_value": MAX_PIXELS,
            "allow_null": True,
            "default": None,
            "required": False,
        }
        super().__init__(**(limits | options))


class KnownFields(serializers.Serializer[Any]):
    """A field that there is not is an error: a misspelt one would make a rendition that nobody asked for."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            words = _("There is no such field; there are: %(fields)s") % {"fields": ", ".join(self.fields)}
            raise serializers.ValidationError({str(name): [words] for name in unknown})
        return super().to_internal_value(data)


class RowSerializer(KnownFields):
    """`node` names the stored node of a row that is edited, so that what others wrote into it stays."""

    node = serializers.CharField(required=False, allow_blank=True, default="", max_length=255)
    name = serializers.CharField(max_length=200)
    includeMimeTypes = MimeTypes()  # noqa: N815
    excludeMimeTypes = MimeTypes()  # noqa: N815

    def validate_name(self, name: str) -> str:
        if wrong := profiles.file_name_problem(name):
            raise serializers.ValidationError(wrong)
        return name


class ImageSerializer(RowSerializer):
    format = serializers.ChoiceField(choices=profiles.IMAGE_FORMATS, default="png")
    width = Pixels()
    height = Pixels()
    quality = serializers.IntegerField(min_value=1, max_value=100, allow_null=True, default=None, required=False)
    smartCrop = serializers.BooleanField(default=False)  # noqa: N815

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["smartCrop"] and not (attrs["width"] and attrs["height"]):
            raise serializers.ValidationError({"smartCrop": _("A smart crop needs a width and a height")})
        return attrs


class VideoSerializer(RowSerializer):
    width = Pixels()
    height = Pixels()
    bitrate = serializers.IntegerField(
        min_value=1, max_value=100_000, allow_null=True, default=None, required=False, help_text="kbit/s"
    )

    def validate_name(self, name: str) -> str:
        checked = super().validate_name(name)
        if not checked.lower().endswith(".mp4"):
            raise serializers.ValidationError(_("A video rendition is an MP4: its file name ends in .mp4"))
        return checked


class WorkerSerializer(RowSerializer):
    extension = serializers.CharField(max_length=33)
    worker = serializers.CharField(max_length=2000, help_text="Endpoint URL")
    params = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=100_000, trim_whitespace=False),
        required=False,
        default=dict,
        help_text="Service parameters; the worker gets them as texts",
    )
    createMetadataRendition = serializers.BooleanField(default=False)  # noqa: N815

    def validate_extension(self, extension: str) -> str:
        bare = extension.lstrip(".")
        if not _EXTENSION.fullmatch(bare):
            raise serializers.ValidationError(_("An extension has letters and digits only, such as png"))
        return bare

    def validate_worker(self, url: str) -> str:
        if wrong := endpoint_problem(url):
            raise serializers.ValidationError(wrong)
        return url

    def validate_params(self, params: dict[str, str]) -> dict[str, str]:
        if len(params) > MAX_PARAMS:
            raise serializers.ValidationError(_("At most %(count)s parameters") % {"count": MAX_PARAMS})
        for key in params:
            _check_parameter(key)
        return params


class ProfileSerializer(KnownFields):
    name = serializers.CharField(read_only=True, help_text="The name of its node")
    path = serializers.CharField(read_only=True)
    title = serializers.CharField(max_length=150)
    createFpoRendition = serializers.BooleanField(default=False)  # noqa: N815
    fpoQuality = serializers.IntegerField(  # noqa: N815
        min_value=1, max_value=100, default=DEFAULT_FPO_QUALITY, help_text="JPEG quality of cq5dam.fpo.jpeg"
    )
    images = ImageSerializer(many=True, required=False, default=list)
    videos = VideoSerializer(many=True, required=False, default=list)
    custom = WorkerSerializer(many=True, required=False, default=list)
    folders = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="It was applied to these")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """File names must differ within the profile: two renditions cannot have one name."""
        built = profile_of(attrs)
        if len(built.rows) > MAX_ROWS:
            raise serializers.ValidationError({"title": _("At most %(count)s renditions") % {"count": MAX_ROWS}})
        clashing = [id(built.rows[index]) for index in profiles.clashes(built.rows)]
        errors: dict[str, Any] = {}
        for key, rows in (("images", built.images), ("videos", built.videos), ("custom", built.workers)):
            again = [index for index, row in enumerate(rows) if id(row) in clashing]
            if again:
                errors[key] = {index: {"name": [_("Another rendition has this file name")]} for index in again}
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


def endpoint_problem(url: str) -> str:
    """Why a worker cannot be called at this URL; empty when it can."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return _("This is not a URL")
    if parts.scheme not in {"http", "https"} or not host:
        return _("The endpoint is an http or https URL, such as https://example.adobeioruntime.net/api/v1/web/…")
    if host == "adobeio-static.net" or host.endswith(".adobeio-static.net"):
        return _(
            "adobeio-static.net serves the web pages of an App Builder project, not its actions: "
            "the worker's host ends in adobeioruntime.net"
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        return _("AEM calls workers by https only; http is accepted for workers on this machine (localhost)")
    if parts.username or parts.password:
        return _("The endpoint cannot contain a user name or password")
    return ""


def profile_of(attrs: Mapping[str, Any], path: str = "") -> Profile:
    """From validated data."""
    rows: list[Row] = []
    if attrs.get("createFpoRendition"):
        quality = attrs.get("fpoQuality") or DEFAULT_FPO_QUALITY
        rows.append(ImageRendition(FPO_RENDITION, "jpeg", quality=quality, rules=profiles.FPO_RULES))
    rows += [image_of(row) for row in attrs.get("images", ())]
    rows += [video_of(row) for row in attrs.get("videos", ())]
    rows += [worker_of(row) for row in attrs.get("custom", ())]
    return Profile(attrs.get("title", ""), tuple(rows), path)


def image_of(row: Mapping[str, Any]) -> ImageRendition:
    return ImageRendition(
        row["name"],
        row["format"],
        row["width"],
        row["height"],
        row["quality"],
        row["smartCrop"],
        _rules(row),
        row["node"],
    )


def video_of(row: Mapping[str, Any]) -> VideoRendition:
    return VideoRendition(row["name"], row["width"], row["height"], row["bitrate"], _rules(row), row["node"])


def worker_of(row: Mapping[str, Any]) -> WorkerRendition:
    return WorkerRendition(
        row["name"],
        row["extension"],
        row["worker"],
        dict(row["params"]),
        row["createMetadataRendition"],
        _rules(row),
        row["node"],
    )


def representation(profile: Profile) -> dict[str, Any]:
    """The JSON of a profile, without the folders that it was applied to."""
    fpo = profile.fpo
    return {
        "name": profile.path.rpartition("/")[2],
        "path": profile.path,
        "title": profile.title,
        "createFpoRendition": fpo is not None,
        "fpoQuality": (fpo.quality if fpo else None) or DEFAULT_FPO_QUALITY,
        "images": [_image(row) for row in profile.images],
        "videos": [_video(row) for row in profile.videos],
        "custom": [_worker(row) for row in profile.workers],
    }


def _check_parameter(key: str) -> None:
    if key in profiles.RESERVED_PARAMETERS:
        raise serializers.ValidationError(_("%(key)s is set by the request itself") % {"key": key})
    try:
        NodeName(key)
    except InvalidName as err:
        raise serializers.ValidationError(err.message) from err


def _rules(row: Mapping[str, Any]) -> MimeRules:
    return MimeRules(row["includeMimeTypes"], row["excludeMimeTypes"])


def _shared(row: Row) -> dict[str, Any]:
    rules = {"includeMimeTypes": row.rules.include, "excludeMimeTypes": row.rules.exclude}
    return {"node": row.node, "name": row.name, **rules}


def _image(row: ImageRendition) -> dict[str, Any]:
    sizes = {"width": row.width, "height": row.height, "quality": row.quality, "smartCrop": row.smart_crop}
    return {**_shared(row), "format": row.fmt, **sizes}


def _video(row: VideoRendition) -> dict[str, Any]:
    return {**_shared(row), "width": row.width, "height": row.height, "bitrate": row.bitrate}


def _worker(row: WorkerRendition) -> dict[str, Any]:
    made = {"extension": row.extension, "worker": row.worker, "params": dict(row.params)}
    return {**_shared(row), **made, "createMetadataRendition": row.creates_metadata}
