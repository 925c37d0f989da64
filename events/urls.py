"""URLs of I/O Events that Django answers: the journal's page. `/events/…` is the API, in `asgi`."""

from django.urls import URLPattern, URLResolver, path

from events.pages import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("events", views.journal, name="journal"),
    path("events.rows.html", views.rows, name="journal-rows"),
    path("events.entry.html", views.entry, name="journal-entry"),
    path("events.consumers.html", views.consumers, name="journal-consumers"),
    path("events.publish.json", views.publish, name="journal-publish"),
]
