"""URLs of login, logout and CSRF token."""

from django.urls import URLPattern, URLResolver, path, re_path

from repository.auth import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("libs/granite/core/content/login.html", views.login_page, name="login"),
    re_path(r"^libs/(?:granite|crx)/core/content/login(?:\.html)?$", views.login_page),
    re_path(r"^system/sling/login(?:\.html)?$", views.login_page),
    re_path(r"^(?:.+/)?j_security_check$", views.security_check, name="security-check"),
    re_path(r"^system/sling/logout(?:\.html)?$", views.log_out, name="logout"),
    path("libs/granite/csrf/token.json", views.csrf_token, name="csrf-token"),
]
