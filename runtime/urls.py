"""URLs of the I/O Runtime that Django answers: its pages. Its API is in `asgi`."""

from django.urls import URLPattern, URLResolver, path

from runtime.pages import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("runtime", views.overview, name="runtime"),
    path("runtime.parts.html", views.overview_parts, name="runtime-parts"),
    path("runtime/<str:activation_id>.parts.html", views.activation_parts, name="runtime-activation-parts"),
    path("runtime/<str:activation_id>", views.activation, name="runtime-activation"),
]
