"""Files in a Sling POST: nodes of type nt:file."""

from django.utils import timezone

from repository import binary_rows, tree, values
from repository.paths import NodePath
from repository.sling.form import Upload
from repository.stored_files import BLOCK, IncomingFile, StoredFile
from repository.values import Value


def incoming(file: Upload) -> IncomingFile:
    """Of the name that the client gave, only the last part counts: some send a whole path."""
    name = (file.name or "").replace("\\", "/").rpartition("/")[2]
    return IncomingFile(name, file.content_type or "", file.chunks(BLOCK))


def write(path: NodePath, file: StoredFile, user: str) -> None:
    """The nt:file at `path` with these bytes, made or overwritten. Within `tree.writing`."""
    if not tree.exists(path):
        tree.create(path, "nt:file", user=user)
    content = path / "jcr:content"
    described: dict[str, Value] = {
        "jcr:mimeType": file.mime_type,
        "jcr:lastModified": values.date(timezone.now()),
        "jcr:lastModifiedBy": user,
    }
    existing = tree.find(content)
    if existing is None:
        tree.create(content, "nt:resource", described, binary_id=file.binary_id, user=user)
        return
    tree.set_binary(content, file.binary_id, {**described})
    if existing.binary:
        binary_rows.release([existing.binary.id])
