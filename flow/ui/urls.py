"""URLs of the flow inspector's pages."""

from django.urls import URLPattern, path

from flow.ui import views
from flow.ui.lesson_worker import lesson_worker

urlpatterns: list[URLPattern] = [
    path("flow", views.flows, name="flows"),
    path("flow/lesson-worker", lesson_worker, name="lesson-worker"),
    path("flow/lessons/<slug:name>", views.lesson, name="lesson"),
    path("flow/<str:id>", views.flow, name="flow"),
    path("faults", views.faults, name="faults"),
]
