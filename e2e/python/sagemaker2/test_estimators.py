"""The SageMaker Python SDK v2: estimators trained, looked at, attached to, deployed and asked."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from jobs import FAST
from sagemaker import image_uris
from sagemaker.analytics import TrainingJobAnalytics
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer
from sagemaker.estimator import Estimator
from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer, JSONSerializer
from sagemaker.sklearn import SKLearn
from sagemaker.xgboost import XGBoost

INSTANCE = {"instance_count": 1, "instance_type": "ml.m5.large"}
# The SDK's own pauses between questions are of half a minute; the platform needs seconds.
POLL_SECONDS = 1


def built_in(session, role_arn: str, **hyperparameters) -> Estimator:
    image = image_uris.retrieve("xgboost", session.boto_region_name, "1.7-1")
    return Estimator(
        image,
        role_arn,
        **INSTANCE,
        output_path=f"s3://{session.default_bucket()}/models",
        sagemaker_session=session,
        hyperparameters={"objective": "binary:logistic", "num_round": 5, **hyperparameters},
    )


@pytest.fixture(scope="module")
def started(session, role_arn, data, scripts: Path) -> dict[str, Estimator]:
    """Two jobs of users' scripts, begun before they are waited for."""
    framework = {"role": role_arn, **INSTANCE, "source_dir": str(scripts), "sagemaker_session": session}
    estimators = {
        "xgboost": XGBoost(
            "train_xgboost.py",
            framework_version="1.7-1",
            hyperparameters={"rounds": 4},
            metric_definitions=[{"Name": "loss", "Regex": r"train_loss: ([0-9.]+)"}],
            **framework,
        ),
        "sklearn": SKLearn(
            "train_sklearn.py", framework_version="1.2-1", hyperparameters={"strength": 0.5}, **framework
        ),
    }
    for estimator in estimators.values():
        estimator.fit({"train": data}, wait=False)
    return estimators


@pytest.fixture(scope="module")
def finished(session, started: dict[str, Estimator]) -> dict[str, Estimator]:
    for estimator in started.values():
        session.wait_for_job(estimator.latest_training_job.name, poll=POLL_SECONDS)
    return started


def deployed(session, estimator: Estimator, serializer, deserializer):
    """As `deploy()` does by itself, but looking more often whether it is done."""
    predictor = estimator.deploy(1, "ml.m5.large", serializer=serializer, deserializer=deserializer, wait=False)
    session.wait_for_endpoint(predictor.endpoint_name, poll=POLL_SECONDS)
    return predictor


def test_uses_the_default_bucket(session, data):
    assert session.default_bucket() == "sagemaker-us-east-1-111122223333"
    assert session.account_id() == "111122223333"
    assert data == "s3://sagemaker-us-east-1-111122223333/data/train.csv"


def test_fits_with_the_log_and_deploys_as_documented(started, session, role_arn, data, table, capsys):
    estimator = built_in(session, role_arn)
    channel = TrainingInput(data, content_type="text/csv")
    estimator.fit({"train": channel, "validation": channel}, logs="All")
    printed = capsys.readouterr().out
    assert "[4]#011train-logloss:" in printed
    assert "Completed - Training job completed" in printed
    assert "Billable seconds:" in printed
    name = estimator.latest_training_job.name
    assert estimator.model_data == f"s3://{session.default_bucket()}/models/{name}/output/model.tar.gz"
    metrics = estimator.training_job_analytics.dataframe()
    assert set(metrics["metric_name"]) == {"train:logloss", "validation:logloss"}
    attached = Estimator.attach(name, sagemaker_session=session)
    assert attached.model_data == estimator.model_data
    assert attached.hyperparameters() == {"objective": "binary:logistic", "num_round": "5"}
    predictor = deployed(session, attached, CSVSerializer(), CSVDeserializer())
    scores = np.array(predictor.predict(table.features[:20]), dtype=float).ravel()
    assert ((scores > 0.5) == table.labels[:20]).mean() >= 0.85
    predictor.delete_model()
    predictor.delete_endpoint()
    endpoint = {"EndpointName": predictor.endpoint_name}
    session.sagemaker_client.get_waiter("endpoint_deleted").wait(**endpoint, WaiterConfig=FAST)


def test_runs_a_script_in_the_xgboost_framework(session, finished, table):
    estimator = finished["xgboost"]
    metrics = TrainingJobAnalytics(estimator.latest_training_job.name, ["loss"], sagemaker_session=session).dataframe()
    assert 0 < metrics["value"].iloc[0] < 0.6
    predictor = deployed(session, estimator, CSVSerializer(), CSVDeserializer())
    scores = np.array(predictor.predict(table.features[:5]), dtype=float).ravel()
    assert len(scores) == 5 and ((scores > 0) & (scores < 1)).all()
    predictor.delete_endpoint()


def test_runs_a_script_with_requirements_and_modules_beside_it(session, finished, table):
    estimator = finished["sklearn"]
    predictor = deployed(session, estimator, JSONSerializer(), JSONDeserializer())
    labels = predictor.predict(table.features[:20].tolist())
    assert (np.array(labels) == table.labels[:20]).mean() >= 0.85
    predictor.delete_endpoint()


def test_tells_the_scripts_hyperparameters_and_log(session, finished):
    name = finished["sklearn"].latest_training_job.name
    logs = session.boto_session.client("logs")
    events = logs.get_paginator("filter_log_events").paginate(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=name
    )
    messages = list(events.search("events[].message"))
    assert "strength: 0.5" in messages
    assert "a thousand is 1,000" in messages


def test_repacks_a_model_with_another_script(session, role_arn, finished, scripts: Path, table):
    model = finished["sklearn"].create_model(entry_point="train_sklearn.py", source_dir=str(scripts))
    predictor = model.deploy(
        1, "ml.m5.large", serializer=JSONSerializer(), deserializer=JSONDeserializer(), wait=False
    )
    session.wait_for_endpoint(predictor.endpoint_name, poll=POLL_SECONDS)
    assert set(predictor.predict(table.features[:5].tolist())) <= {0, 1}
    predictor.delete_endpoint()


def test_raises_the_jobs_failure_reason(session, role_arn, data):
    estimator = built_in(session, role_arn, objective="no:such-objective")
    estimator.fit({"train": TrainingInput(data, content_type="text/csv")}, wait=False)
    name = estimator.latest_training_job.name
    with pytest.raises(UnexpectedStatusException, match="Reason: AlgorithmError.*no:such-objective"):
        session.wait_for_job(name, poll=POLL_SECONDS)


def test_finds_the_role_and_the_account_in_a_process_of_its_own(wildsage):
    """Through `wildsage run --role`: what a notebook's first two cells do."""
    script = (
        "import json, sagemaker; session = sagemaker.Session();"
        "print(json.dumps([sagemaker.get_execution_role(), session.default_bucket()]))"
    )
    done = wildsage.command("run", "--role", "--", sys.executable, "-c", script)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [
        "arn:aws:iam::111122223333:role/AmazonSageMaker-ExecutionRole",
        "sagemaker-us-east-1-111122223333",
    ]
