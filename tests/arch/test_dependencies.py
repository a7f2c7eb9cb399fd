"""The packaged dependencies: small, and still able to make every call that the adapters make."""

import ast
import shutil
import ssl
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.loaders import Loader
from botocore.model import StructureShape

from layers.dependencies.prune import NEEDED_AUTHORITIES, OPERATIONS_FILE, prune, prune_authorities
from tests.arch.project import ROOT

OPERATIONS: dict[str, list[str]] = tomllib.loads(OPERATIONS_FILE.read_text(encoding="utf-8"))
# SageMaker's Search, and what any regular expression can do.
ALSO_A_WORD = {"search"}
REGIONS = ("us-east-1", "cn-north-1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The AWS models of this environment as a package directory, pruned. One that nobody calls is among them."""
    source = Path(botocore.__file__).parent / "data"
    site = tmp_path_factory.mktemp("site")
    catalogue = site / "botocore" / "data"
    catalogue.mkdir(parents=True)
    for file in source.glob("*.json"):
        shutil.copy(file, catalogue)
    shutil.copy(source.parent / "cacert.pem", site / "botocore")
    for service in [*OPERATIONS, "glacier"]:
        shutil.copytree(source / service, catalogue / service)
    (site / "botocore-1.0.dist-info").mkdir()
    prune(site, OPERATIONS)
    return site


def _session(site: Path) -> botocore.session.Session:
    session = botocore.session.Session()
    catalogue = str(site / "botocore" / "data")
    session.register_component(
        "data_loader", Loader(extra_search_paths=[catalogue], include_default_search_paths=False)
    )
    session.set_credentials("key", "secret")
    return session


def test_what_nobody_calls_is_gone(site: Path) -> None:
    assert {path.name for path in (site / "botocore" / "data").iterdir() if path.is_dir()} == OPERATIONS.keys()
    assert [path.name for path in site.iterdir()] == ["botocore"]


def test_pruning_twice_changes_nothing(site: Path) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    prune(site, OPERATIONS)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("service", OPERATIONS)
def test_the_pruned_model_has_the_operations_whole(site: Path, service: str) -> None:
    pruned, full = _session(site).get_service_model(service), botocore.session.Session().get_service_model(service)
    assert sorted(pruned.operation_names) == sorted(OPERATIONS[service])
    for operation in OPERATIONS[service]:
        kept, known = pruned.operation_model(operation), full.operation_model(operation)
        assert _members(kept.input_shape) == _members(known.input_shape)
        assert _members(kept.output_shape) == _members(known.output_shape)
        assert [shape.name for shape in kept.error_shapes] == [shape.name for shape in known.error_shapes]


def _members(shape: StructureShape | None) -> list[str]:
    return list(shape.members) if shape else []


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", OPERATIONS)
def test_a_client_of_the_pruned_model_finds_its_endpoint(site: Path, service: str, region: str) -> None:
    pruned = _session(site).create_client(service, region_name=region)
    full = botocore.session.Session().create_client(service, region_name=region)
    assert pruned.meta.endpoint_url == full.meta.endpoint_url


@pytest.mark.parametrize(
    ("service", "operation"), [(service, each) for service, operations in OPERATIONS.items() for each in operations]
)
def test_the_pruned_model_makes_the_call(site: Path, service: str, operation: str) -> None:
    """Down to the wire: building a request reads parts of the model that loading it doesn't."""
    client: Any = _session(site).create_client(
        service, region_name="us-east-1", config=Config(parameter_validation=False)
    )

    def stop(**_: Any) -> None:
        raise ReachedTheWire

    # Signed, and not yet on its way: a rehearsal in this process answers what is.
    client.meta.events.register_last("request-created", stop)
    shape = client.meta.service_model.operation_model(operation).input_shape
    made_up: dict[str, Any] = {"string": "name", "map": {"name": {}}}
    kinds = {name: shape.members[name].type_name for name in shape.required_members}
    required = {name: made_up[kind] for name, kind in kinds.items() if kind in made_up}
    with pytest.raises(ReachedTheWire):
        getattr(client, xform_name(operation))(**required)


class ReachedTheWire(Exception):
    """The request was built whole."""


def test_the_authorities_that_aws_names_are_trusted_and_most_others_are_not(site: Path) -> None:
    trusted = _authorities(site / "botocore" / "cacert.pem")
    assert set(NEEDED_AUTHORITIES) <= trusted
    assert trusted < _authorities(Path(botocore.__file__).parent / "cacert.pem")
    assert len(trusted) <= 20


def _authorities(bundle: Path) -> set[str]:
    """Common names, as far as there are any, as OpenSSL reads them: what a client would trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    parts: list[Any] = [part for certificate in context.get_ca_certs() for part in certificate["subject"]]
    return {value for part in parts for key, value in part if key == "commonName"}


def test_a_bundle_without_one_of_awss_authorities_is_refused() -> None:
    bundle = (Path(botocore.__file__).parent / "cacert.pem").read_text(encoding="utf-8")
    with pytest.raises(KeyError, match="the bundle has no Amazon Root CA 3"):
        prune_authorities(bundle.replace('# Label: "Amazon Root CA 3"', "# Label: another"))


def test_an_operation_that_does_not_exist_is_named(site: Path) -> None:
    with pytest.raises(KeyError, match="'PutEvent'"):
        prune(site, OPERATIONS | {"events": ["PutEvent"]})


def test_the_list_holds_the_operations_that_the_adapters_call_and_no_others() -> None:
    called = _names_called_in(ROOT / "layers" / "aws" / "berth_aws")
    listed = {xform_name(operation) for operations in OPERATIONS.values() for operation in operations}
    assert (called & _known_operations()) - ALSO_A_WORD == listed - ALSO_A_WORD


def _names_called_in(package: Path) -> set[str]:
    """Methods called, and names in quotes: paginators and helpers are given an operation's name as text."""
    found: set[str] = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


@cache
def _known_operations() -> set[str]:
    session = botocore.session.Session()
    names = {name for service in OPERATIONS for name in session.get_service_model(service).operation_names}
    return {xform_name(name) for name in names}
