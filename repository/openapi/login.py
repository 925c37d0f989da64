"""Login, logout and the CSRF token."""

from typing import Final

from contract.openapi import NO_LOGIN, STRING, Node, answer, form, form_body, operation, query

TAG: Final = "Login"

PATHS: Final[dict[str, Node]] = {
    "/libs/granite/core/content/login.html": {
        "get": operation(
            TAG,
            "loginPage",
            "The login page",
            {200: answer("A form", STRING, "text/html")},
            parameters=(query("resource", "Where to go afterwards"),),
            security=NO_LOGIN,
        )
    },
    "/libs/granite/core/content/login.html/j_security_check": {
        "post": operation(
            TAG,
            "logIn",
            "Log in with a form; sets the cookie login-token",
            {
                200: answer("With j_validate: logged in", headers=["Set-Cookie"]),
                302: answer("Without: to the resource, or back to the form", headers=["Location", "Set-Cookie"]),
                403: answer("With j_validate: refused", headers=["X-Reason", "X-Reason-Code"]),
            },
            body=form_body(
                {"j_username": STRING, "j_password": STRING, "resource": STRING, "j_validate": STRING},
                ["j_username", "j_password"],
            ),
            security=NO_LOGIN,
        )
    },
    "/system/sling/logout.html": {
        "get": operation(
            TAG, "logOut", "Log out", {302: answer("To the login page", headers=["Location"])}, security=NO_LOGIN
        )
    },
    "/libs/granite/csrf/token.json": {
        "get": operation(
            TAG,
            "csrfToken",
            "The token that a browser with a login cookie sends with every change, as CSRF-Token",
            {200: answer("Empty for the anonymous", form({"token": STRING}))},
            security=NO_LOGIN,
        )
    },
}
SCHEMAS: Final[dict[str, Node]] = {}
