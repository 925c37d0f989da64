"""URLs of the Asset Compute service that Django answers: its pages, and the Runtime. The service is in `asgi`."""

from django.urls import URLPattern, URLResolver, path

from compute import activation_views
from compute.pages import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("_aemulator/activations/<str:activation_id>", activation_views.activation, name="compute-activation-facts"),
    path("compute", views.activations, name="compute"),
    path("compute.rows.html", views.rows, name="compute-rows"),
    path("compute.queues.html", views.queues, name="compute-queues"),
    path("compute/<str:activation_id>.parts.html", views.activation_parts, name="compute-activation-parts"),
    path("compute/<str:activation_id>", views.activation, name="compute-activation"),
    path("compute/<str:activation_id>/cancel", views.cancel, name="compute-cancel"),
    path("compute/<str:activation_id>/again", views.send_again, name="compute-again"),
]
