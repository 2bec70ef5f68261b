"""What an `output_fn` may return."""

from http import HTTPStatus
from typing import Any

from wildsage_workload import codecs


class Response:
    """An answer with its content type and status."""

    def __init__(
        self,
        response: str | bytes | None = None,
        accept: str | None = None,
        status: int = HTTPStatus.OK,
        headers: Any = None,
        mimetype: str | None = None,
    ) -> None:
        # `accept` came before `mimetype`, and is still what some scripts give.
        self.mimetype = mimetype or accept or codecs.JSON
        self.status_code = int(status)
        self.headers = dict(headers or {})
        self._content = response.encode() if isinstance(response, str) else response or b""

    def get_data(self) -> bytes:
        return self._content
