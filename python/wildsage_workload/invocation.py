"""What an inference request comes in as and goes out as, whatever answers it."""

from typing import Any, NamedTuple, Protocol


class Response(NamedTuple):
    body: bytes
    content_type: str = "application/json"
    status: int = 200


class Refused(Exception):
    """The request cannot be answered. Its text goes to the client as it stands."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Model(Protocol):
    """A loaded model that answers requests."""

    max_body_bytes: int

    def invoke(self, body: bytes, content_type: str | None, accept: str | None) -> Response:
        """Answers one request. Called for one request at a time. Any exception but Refused is answered with 500."""
        ...

    def execution_parameters(self) -> dict[str, Any] | None:
        """What batch transform should use; None when the model does not say."""
        ...
