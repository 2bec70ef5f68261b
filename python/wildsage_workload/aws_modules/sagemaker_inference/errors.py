"""Errors that a script raises to answer with a status of its own, and those of decoding and encoding."""

from http import HTTPStatus

from wildsage_workload.codecs import UnsupportedFormat

UnsupportedFormatError = UnsupportedFormat


class BaseInferenceToolkitError(Exception):
    """Answers the request with this status and message."""

    def __init__(self, status_code: int, message: str, phrase: str) -> None:
        super().__init__(message)
        self.status_code = int(status_code)
        self.message = message
        self.phrase = phrase


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """The same; the phrase may be left out."""

    def __init__(self, status_code: int, message: str | None = None, phrase: str | None = None) -> None:
        standard = HTTPStatus(status_code).phrase
        super().__init__(status_code, message or "Invalid Request", phrase or standard)
