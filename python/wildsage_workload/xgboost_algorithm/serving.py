"""The built-in algorithm's answers to inference requests."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from wildsage_workload import codecs, recordio
from wildsage_workload.failures import UserError
from wildsage_workload.invocation import Refused, Response
from wildsage_workload.model_server import worker_count
from wildsage_workload.xgboost_algorithm import model, request_content, selected_content

CSV, JSON, JSON_LINES, RECORDIO = (
    "text/csv", "application/json", "application/jsonlines", "application/x-recordio-protobuf",
)  # fmt: skip
ACCEPTED = (JSON, JSON_LINES, RECORDIO, CSV)
MAX_BODY_BYTES = 6 * 1024 * 1024
# These objectives predict a class, of which there is no mean.
_VOTED = ("multi:softmax", "binary:hinge")


class BuiltInModel:
    """One model, or several (from cross validation) whose predictions are averaged."""

    def __init__(self, folder: Path) -> None:
        self.max_body_bytes = int(os.environ.get("MAX_CONTENT_LENGTH") or MAX_BODY_BYTES)
        model.load_library(folder)
        self._boosters = [model.load(file) for file in model.files(folder)]
        for booster in self._boosters:
            booster.set_param({"nthread": int(os.environ.get("OMP_NUM_THREADS") or 1)})
        learner = json.loads(self._boosters[0].save_config())["learner"]
        self._objective = learner["objective"]["name"]
        self._classes = int(learner["learner_model_param"].get("num_class") or 0)
        self._kind = learner["gradient_booster"]["name"]
        self._width = self._boosters[0].num_features()
        self._default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or CSV
        self._selected = (
            selected_content.keys(os.environ.get("SAGEMAKER_INFERENCE_OUTPUT", ""))
            if os.environ.get("SAGEMAKER_INFERENCE_OUTPUT")
            else None
        )
        self._in_batch = bool(os.environ.get("SAGEMAKER_BATCH"))
        # Images before 1.5 answer CSV on one line.
        self._separator = os.environ.get("WILDSAGE_CSV_SEPARATOR", "\n")

    def invoke(self, body: bytes, content_type: str | None, accept: str | None) -> Response:
        if not body:
            return Response(b"", "text/plain", 204)
        try:
            features, kind = request_content.read(body, content_type)
        except (ValueError, UserError) as unreadable:
            raise Refused(415, str(unreadable)) from unreadable
        try:
            predictions = self._predict(request_content.fit(features, kind, self._width))
        except ValueError as unfit:
            raise Refused(400, f"Unable to evaluate payload provided: {unfit}") from unfit
        wanted = self._accepted(accept)
        if self._selected is not None:
            rows = selected_content.select(predictions, self._selected, self._objective, self._classes)
            return _response(_encode_selected(rows, self._selected, wanted, self._in_batch), wanted)
        return _response(self._encode(predictions.tolist(), wanted), wanted)

    def execution_parameters(self) -> dict[str, Any]:
        return {
            "MaxConcurrentTransforms": worker_count(),
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": self.max_body_bytes // 1024**2,
        }

    def _predict(self, features: request_content.Features) -> np.ndarray:
        if len(self._boosters) == 1:
            return model.predict(self._boosters[0], features, self._kind)
        each = np.array([model.predict(booster, features, self._kind) for booster in self._boosters])
        if self._objective not in _VOTED:
            return each.mean(axis=0)
        return np.array([np.bincount(votes.astype(int)).argmax() for votes in each.T], np.float32)

    def _accepted(self, accept: str | None) -> str:
        if not accept or accept == "*/*":
            return self._default_accept
        for entry in accept.split(","):
            kind = codecs.media_type(entry)
            if kind in ACCEPTED:
                return kind
            if kind == "*/*":
                return self._default_accept
        raise Refused(
            406, f"Accept type {accept} is not supported. Please use supported accept types: {list(ACCEPTED)}."
        )

    def _encode(self, predictions: list[Any], kind: str) -> bytes:
        if self._in_batch and kind == CSV:
            return ("\n".join(map(str, predictions)) + "\n").encode()
        if kind == CSV:
            return (
                _csv(predictions) if self._separator == "\n" else self._separator.join(map(str, predictions)).encode()
            )
        return _encode_rows([{"score": prediction} for prediction in predictions], kind)


def _response(body: bytes, kind: str) -> Response:
    return Response(body, f"{kind}; charset=utf-8" if kind == CSV else kind)


def _encode_rows(rows: list[dict[str, Any]], kind: str) -> bytes:
    if kind == JSON:
        return json.dumps({"predictions": rows}).encode()
    if kind == JSON_LINES:
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    return recordio.write([{key: np.atleast_1d(value) for key, value in row.items()} for row in rows])


def _encode_selected(rows: list[dict[str, Any]], names: list[str], kind: str, in_batch: bool) -> bytes:
    if kind != CSV:
        return _encode_rows(rows, kind)
    lines = (
        ",".join(f'"{row[name]}"' if isinstance(row[name], list) else str(row[name]) for name in names) for row in rows
    )
    return ("\n".join(lines) + ("\n" if in_batch else "")).encode()


def _csv(predictions: list[Any]) -> bytes:
    if not predictions or not isinstance(predictions[0], list):
        return "".join(f"{prediction}\n" for prediction in predictions).encode()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(predictions)
    return text.getvalue().encode()
