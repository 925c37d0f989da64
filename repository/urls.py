"""URLs of the AEM author repository. The last line takes every path that nothing before it claims."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from repository.sling import views as sling

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("repository.auth.urls")),
    path("", include("repository.upload_urls")),
    path("", include("repository.api.urls")),
    path("", include("repository.ui.urls")),
    re_path(r"", sling.resource),
]
