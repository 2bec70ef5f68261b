"""The HTTP server of an endpoint: `GET /ping`, `POST /invocations`, `GET /execution-parameters`.

Granian takes care of HTTP and of the worker processes. Each worker loads the model for itself, answers `/ping` once it
has, and runs one invocation at a time: models and scripts need not be thread-safe.
"""

import ctypes
import json
import multiprocessing
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from wildsage_workload.invocation import Model, Refused, Response
from wildsage_workload.training_environment import cpu_count

# More than one, so that /ping is answered while a prediction takes its time.
THREADS = 16
SECONDS_TO_FINISH = 100
_REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def serve(load: Callable[[], Model], preload: Callable[[], Any]) -> int:
    """Serves until SIGTERM, then finishes what is under way. Returns the exit status: 1 when the model does not load.

    `load` runs in each worker. `preload` runs once before them: what it imports is in memory once for all of them.
    """
    from granian.constants import Interfaces
    from granian.server import Server

    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT") or 8080)
    address = os.environ.get("WILDSAGE_BIND_ADDRESS") or "0.0.0.0"
    try:
        _check_free(address, port)
    except OSError as taken:
        print(f"Cannot listen on {address}:{port}: {taken.strerror}", file=sys.stderr, flush=True)
        return 1
    workers = worker_count()
    _share_processors(workers)
    preload()
    _let_workers_end_while_they_load()
    failed = multiprocessing.Value(ctypes.c_bool, False)
    server = Server(
        "model",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        log_level="error",
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
    )
    print(f"Starting {workers} model server worker{'s' if workers > 1 else ''} on port {port}", flush=True)
    server.serve(target_loader=partial(_load_application, load, failed, os.getpid()), wrap_loader=False)
    return 1 if failed.value else 0


def worker_count() -> int:
    """As many as the user asks for, else one for each CPU of the instance."""
    for name in ("SAGEMAKER_MODEL_SERVER_WORKERS", "MODEL_SERVER_WORKERS", "SAGEMAKER_NUM_MODEL_WORKERS"):
        if os.environ.get(name, "").isdigit() and int(os.environ[name]) > 0:
            return int(os.environ[name])
    return _instance_cpus()


def _instance_cpus() -> int:
    """The platform tells how many of the machine's CPUs an instance has in OMP_NUM_THREADS."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    return min(cpu_count(), int(told)) if told.isdigit() and int(told) > 0 else cpu_count()


def _share_processors(workers: int) -> None:
    """Workers that each use every CPU only get in each other's way."""
    os.environ["OMP_NUM_THREADS"] = str(max(1, _instance_cpus() // workers))


def _check_free(address: str, port: int) -> None:
    # Workers share the port among themselves (SO_REUSEPORT), so the kernel would let another server share it too.
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))


def _load_application(load: Callable[[], Model], failed: Any, server: int) -> Application:
    _end_with_server(server)
    try:
        return application(load())
    except BaseException:
        # Another try would end the same: the server stops, and its log tells why.
        traceback.print_exc()
        print("The model cannot be loaded", file=sys.stderr, flush=True)
        failed.value = True
        os.kill(server, signal.SIGTERM)
        raise SystemExit(1) from None


def _end_with_server(server: int) -> None:
    """Has the kernel end this worker when the server is killed, so that none stays behind holding the port."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
        if os.getppid() != server:
            os._exit(1)


def _let_workers_end_while_they_load() -> None:
    """Granian gives a worker its own signal handlers once it has loaded.

    Until then it has the server's from the fork, which would swallow the SIGTERM of a server that stops: it would wait
    for the worker in vain. No signal may come between the fork and the change.
    """
    stops = {signal.SIGTERM, signal.SIGINT}

    def forked() -> None:
        for number in stops:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, stops),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, stops),
        after_in_child=forked,
    )


def application(model: Model) -> Application:
    """The WSGI application around a loaded model."""
    one_at_a_time = threading.Lock()

    def invocations(environ: dict[str, Any]) -> Response:
        body = _body(environ, model.max_body_bytes)
        content_type = (
            environ.get("CONTENT_TYPE") or environ.get("HTTP_CONTENT_TYPE") or environ.get("HTTP_CONTENTTYPE")
        )
        with one_at_a_time:
            return model.invoke(body, content_type, environ.get("HTTP_ACCEPT"))

    def execution_parameters(_environ: dict[str, Any]) -> Response:
        parameters = model.execution_parameters()
        if parameters is None:
            raise Refused(404, "Not Found")
        return Response(json.dumps(parameters).encode())

    routes: dict[str, tuple[str, Callable[[dict[str, Any]], Response]]] = {
        "/invocations": ("POST", invocations),
        "/ping": ("GET", lambda _environ: Response(b"")),
        "/execution-parameters": ("GET", execution_parameters),
    }

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = _respond(routes, environ)
        start_response(
            f"{response.status} {_REASONS.get(response.status, 'Error')}",
            [("Content-Type", response.content_type), ("Content-Length", str(len(response.body)))],
        )
        return [response.body]

    return answer


def _respond(routes: dict[str, tuple[str, Callable[[dict[str, Any]], Response]]], environ: dict[str, Any]) -> Response:
    method, handle = routes.get(environ["PATH_INFO"], (None, None))
    if handle is None:
        return Response(b"Not Found", "text/plain", 404)
    if environ["REQUEST_METHOD"] != method:
        return Response(b"Method Not Allowed", "text/plain", 405)
    try:
        return handle(environ)
    except Refused as refused:
        return Response(str(refused).encode(), "text/plain; charset=utf-8", refused.status)
    except Exception as error:
        traceback.print_exc()
        sys.stderr.flush()
        message = str(error) or type(error).__name__
        return Response(
            message.encode("utf-8", "replace"), "text/plain; charset=utf-8", getattr(error, "status_code", 500)
        )


def _body(environ: dict[str, Any], limit: int) -> bytes:
    declared = environ.get("CONTENT_LENGTH")
    if declared and int(declared) > limit:
        raise Refused(413, f"The request body is larger than {limit} bytes")
    # A chunked body has no declared length.
    body = environ["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        raise Refused(413, f"The request body is larger than {limit} bytes")
    return body
