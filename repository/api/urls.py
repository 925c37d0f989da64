"""URLs of the Assets HTTP API."""

from django.urls import URLPattern, path, re_path

from repository.api import views
from repository.auth.access import open_to_all
from repository.late_views import late

document = open_to_all(late("repository.api.openapi_views.document"))

urlpatterns: list[URLPattern] = [
    path("api.json", views.ServiceDocument.as_view(), name="service-document"),
    path("api/openapi.json", document, name="openapi"),
    path("_aemulator/openapi.json", document),
    path("api/docs/swagger", open_to_all(late("repository.api.openapi_views.swagger")), name="api-swagger"),
    re_path(r"^api/assets(?P<rest>\.json)$", views.AssetsView.as_view()),
    re_path(r"^api/assets(?P<rest>(?:/.*)?)$", views.AssetsView.as_view(), name="assets"),
]
