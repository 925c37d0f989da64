"""URLs of the upload servlets."""

from django.urls import URLPattern, re_path

from repository import upload_views as views

urlpatterns: list[URLPattern] = [
    re_path(r"^(?P<folder>content/dam(?:/.*)?)\.initiateUpload\.json$", views.initiate_upload, name="initiate-upload"),
    re_path(r"^(?P<folder>content/dam(?:/.*)?)\.completeUpload\.json$", views.complete_upload, name="complete-upload"),
    re_path(r"^(?P<folder>content/dam(?:/.*)?)\.createasset\.html$", views.create_asset, name="create-asset"),
    re_path(r"^platform/(?P<folder>content/dam(?:/.*)?)$", views.platform, name="platform"),
]
