"""Upload tokens: everything that `initiate` decided about a file, signed, so that no trace is left until `complete`."""

import uuid
from dataclasses import asdict, dataclass
from typing import Final, Self

from django.conf import settings
from django.core import signing

from repository.errors import InvalidToken
from repository.paths import NodePath
from repository.texts import _

_SALT: Final = "repository.upload"


@dataclass(frozen=True)
class UploadToken:
    """`size` in bytes; `parts` is how many block URLs were handed out for `blob`.

    `generation` is the tree's: a repository that was emptied since takes no upload from before.
    """

    id: str
    folder: str
    name: str
    size: int
    mime_type: str
    blob: str
    parts: int
    generation: int

    @classmethod
    def new(cls, target: NodePath, size: int, mime_type: str, blob: str, *, parts: int, generation: int) -> Self:
        return cls(str(uuid.uuid4()), str(target.parent), target.name, size, mime_type, blob, parts, generation)

    @classmethod
    def parse(cls, text: str) -> Self:
        """InvalidToken if it was not signed here, or more than UPLOAD_TOKEN_LIFETIME seconds ago."""
        try:
            return cls(**signing.loads(text, salt=_SALT, max_age=settings.UPLOAD_TOKEN_LIFETIME))
        except signing.SignatureExpired as err:
            lifetime = settings.UPLOAD_TOKEN_LIFETIME
            raise InvalidToken(
                _("The upload token is older than %(lifetime)s seconds; initiate the upload again"), lifetime=lifetime
            ) from err
        except (signing.BadSignature, TypeError) as err:
            raise InvalidToken(_("The upload token was not issued by this server")) from err

    @property
    def target(self) -> NodePath:
        return NodePath(self.folder) / self.name

    def __str__(self) -> str:
        return signing.dumps(asdict(self), salt=_SALT)
