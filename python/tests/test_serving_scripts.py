import io
import json
import signal
import socket
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import xgboost
from conftest import Job, free_port, is_up, wait_until

FOREST = """
import joblib, os
def model_fn(folder):
    return joblib.load(os.path.join(folder, "model.joblib"))
"""
MODEL = "def model_fn(folder):\n    return {}\n"
TRANSFORM = "def transform_fn(model, body, content_type, accept):\n    return {}, 'text/plain'\n"
ECHO = """
import json, os, threading
def model_fn(folder):
    return {"folder": folder}
def input_fn(body, content_type):
    return {"text": isinstance(body, str), "length": len(body), "type": content_type}
def predict_fn(data, model):
    return {**data, **model, "pid": os.getpid()}
def output_fn(prediction, accept):
    return json.dumps(prediction), accept
"""


@pytest.fixture
def forest(job: Job, cancer: tuple[np.ndarray, np.ndarray]) -> object:
    import joblib
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(5, random_state=0).fit(cancer[0].astype(np.float32), cancer[1])
    joblib.dump(model, job.model / "model.joblib")
    return model


def test_a_script_with_only_a_model_fn_answers_csv_json_and_npy(
    job: Job, forest: object, cancer: tuple[np.ndarray, np.ndarray]
) -> None:
    job.put("model/code/inference.py", FOREST)
    rows = cancer[0][:4].astype(np.float32)
    expected = forest.predict(rows).tolist()  # type: ignore[attr-defined]
    npy = io.BytesIO()
    np.save(npy, rows)
    with job.serving() as server:
        csv = "\n".join(",".join(map(str, row)) for row in rows)
        assert [int(line) for line in server.ask(csv, accept="text/csv").body.split()] == expected
        assert json.loads(server.ask(csv).body) == expected
        assert json.loads(server.ask(json.dumps(rows.tolist()), "application/json").body) == expected
        assert json.loads(server.ask(json.dumps(rows[0].tolist()), None).body) == expected[:1]
        answer = server.ask(npy.getvalue(), "application/x-npy", "application/x-npy")
        assert np.load(io.BytesIO(answer.body)).tolist() == expected
        assert server.ask("x", "image/png").status == 415
        assert server.ask(csv, accept="image/png").status == 406
        wrong = server.ask("1,2,3")
        assert wrong.status == 500 and "features" in wrong.body.decode() and "Traceback" not in wrong.body.decode()
        assert "Traceback" in server.log.read_text()
        assert server.request("GET", "/execution-parameters").status == 404


def test_a_scripts_own_functions_are_called(job: Job) -> None:
    job.put("code/serve_me.py", ECHO)
    with job.serving(SAGEMAKER_PROGRAM="serve_me.py", SAGEMAKER_SUBMIT_DIRECTORY=str(job.base / "code")) as server:
        found = json.loads(server.ask("1,2", "text/csv").body)
        assert (found["text"], found["length"], found["folder"]) == (True, 3, str(job.model))
        found = json.loads(server.ask(b"\xff\x00", "application/octet-stream").body)
        assert (found["text"], found["type"]) == (False, "application/octet-stream")


def test_the_submit_directory_may_be_the_models_code(job: Job) -> None:
    job.put("model/code/mine.py", ECHO)
    with job.serving(SAGEMAKER_PROGRAM="mine.py", SAGEMAKER_SUBMIT_DIRECTORY="file:///opt/ml/model/code") as server:
        assert server.ask("1").status == 200


def test_transform_fn_takes_the_place_of_the_others(job: Job) -> None:
    script = MODEL.format("2") + TRANSFORM.format("str(model * int(body))")
    job.put("model/code/inference.py", script)
    with job.serving() as server:
        answer = server.ask("21")
        assert (answer.body, answer.content_type) == (b"42", "text/plain")


def test_requirements_of_a_model_are_its_own(job: Job) -> None:
    package = job.put(
        "package/setup.py",
        "from setuptools import setup; setup(name='wildsage-test-only', version='1', py_modules=['only_here'])",
    )
    job.put("package/only_here.py", "ANSWER = 'from the package'")
    job.put("model/code/requirements.txt", f"{package.parent}\n")
    job.put(
        "model/code/inference.py",
        "import only_here\n" + MODEL.format("only_here.ANSWER") + TRANSFORM.format("model"),
    )
    with job.serving(PIP_NO_BUILD_ISOLATION="0") as server:
        assert server.ask("1").body == b"from the package"


def test_the_xgboost_image_loads_the_model_for_a_script_without_model_fn(
    job: Job, diabetes: tuple[np.ndarray, np.ndarray]
) -> None:
    estimator = xgboost.XGBRegressor(n_estimators=5).fit(*diabetes)
    estimator.get_booster().save_model(job.model / "xgboost-model.json")
    (job.model / "xgboost-model.json").rename(job.model / "xgboost-model")
    job.put(
        "model/code/inference.py",
        "def output_fn(prediction, accept):\n    return ' '.join(map(str, prediction)), 'text/plain'\n",
    )
    rows = diabetes[0][:3]
    with job.serving("--algorithm", "xgboost") as server:
        answer = server.ask("\n".join(",".join(map(str, row)) for row in rows))
        assert np.allclose([float(value) for value in answer.body.split()], estimator.predict(rows), rtol=1e-5)
        assert server.ask("{}", "application/json").status == 415


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("raise RuntimeError('broken at import')", "broken at import"),
        ("def predict_fn(data, model):\n    return data", "Please provide a model_fn implementation"),
        (
            "def model_fn(f): ...\ndef transform_fn(*a): ...\ndef input_fn(*a): ...",
            "Cannot use transform_fn implementation",
        ),
    ],
)
def test_a_script_that_does_not_load_ends_the_server_with_the_reason(job: Job, script: str, message: str) -> None:
    job.put("model/code/inference.py", script)
    process = job.start("serve", SAGEMAKER_BIND_TO_PORT=str(free_port()), SAGEMAKER_MODEL_SERVER_WORKERS="2")
    log, _ = process.communicate(timeout=60)
    assert process.returncode == 1, log
    assert message in log


def test_a_model_without_a_script_is_told_what_is_missing(job: Job) -> None:
    process = job.start("serve")
    log, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "No script to serve the model with" in log


def test_a_taken_port_is_told(job: Job) -> None:
    job.put("model/code/inference.py", ECHO)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        process = job.start("serve", SAGEMAKER_BIND_TO_PORT=str(holder.getsockname()[1]))
        log, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "Cannot listen on" in log


def test_a_worker_that_dies_is_replaced(job: Job) -> None:
    script = ECHO.replace(
        "def predict_fn(data, model):", "def predict_fn(data, model):\n    if data['length'] == 3: os._exit(9)"
    )
    job.put("model/code/inference.py", script)
    with job.serving() as server:
        first = json.loads(server.ask("1").body)["pid"]
        with pytest.raises(OSError):
            server.ask("die")
        wait_until(lambda: is_up(server), server.log)
        assert json.loads(server.ask("1").body)["pid"] != first


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent death signal is Linux's")
def test_no_worker_outlives_a_server_that_was_killed(job: Job) -> None:
    job.put("model/code/inference.py", ECHO)
    with job.serving() as server:
        worker = json.loads(server.ask("1").body)["pid"]
        server.process.kill()
        wait_until(
            lambda: not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text().split()[2]
        )


def test_stopping_does_not_wait_for_a_model_that_loads(job: Job) -> None:
    script = """
import os, time
def model_fn(folder):
    try:
        os.mkdir(folder + "/first")
    except FileExistsError:
        open(folder + "/loading", "w").close()
        time.sleep(600)
def predict_fn(data, model):
    return data
"""
    job.put("model/code/inference.py", script)
    with job.serving(SAGEMAKER_MODEL_SERVER_WORKERS="2") as server:
        wait_until(lambda: (job.model / "loading").exists())
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=30) == 0


def test_a_scripts_libraries_are_imported_once_for_all_workers(job: Job) -> None:
    script = """
import sys
before = sorted(name for name in ("sklearn.base", "pandas") if name in sys.modules)
import joblib, pandas, mine
def model_fn(folder):
    return before
def transform_fn(model, *_):
    return [model, "mine" in sys.modules]
"""
    job.put("model/code/inference.py", script)
    job.put("model/code/mine.py", "")
    with job.serving(SAGEMAKER_MODEL_SERVER_WORKERS="2") as server:
        assert json.loads(server.ask("1").body) == [["pandas", "sklearn.base"], True]


def test_a_library_of_the_scripts_own_is_not_taken_for_the_runtimes(job: Job) -> None:
    job.put("model/code/inference.py", "import joblib\ndef model_fn(folder):\n    return joblib.MINE\n")
    job.put("model/code/joblib.py", "MINE = {}\n")
    with job.serving() as server:
        assert server.request("GET", "/ping").status == 200


def test_stopping_finishes_the_request_under_way(job: Job) -> None:
    script = """
import time
def model_fn(folder):
    return open(folder + "/started", "w")
def transform_fn(model, *_):
    print(1, file=model, flush=True)
    time.sleep(1.5)
    return "done", "text/plain"
"""
    job.put("model/code/inference.py", script)
    with job.serving() as server:
        answers: list[bytes] = []
        asking = threading.Thread(target=lambda: answers.append(server.ask("1").body))
        asking.start()
        wait_until(lambda: bool((job.model / "started").read_text()))
        server.process.send_signal(signal.SIGTERM)
        asking.join()
        assert answers == [b"done"]
        assert server.process.wait(timeout=30) == 0


def test_ping_is_answered_while_a_prediction_takes_its_time_and_predictions_do_not_overlap(job: Job) -> None:
    script = """
import os, time
def model_fn(folder):
    return folder
def transform_fn(model, body, *_):
    marker = os.path.join(model, "running")
    with open(marker, "x"):
        time.sleep(0.3)
    os.remove(marker)
    return "done", "text/plain"
"""
    job.put("model/code/inference.py", script)
    with job.serving() as server:
        statuses: list[int] = []
        asking = [threading.Thread(target=lambda: statuses.append(server.ask("1").status)) for _ in range(4)]
        for thread in asking:
            thread.start()
        wait_until(lambda: (job.model / "running").exists())
        assert server.request("GET", "/ping").status == 200
        still_running = any(thread.is_alive() for thread in asking)
        for thread in asking:
            thread.join()
        assert still_running
        assert statuses == [200] * 4


def test_each_worker_loads_the_model_for_itself(job: Job) -> None:
    job.put(
        "model/code/inference.py",
        ECHO + "\nopen(os.path.join(os.environ['SAGEMAKER_BASE_DIR'], f'loaded-{os.getpid()}'), 'w')",
    )
    with job.serving(SAGEMAKER_MODEL_SERVER_WORKERS="3"):
        wait_until(lambda: len(list(Path(job.base).glob("loaded-*"))) == 3)


def test_one_connection_serves_many_requests(job: Job) -> None:
    import http.client

    job.put("model/code/inference.py", ECHO)
    with job.serving() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for length in range(1, 20):
            connection.request("POST", "/invocations", "x" * length, {"Content-Type": "text/csv"})
            answer = connection.getresponse()
            assert json.loads(answer.read())["length"] == length
        # A body of unknown length comes in chunks.
        connection.request(
            "POST", "/invocations", iter([b"abc", b"defg"]), {"Content-Type": "text/csv"}, encode_chunked=True
        )
        assert json.loads(connection.getresponse().read())["length"] == 7
        connection.close()
