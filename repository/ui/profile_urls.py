"""URLs of the processing profiles' pages, and of a folder's properties."""

from django.urls import URLPattern, path, re_path

from repository.ui import profile_views as views
from repository.ui import trial_views, worker_views

urlpatterns: list[URLPattern] = [
    path("tools/processing-profiles", views.profiles, name="ui-profiles"),
    path("tools/processing-profiles/create.html", views.create, name="ui-profile-create"),
    path("tools/processing-profiles.preview.html", views.preview, name="ui-profile-preview"),
    path("tools/processing-profiles.try.html", trial_views.begin),
    path("tools/processing-profiles.tried.html", trial_views.results),
    path("tools/processing-profiles.copy.json", views.copy, name="ui-profile-copy"),
    path("tools/processing-profiles/<str:name>.html", views.edit, name="ui-profile"),
    path("tools/processing-profiles.workers.json", worker_views.workers, name="ui-workers"),
    path("tools/processing-profiles.endpoint.json", worker_views.endpoint, name="ui-worker-endpoint"),
    re_path(r"^assets\.properties\.html(?P<suffix>/.+)$", views.folder_properties, name="ui-folder-properties"),
]
