"""Who may do what, through boto3: users, policies, roles, accounts and regions; and images in ECR."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from jobs import XGBOOST, training_request

READ_ONE = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "sagemaker:Describe*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*/secret/*"},
    ],
}


def session_of(keys: dict) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


@pytest.fixture(scope="module")
def iam(wildsage):
    return boto3.client("iam")


def test_lets_a_user_do_what_its_policy_says_and_no_more(iam, trained, bucket, role_arn):
    iam.create_user(UserName="reader")
    policy = iam.create_policy(PolicyName="read-one", PolicyDocument=json.dumps(READ_ONE))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="reader", PolicyArn=policy)
    reader = session_of(iam.create_access_key(UserName="reader")["AccessKey"])
    assert reader.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/reader"
    sagemaker, s3 = reader.client("sagemaker"), reader.client("s3")
    assert sagemaker.describe_training_job(TrainingJobName=trained.name)["TrainingJobArn"] == trained.arn
    assert s3.get_object(Bucket=bucket, Key="data/train.csv")["Body"].read(1)
    with pytest.raises(ClientError) as refused:
        sagemaker.create_training_job(**training_request("forbidden", bucket, role_arn))
    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        "User: arn:aws:iam::111122223333:user/reader is not authorized to perform: sagemaker:CreateTrainingJob on "
        "resource: arn:aws:sagemaker:us-east-1:111122223333:training-job/forbidden because no identity-based policy "
        "allows the sagemaker:CreateTrainingJob action"
    )
    with pytest.raises(ClientError, match="AccessDenied.*explicit deny"):
        s3.get_object(Bucket=bucket, Key="secret/plan")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=bucket, Key="x", Body=b"")


def test_gives_credentials_of_a_role_that_work_and_are_bounded(iam, bucket):
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="lister", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]
    allowed = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    iam.put_role_policy(
        RoleName="lister",
        PolicyName="list",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    assumed = boto3.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test", DurationSeconds=900)
    session = session_of(assumed["Credentials"])
    arn = session.client("sts").get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::111122223333:assumed-role/lister/test"
    assert session.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] > 0
    with pytest.raises(ClientError, match=f"User: {arn} is not authorized to perform: sagemaker:ListModels"):
        session.client("sagemaker").list_models()


def test_lets_a_role_trust_sagemaker_for_some_of_its_resources(iam, bucket):
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:*:111122223333:model/*"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="of-models", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    sagemaker = boto3.client("sagemaker")
    sagemaker.create_model(ModelName="of-role", ExecutionRoleArn=role, PrimaryContainer={"Image": XGBOOST})
    sagemaker.delete_model(ModelName="of-role")
    with pytest.raises(ClientError, match="Could not assume role"):
        sagemaker.create_training_job(**training_request("not-of-role", bucket, role))


def test_refuses_unknown_keys_and_wrong_secrets():
    unknown = session_of({"AccessKeyId": "AKIAUNKNOWNUNKNOWN00", "SecretAccessKey": "x"})
    with pytest.raises(ClientError) as refused:
        unknown.client("sts").get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"
    wrong = session_of({"AccessKeyId": "AKIATESTTESTTESTTEST", "SecretAccessKey": "wrong"})
    with pytest.raises(ClientError, match="SignatureDoesNotMatch|InvalidSignatureException"):
        wrong.client("sagemaker").list_models()


def test_keeps_regions_apart(trained, role_arn):
    far = boto3.client("sagemaker", region_name="eu-central-1")
    far.create_model(
        ModelName="far-away",
        ExecutionRoleArn=role_arn,
        PrimaryContainer={"Image": XGBOOST.replace("us-east-1", "eu-central-1"), "ModelDataUrl": trained.model_data},
    )
    assert far.describe_model(ModelName="far-away")["ModelArn"].split(":")[3] == "eu-central-1"
    assert far.list_training_jobs()["TrainingJobSummaries"] == []
    near = boto3.client("sagemaker")
    assert near.list_models(NameContains="far-away")["Models"] == []
    with pytest.raises(ClientError, match="Could not find model"):
        near.describe_model(ModelName="far-away")


def test_checks_roles_by_simulation(iam, role_arn):
    results = iam.simulate_principal_policy(
        PolicySourceArn=role_arn, ActionNames=["sagemaker:CreateTrainingJob", "s3:GetObject"]
    )["EvaluationResults"]
    assert [result["EvalDecision"] for result in results] == ["allowed", "allowed"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="no-such-role")


def test_knows_the_images_of_its_runtimes():
    ecr = boto3.client("ecr")
    token = ecr.get_authorization_token()["authorizationData"][0]
    assert token["authorizationToken"]
    images = ecr.describe_images(
        registryId="683313688378", repositoryName="sagemaker-xgboost", imageIds=[{"imageTag": "1.7-1"}]
    )["imageDetails"]
    assert "1.7-1" in images[0]["imageTags"]
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.describe_images(registryId="683313688378", repositoryName="no-such-repository")
