from datetime import UTC, datetime
from itertools import pairwise

import dagster as dg
import pytest
import yaml

from pipeline import resources
from pipeline.definitions import JOB, build_defs
from policywatch.errors import ConfigError


@pytest.fixture
def repository(declare):
    declare("tiny")
    declare("shown", more="demo: true")
    declare("far", more="timezone: Europe/Berlin")
    defs = build_defs()
    dg.Definitions.validate_loadable(defs)
    return defs.get_repository_def()


def test_the_assets_stand_in_one_line(repository):
    graph = repository.asset_graph
    order = ["captures", "readings", "ledger", "published", "deliveries"]
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == set(order)
    for before, after in pairwise(order):
        assert graph.get(dg.AssetKey(after)).parent_keys == {dg.AssetKey(before)}


def test_every_asset_is_partitioned_by_source(repository):
    for key in repository.asset_graph.get_all_asset_keys():
        partitions = repository.asset_graph.get(key).partitions_def
        assert partitions.get_partition_keys() == ["far", "shown", "tiny"]


def test_one_schedule_per_source_in_its_own_zone_and_none_for_the_demo(repository):
    found = {schedule.name: schedule for schedule in repository.schedule_defs}
    assert set(found) == {"crawl_far", "crawl_tiny"}
    assert found["crawl_far"].execution_timezone == "Europe/Berlin"
    assert found["crawl_tiny"].execution_timezone == "Asia/Shanghai"
    assert {schedule.cron_schedule for schedule in found.values()} == {"17 6 * * *"}
    assert {schedule.job_name for schedule in found.values()} == {JOB}


def test_a_tick_asks_for_its_source_once(repository):
    schedule = repository.get_schedule_def("crawl_tiny")
    at = datetime(2024, 5, 1, 6, 17, tzinfo=UTC)
    context = dg.build_schedule_context(repository_def=repository, scheduled_execution_time=at)
    (request,) = schedule.evaluate_tick(context).run_requests
    assert request.partition_key == "tiny"
    assert request.run_key == "tiny:2024-05-01T06:17:00+00:00"


def test_checks_are_made_of_what_sources_expect(repository):
    names = {(key.asset_key.to_user_string(), key.name) for key in repository.asset_graph.asset_check_keys}
    assert names == {
        ("captures", "verdict"),
        ("published", "healthy"),
        ("captures", "new_per_run"),
        ("readings", "reads_as_expected"),
        ("readings", "filled_title"),
        ("readings", "filled_issuers"),
    }


def test_the_warehouse_has_one_place(repository):
    for name in ("ledger", "published", "deliveries"):
        assets_def = repository.assets_defs_by_key[dg.AssetKey(name)]
        assert assets_def.op.pool == "warehouse"
    configured = yaml.safe_load(resources.configuration().read_text(encoding="utf-8"))
    assert configured["concurrency"]["pools"] == {"default_limit": 1, "granularity": "op"}
    assert configured["telemetry"] == {"enabled": False}


def test_a_broken_source_stops_the_definitions(declare):
    declare("tiny", more="colour: red")
    with pytest.raises(ConfigError, match="colour"):
        build_defs()


def test_resources_can_be_swapped(declare, tmp_path):
    declare("tiny")
    swapped = resources.HomeResource(root=str(tmp_path))
    assert build_defs(resource_overrides={"home": swapped}).resources["home"] is swapped


@pytest.fixture
def instance(home):
    with resources.open_instance(home) as opened:
        yield opened


def test_the_instance_lives_below_the_home(home, instance):
    assert instance.root_directory == str(home.dagster)
    assert (home.dagster / "dagster.yaml").read_bytes() == resources.configuration().read_bytes()
    assert not instance.telemetry_enabled


def test_a_run_whose_process_died_is_closed_and_gives_its_place_back(home, instance, declare):
    declare("tiny")
    job = build_defs().resolve_job_def(JOB)
    dead = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    alive = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default("warehouse")
    assert storage.claim_concurrency_slot("warehouse", dead.run_id, "ledger").is_claimed
    folder = home.dagster / resources.RUN_LOCKS
    folder.mkdir()
    (folder / dead.run_id).touch()
    with resources.run_lock(home, alive.run_id):
        assert resources.close_abandoned(home, instance) == 1
        assert instance.get_run_by_id(alive.run_id).status == dg.DagsterRunStatus.STARTED
    assert instance.get_run_by_id(dead.run_id).status == dg.DagsterRunStatus.FAILURE
    assert storage.claim_concurrency_slot("warehouse", alive.run_id, "ledger").is_claimed
    assert list(folder.iterdir()) == []
