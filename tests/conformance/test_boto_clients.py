"""Clients and botocore's models are made once in a process; which role a state machine's client has stays known."""

from typing import Any

import boto3
from botocore import session as botocore_session

from rehearsal.cloud import Cloud
from rehearsal.patches.boto_clients import client_for, role_of

ROLE = "arn:aws:iam::111122223333:role/machine"


def test_every_session_of_the_process_reads_the_models_once(cloud: Cloud) -> None:
    a_session, another = botocore_session.Session(), boto3.Session()
    loader: Any = a_session.get_component("data_loader")
    assert another._session.get_component("data_loader") is loader
    assert loader.load_service_model("sqs", "service-2") is loader.load_service_model("sqs", "service-2")


def test_models_of_a_folder_of_ones_own_are_not_shared_with_everybody(cloud: Cloud, tmp_path: Any) -> None:
    own = botocore_session.Session()
    own.set_config_variable("data_path", str(tmp_path))
    loader: Any = own.get_component("data_loader")
    assert str(tmp_path) in loader.search_paths
    assert str(tmp_path) not in botocore_session.Session().get_component("data_loader").search_paths


def test_a_role_has_a_client_of_its_own(cloud: Cloud) -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import StateCredentials
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    client_for("sqs").get_paginator("list_queues")
    of_machine: Any = boto_client_for("us-east-1", "sqs", StateCredentials(ROLE))
    assert of_machine is boto_client_for("us-east-1", "sqs", StateCredentials(ROLE))
    assert role_of(of_machine) == ROLE
    assert role_of(of_machine.get_paginator("list_queues")._method.__self__) == ROLE
    assert role_of(client_for("sqs")) == ""
    assert client_for("sqs") is client_for("sqs")
