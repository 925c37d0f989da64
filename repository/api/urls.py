"""URLs of the Assets HTTP API."""

from django.urls import URLPattern, path, re_path

from repository.api import views

urlpatterns: list[URLPattern] = [
    path("api.json", views.ServiceDocument.as_view(), name="service-document"),
    re_path(r"^api/assets(?P<rest>\.json)$", views.AssetsView.as_view()),
    re_path(r"^api/assets(?P<rest>(?:/.*)?)$", views.AssetsView.as_view(), name="assets"),
]
