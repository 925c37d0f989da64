"""URLs of the author's servlets, and the one line for every path of the tree."""

from django.urls import URLPattern, path, re_path

from repository.sling import async_command, author_servlets, views

urlpatterns: list[URLPattern] = [
    path("libs/cq/security/userinfo.json", author_servlets.user_info, name="user-info"),
    path("libs/granite/security/currentuser.json", author_servlets.user_info),
    path("bin/wcmcommand", author_servlets.wcm_command),
    path("bin/asynccommand", async_command.async_command),
    re_path(r"^(?P<path>.+)\.version\.json$", author_servlets.list_versions, name="versions"),
    re_path(r"^(?P<path>.+)\.version\.html$", author_servlets.change_versions),
    re_path(r"", views.resource, name="resource"),
]
