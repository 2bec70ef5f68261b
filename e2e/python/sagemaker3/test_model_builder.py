"""The SageMaker Python SDK v3: ModelBuilder packs a trained model with a script, deploys it and asks it."""

import json
from pathlib import Path

import numpy as np
from sagemaker.core import image_uris
from sagemaker.core.resources import Endpoint
from sagemaker.core.training.configs import SourceCode
from sagemaker.serve import ModelBuilder


def test_serves_trained_artifacts_with_a_script(session, trained, role_arn, scripts: Path, table):
    image = image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1", instance_type="ml.m5.large")
    builder = ModelBuilder(
        image_uri=image,
        s3_model_data_url=trained.model_artifacts.s3_model_artifacts,
        source_code=SourceCode(source_dir=str(scripts), entry_script="train_sklearn.py"),
        role_arn=role_arn,
        sagemaker_session=session,
        instance_type="ml.m5.large",
    )
    model = builder.build()
    assert model.model_arn.startswith("arn:aws:sagemaker:us-east-1:111122223333:model/")
    # Not waited for here: the SDK would look every half a minute only.
    builder.deploy(endpoint_name="built", initial_instance_count=1, instance_type="ml.m5.large", wait=False)
    endpoint = Endpoint.get("built")
    endpoint.wait_for_status("InService", poll=1)
    body = json.dumps(table.features[:20].tolist())
    answer = endpoint.invoke(body=body, content_type="application/json", accept="application/json")
    assert (np.array(json.loads(answer.body.read())) == table.labels[:20]).mean() >= 0.85
    endpoint.delete()
