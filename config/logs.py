"""What is not worth a line on stderr."""

import logging

from django.http import UnreadablePostError


class ClientLeft(logging.Filter):
    """Drops the report of a request whose client went away: nobody is left to answer, and nothing here is wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, UnreadablePostError)
