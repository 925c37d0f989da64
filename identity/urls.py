"""URLs of the IMS."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from identity import views


class VersionConverter(StringConverter):
    """`v4` → 4."""

    regex = "v[0-9]{1,2}"

    def to_python(self, value: str) -> int:  # type: ignore[override]
        return int(value[1:])

    def to_url(self, value: int) -> str:  # type: ignore[override]
        return f"v{value}"


register_converter(VersionConverter, "ims_version")

urlpatterns: list[URLPattern | URLResolver] = [
    path("ims/token/<ims_version:version>", views.token),
    path("ims/exchange/jwt", views.exchange_jwt),
    path("ims/exchange/jwt/", views.exchange_jwt),
    path("ims/exchange/v1/jwt", views.exchange_jwt),
    path("ims/validate_token/<ims_version:version>", views.validate_token),
    path("ims/invalidate_token/<ims_version:version>", views.invalidate_token),
    path("ims/organizations/<ims_version:version>", views.organizations),
    path("ims/profile/<ims_version:version>", views.profile),
    path("ims/userinfo", views.profile),
    path("ims/userinfo/<ims_version:version>", views.profile),
    path("ims/authorize/<ims_version:version>", views.authorize),
    path("ims/keys", views.keys),
]
