"""The pages that belong to no box."""

from django.urls import URLPattern, URLResolver, path

from shell.settings_page import settings_page

urlpatterns: list[URLPattern | URLResolver] = [path("settings", settings_page, name="settings")]
