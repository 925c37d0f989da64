"""The admin, and the view that serves renditions by signed URLs."""

from django.urls import include, path, re_path
from wagtail.admin import urls as admin_urls
from wagtail.images.views.serve import ServeView

urlpatterns = [
    path("admin/", include(admin_urls)),
    re_path(r"^images/([^/]*)/(\d*)/([^/]*)/[^/]*$", ServeView.as_view(), name="wagtailimages_serve"),
]
