"""A model served by the user's script: `model_fn`, `input_fn`, `predict_fn`, `output_fn`, or `transform_fn`."""

import importlib
import json
import os
import sys
from collections.abc import Callable
from inspect import signature
from types import ModuleType
from typing import Any

import numpy as np

from wildsage_workload import aws_modules, codecs, paths
from wildsage_workload.invocation import Refused, Response

MAX_BODY_BYTES = 100 * 1024 * 1024
NO_MODEL_FN = (
    "Please provide a model_fn implementation: the script {} has none, and there is no default for this framework."
)


class UserModel:
    """The script's functions, with AWS's defaults for those that it lacks."""

    def __init__(self, script: ModuleType, defaults: "Defaults") -> None:
        self.max_body_bytes = int(os.environ.get("MAX_CONTENT_LENGTH") or MAX_BODY_BYTES)
        self._default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or codecs.JSON
        functions = {name: getattr(script, f"{name}_fn", None) for name in ("input", "predict", "output", "transform")}
        transform = functions.pop("transform")
        if transform and any(functions.values()):
            raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self._transform = transform or self._by_parts
        self._input = functions["input"] or defaults.input_fn
        self._predict = functions["predict"] or defaults.predict_fn
        self._output = functions["output"] or defaults.output_fn
        self._parameters = getattr(script, "execution_parameters_fn", None)
        load = getattr(script, "model_fn", None) or defaults.model_fn
        if load is None:
            raise NotImplementedError(NO_MODEL_FN.format(script.__name__))
        self._model = _call(load, str(paths.MODEL))

    def invoke(self, body: bytes, content_type: str | None, accept: str | None) -> Response:
        kind = content_type or codecs.JSON
        wanted = self._default_accept if not accept or accept == "*/*" else accept
        content = body.decode("utf-8") if codecs.media_type(kind) in codecs.TEXTS else body
        return _response(_call(self._transform, self._model, content, kind, wanted), wanted)

    def execution_parameters(self) -> dict[str, Any] | None:
        if self._parameters is None:
            return None
        given = self._parameters()
        return json.loads(given) if isinstance(given, (str, bytes)) else given

    def _by_parts(self, model: Any, content: Any, content_type: str, accept: str) -> Any:
        try:
            data = _call(self._input, content, content_type)
        except codecs.UnsupportedFormat as unsupported:
            raise Refused(415, str(unsupported)) from unsupported
        prediction = _call(self._predict, data, model)
        try:
            return _call(self._output, prediction, accept)
        except codecs.UnsupportedFormat as unsupported:
            raise Refused(406, str(unsupported)) from unsupported


class Defaults:
    """What scikit-learn's image does without functions of the user's."""

    model_fn: Callable[..., Any] | None = None

    @staticmethod
    def input_fn(content: Any, content_type: str) -> Any:
        array = codecs.decode(content, content_type)
        if codecs.media_type(content_type) not in codecs.TEXTS:
            return array
        return (array.reshape(1, -1) if array.ndim < 2 else array).astype(np.float32)

    @staticmethod
    def predict_fn(data: Any, model: Any) -> Any:
        return model.predict(data)

    @staticmethod
    def output_fn(prediction: Any, accept: str) -> Any:
        return codecs.encode(prediction, accept)


def load_script(program: str) -> ModuleType:
    """Imports the user's script from the folders of its source."""
    for folder in (paths.MODEL / "code", paths.CODE):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    sys.path.append(str(aws_modules.FOLDER))
    return importlib.import_module(program.removesuffix(".py").replace("/", "."))


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Scripts for the multi-model server take a context besides; it holds nothing here."""
    if len(signature(function).parameters) == len(arguments) + 1:
        return function(*arguments, None)
    return function(*arguments)


def _response(result: Any, accept: str) -> Response:
    """What functions may return: content, content with its type, or a Flask response."""
    if hasattr(result, "get_data") and hasattr(result, "mimetype"):
        return Response(result.get_data(), result.mimetype, getattr(result, "status_code", 200))
    content, kind = result if isinstance(result, tuple) and len(result) == 2 else (result, accept)
    if isinstance(content, str):
        content = content.encode()
    if not isinstance(content, (bytes, bytearray)):
        content, kind = codecs.encode(content, kind)
    return Response(bytes(content), kind)
