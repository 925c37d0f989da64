"""How passwords are hashed while the login is the well-known one."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """As Django's own, which computes for 0.2 s. After a password of one's own is set, Django's own is used again."""

    iterations = 1000
