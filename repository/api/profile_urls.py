"""URLs of the processing profiles' REST resource."""

from django.urls import URLPattern, path

from repository.api import profile_views

urlpatterns: list[URLPattern] = [
    path(profile_views.PREFIX, profile_views.ProfilesView.as_view(), name="processing-profiles"),
    path(f"{profile_views.PREFIX}/<str:name>", profile_views.ProfileView.as_view(), name="processing-profile"),
    path("_aemulator/reprocess", profile_views.ReprocessView.as_view(), name="reprocess"),
]
