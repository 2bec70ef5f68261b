import json
import pickle

import numpy as np
import pytest
import xgboost
from conftest import Job

from wildsage_workload import recordio
from wildsage_workload.xgboost_algorithm import selected_content

Data = tuple[np.ndarray, np.ndarray]
ROWS = 3


def put_model(
    job: Job, data: Data, name: str = "xgboost-model", pickled: bool = False, **parameters: object
) -> xgboost.Booster:
    features, labels = data
    booster = xgboost.train(parameters, xgboost.DMatrix(features.astype(np.float32), labels), 5)
    job.put(f"model/{name}", pickle.dumps(booster) if pickled else bytes(booster.save_raw("ubj")))
    return booster


def lines(features: np.ndarray) -> str:
    return "\n".join(",".join(f"{value:.9g}" for value in row) for row in features.astype(np.float32))


def test_answers_equal_xgboosts_own_in_every_format(job: Job, cancer: Data) -> None:
    booster = put_model(job, cancer, objective="binary:logistic")
    rows = cancer[0][:ROWS].astype(np.float32)
    expected = booster.predict(xgboost.DMatrix(rows))
    libsvm = "\n".join(" ".join(f"{at}:{value:.9g}" for at, value in enumerate(row)) for row in rows)
    requests: list[tuple[bytes | str, str]] = [
        (lines(rows), "text/csv"),
        (lines(rows).replace(",", "\t"), "text/csv; charset=utf-8"),
        (libsvm, "text/libsvm"),
        (libsvm, "text/x-libsvm"),
        (recordio.write_features(rows), "application/x-recordio-protobuf"),
    ]
    with job.serving("--algorithm", "xgboost") as server:
        for body, kind in requests:
            answer = server.ask(body, kind)
            assert (answer.status, answer.content_type) == (200, "text/csv; charset=utf-8"), answer.body
            assert answer.body.endswith(b"\n")
            assert np.allclose([float(line) for line in answer.body.split()], expected, atol=1e-6)
        found = json.loads(server.ask(lines(rows), accept="application/json").body)
        assert np.allclose([entry["score"] for entry in found["predictions"]], expected, atol=1e-6)
        answer = server.ask(lines(rows), accept="application/jsonlines")
        assert np.allclose([json.loads(line)["score"] for line in answer.body.splitlines()], expected, atol=1e-6)
        answer = server.ask(lines(rows), accept="application/x-recordio-protobuf")
        records = [recordio.decode(frame) for frame in recordio.frames(answer.body)]
        assert np.allclose([record.label["score"].values[0] for record in records], expected, atol=1e-6)
        assert server.ask(lines(rows), accept="text/html, application/json").content_type == "application/json"


def test_what_cannot_be_answered_is_told_with_the_right_status(job: Job, cancer: Data) -> None:
    put_model(job, cancer, objective="binary:logistic")
    row = lines(cancer[0][:1])
    with job.serving("--algorithm", "xgboost", MAX_CONTENT_LENGTH="1000") as server:
        cases = [
            (server.ask(row, "image/png"), 415, "image/png is not an accepted ContentType"),
            (server.ask(row, "application/x-parquet"), 415, "is not supported"),
            (server.ask("1,two,3"), 415, "ensure data is in csv format"),
            (server.ask(f"{row}\n1,2"), 415, "line 2 has 2 columns, line 1 has 30"),
            (server.ask("1,2,3"), 400, "Feature size of csv inference data 3 is not consistent"),
            (server.ask("0:1 99:2", "text/libsvm"), 400, "is larger than feature size of trained model 30"),
            (server.ask(row, accept="text/html"), 406, "Accept type text/html is not supported"),
            (server.ask("1" * 1001), 413, "larger than 1000 bytes"),
            (server.request("GET", "/invocations"), 405, "Method Not Allowed"),
            (server.request("GET", "/nothing"), 404, "Not Found"),
        ]
        for answer, status, message in cases:
            assert answer.status == status, answer
            assert message in answer.body.decode(), answer
        assert server.ask("").status == 204
        assert server.ask(row).status == 200


def test_missing_values_and_sparse_rows_are_answered(job: Job, cancer: Data) -> None:
    booster = put_model(job, cancer, objective="binary:logistic")
    row = cancer[0][:1].astype(np.float32)
    row[0, 20:] = np.nan
    expected = booster.predict(xgboost.DMatrix(row))
    with job.serving("--algorithm", "xgboost") as server:
        for body, kind in (
            (",".join("" if np.isnan(value) else f"{value:.9g}" for value in row[0]), "text/csv"),
            (" ".join(f"{at}:{value:.9g}" for at, value in enumerate(row[0]) if not np.isnan(value)), "text/libsvm"),
        ):
            assert float(server.ask(body, kind).body) == pytest.approx(expected[0], abs=1e-6)


@pytest.mark.parametrize("pickled", [True, False])
def test_many_classes_are_answered_with_a_row_each(job: Job, digits: Data, pickled: bool) -> None:
    booster = put_model(job, digits, pickled=pickled, objective="multi:softprob", num_class=10)
    expected = booster.predict(xgboost.DMatrix(digits[0][:ROWS]))
    with job.serving("--algorithm", "xgboost") as server:
        answer = server.ask(lines(digits[0][:ROWS]))
        table = np.array([line.split(",") for line in answer.body.decode().splitlines()], float)
        assert np.allclose(table, expected, atol=1e-6)
        found = json.loads(server.ask(lines(digits[0][:ROWS]), accept="application/json").body)
        assert np.allclose([entry["score"] for entry in found["predictions"]], expected, atol=1e-6)


def test_a_pickled_estimator_is_served_too(job: Job, diabetes: Data) -> None:
    estimator = xgboost.XGBRegressor(n_estimators=5).fit(*diabetes)
    job.put("model/xgboost-model", pickle.dumps(estimator))
    with job.serving("--algorithm", "xgboost") as server:
        answer = server.ask(lines(diabetes[0][:ROWS]))
        assert np.allclose(
            [float(line) for line in answer.body.split()], estimator.predict(diabetes[0][:ROWS]), rtol=1e-5
        )


def test_linear_models_are_served(job: Job, diabetes: Data) -> None:
    booster = put_model(job, diabetes, booster="gblinear")
    expected = booster.predict(xgboost.DMatrix(diabetes[0][:ROWS].astype(np.float32)))
    with job.serving("--algorithm", "xgboost") as server:
        assert np.allclose(
            [float(line) for line in server.ask(lines(diabetes[0][:ROWS])).body.split()], expected, rtol=1e-5
        )


def test_models_of_several_folds_answer_together(job: Job, diabetes: Data) -> None:
    boosters = [put_model(job, diabetes, f"xgboost-model-{depth}", max_depth=depth) for depth in (2, 5)]
    rows = xgboost.DMatrix(diabetes[0][:ROWS].astype(np.float32))
    expected = np.mean([booster.predict(rows) for booster in boosters], axis=0)
    with job.serving("--algorithm", "xgboost") as server:
        assert np.allclose(
            [float(line) for line in server.ask(lines(diabetes[0][:ROWS])).body.split()], expected, rtol=1e-5
        )


def test_older_images_answer_csv_on_one_line(job: Job, diabetes: Data) -> None:
    put_model(job, diabetes)
    with job.serving("--algorithm", "xgboost", WILDSAGE_CSV_SEPARATOR=",") as server:
        assert len(server.ask(lines(diabetes[0][:ROWS])).body.split(b",")) == ROWS


def test_batch_transform_is_told_its_parameters(job: Job, diabetes: Data) -> None:
    put_model(job, diabetes)
    with job.serving("--algorithm", "xgboost", SAGEMAKER_BATCH="true", SAGEMAKER_MODEL_SERVER_WORKERS="2") as server:
        answer = server.request("GET", "/execution-parameters")
        assert json.loads(answer.body) == {
            "MaxConcurrentTransforms": 2,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": 6,
        }
        assert server.ask(lines(diabetes[0][:ROWS])).body.count(b"\n") == ROWS


def test_selected_content_is_answered_in_the_order_asked_for(job: Job, cancer: Data) -> None:
    booster = put_model(job, cancer, objective="binary:logistic")
    score = float(booster.predict(xgboost.DMatrix(cancer[0][:1].astype(np.float32)))[0])
    wanted = "predicted_label, probabilities"
    with job.serving("--algorithm", "xgboost", SAGEMAKER_INFERENCE_OUTPUT=wanted) as server:
        (entry,) = json.loads(server.ask(lines(cancer[0][:1]), accept="application/json").body)["predictions"]
        assert list(entry) == ["predicted_label", "probabilities"]
        assert entry["predicted_label"] == int(score > 0.5)
        assert np.allclose(entry["probabilities"], [1 - score, score], atol=1e-6)
        text = server.ask(lines(cancer[0][:1])).body.decode()
        assert text.startswith(f'{entry["predicted_label"]},"[') and text.endswith(']"')


@pytest.mark.parametrize(
    ("objective", "row", "expected"),
    [
        ("reg:squarederror", 2.5, {"predicted_score": 2.5}),
        ("binary:logitraw", 1.5, {"predicted_label": 1, "raw_score": 1.5, "labels": [0, 1]}),
        ("binary:hinge", 1.0, {"predicted_label": 1.0}),
        ("multi:softmax", 2.0, {"predicted_label": 2.0, "labels": [0, 1, 2]}),
        (
            "multi:softprob",
            [0.25, 0.5, 0.25],
            {"predicted_label": 1, "probability": 0.5, "raw_scores": [0.25, 0.5, 0.25]},
        ),
    ],
)
def test_each_objective_has_its_content(objective: str, row: object, expected: dict[str, object]) -> None:
    assert selected_content.select(np.array([row]), list(expected), objective, 3) == [expected]


def test_content_that_an_objective_lacks_is_not_a_number() -> None:
    (found,) = selected_content.select(np.array([2.5]), ["predicted_score", "probability"], "reg:squarederror", 0)
    assert found["predicted_score"] == 2.5 and np.isnan(found["probability"])
    with pytest.raises(ValueError, match="unsupported for selectable"):
        selected_content.select(np.array([2.5]), ["predicted_score"], "survival:cox", 0)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("xgboost-model", b"binf\x00\x00\x00?", "cannot be loaded by XGBoost"),
        ("xgboost-model", b"\x80\x04garbage", "cannot be unpickled"),
        (".hidden", b"", "The model archive holds no file xgboost-model"),
    ],
)
def test_a_model_that_does_not_load_ends_the_server_with_the_reason(
    job: Job, name: str, content: bytes, message: str
) -> None:
    job.put(f"model/{name}", content)
    process = job.start(
        "serve", "--algorithm", "xgboost", SAGEMAKER_BIND_TO_PORT="0", SAGEMAKER_MODEL_SERVER_WORKERS="1"
    )
    log, _ = process.communicate(timeout=60)
    assert process.returncode == 1, log
    assert message in log
