"""Django REST Framework's view of the login: `RepositoryDoor` has checked who it is; here its answer is passed on."""

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from repository.auth.challenge import BASIC_CHALLENGE
from repository.auth.identification import Scheme
from repository.auth.middleware import scheme_of


class RepositoryAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, Scheme] | None:
        user = request._request.user
        return (user, scheme_of(request._request)) if isinstance(user, User) and user.is_active else None

    def authenticate_header(self, request: Request) -> str:
        return BASIC_CHALLENGE
