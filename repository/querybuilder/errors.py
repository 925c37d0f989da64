"""What QueryBuilder refuses.

QueryError                 in the answer: `{"success": false, "message": …}`
├── InvalidQuery           a parameter that cannot be understood (400)
└── TooManyReads           a query that would read more nodes than the limit, as Oak has one (400)
"""

from typing import ClassVar

from repository.errors import RepositoryError


class QueryError(RepositoryError):
    status: ClassVar[int] = 400


class InvalidQuery(QueryError):
    reason = "InvalidQuery"


class TooManyReads(QueryError):
    reason = "TooManyReads"
