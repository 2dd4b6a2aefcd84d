from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import dagster as dg
import pytest
import yaml

from crawlers.source import load_source, load_sources
from pipeline import checks, freshness, hosts, resources, retention, run, schedules, sensors, tags
from pipeline.assets import common
from pipeline.definitions import JOB, REREAD, build_defs
from pipeline.parsers import PARSER_VERSION
from policywatch.errors import BusyError, ConfigError, StorageError, UnreachableError


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
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == {*order, "calendar", "rereadings"}
    assert {graph.get(dg.AssetKey(name)).parent_keys == set() for name in ("calendar", "rereadings")} == {True}
    for before, after in pairwise(order):
        assert graph.get(dg.AssetKey(after)).parent_keys == {dg.AssetKey(before)}


def test_every_asset_is_partitioned_by_source(repository):
    saved = {"rereadings": ["far", "saved", "shown", "tiny"]}  # what was taken in by hand is read again, too
    for key in repository.asset_graph.get_all_asset_keys() - {dg.AssetKey("calendar")}:
        partitions = repository.asset_graph.get(key).partitions_def
        assert partitions.get_partition_keys() == saved.get(key.to_user_string(), ["far", "shown", "tiny"])


def test_one_schedule_per_source_in_its_own_zone_and_none_for_the_demo(repository):
    found = {schedule.name: schedule for schedule in repository.schedule_defs}
    kept_up = {found.pop(f"{name}_daily") for name in ("calendar_day", "housekeeping")}
    assert {schedule.default_status.value for schedule in kept_up} == {"RUNNING"}
    assert {schedule.default_status.value for schedule in found.values()} == {"STOPPED"}
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
    assert request.tags["policywatch/host"] == "www.tiny.example"
    assert request.tags["policywatch/started_by"] == "schedule"
    late = dg.build_schedule_context(
        repository_def=repository, scheduled_execution_time=at - timedelta(days=1), instance=None
    )
    assert "makes up for it" in schedule.evaluate_tick(late).skip_message


def test_named_sources_are_on_from_the_start(declare, monkeypatch):
    declare("tiny")
    declare("other")
    declare("shown", more="demo: true")
    for named, on in [("tiny, shown,nobody", {"crawl_tiny", "crawl_shown"}), ("*", {"crawl_tiny", "crawl_other"})]:
        monkeypatch.setenv(schedules.WATCHED, named)
        found = schedules.build(load_sources(), JOB)
        assert {schedule.name for schedule in found if schedule.default_status.value == "RUNNING"} == on


def test_checks_are_made_of_what_sources_expect(repository):
    names = {(key.asset_key.to_user_string(), key.name) for key in repository.asset_graph.asset_check_keys}
    assert names == {
        ("calendar", "sources_are_fresh"),
        ("captures", "verdict"),
        ("published", "healthy"),
        ("captures", "new_per_run"),
        ("readings", "reads_as_expected"),
        ("readings", "filled_title"),
        ("readings", "filled_issuers"),
    }


def test_the_warehouse_has_one_place(repository):
    pools = {key.to_user_string(): found.op.pool for key, found in repository.assets_defs_by_key.items()}
    # Who has the warehouse open from its load on (`run.holding`) must not queue for the place of one that waits for it.
    # What sends takes the warehouse for moments, and must not keep a load waiting for somebody's webhook.
    assert {name for name, pool in pools.items() if pool} == {"ledger"}
    assert pools["ledger"] == "warehouse"
    configured = yaml.safe_load(resources.configuration().read_text(encoding="utf-8"))
    assert configured["concurrency"]["pools"] == {"default_limit": 1, "granularity": "op"}
    assert configured["telemetry"] == {"enabled": False}
    host, reread = configured["concurrency"]["runs"]["tag_concurrency_limits"]
    assert host == {"key": tags.HOST, "value": {"applyLimitPerUniqueValue": True}, "limit": 1}
    assert reread == {"key": tags.WORK, "value": REREAD, "limit": 1}


def test_only_what_may_pass_is_tried_again(repository):
    for name in ("captures", "readings", "ledger", "published", "deliveries", "calendar", "rereadings"):
        policy = repository.assets_defs_by_key[dg.AssetKey(name)].op.retry_policy
        assert (policy.max_retries, policy.delay, policy.backoff) == (3, 60, dg.Backoff.EXPONENTIAL)

    def outcome(error, started_by):
        context = SimpleNamespace(run=SimpleNamespace(tags={tags.BY: started_by}))
        with pytest.raises(Exception, match="why") as raised, common.only_what_passes(context):
            raise error
        return raised.type is not dg.Failure or raised.value.allow_retries

    for error in (BusyError("why"), UnreachableError("why")):
        assert outcome(error, "schedule")
        assert not outcome(error, tags.COMMAND_LINE)  # a person waits, and is told at once
    for error in (StorageError("why"), ConfigError("why"), ValueError("why")):
        assert not outcome(error, "schedule")


@pytest.mark.parametrize("told", [dg.DagsterExecutionInterruptedError, KeyboardInterrupt])
def test_a_run_that_is_told_to_stop_ends_and_is_not_tried_again(told):
    @dg.asset(retry_policy=common.RETRIES)
    def step(context: dg.AssetExecutionContext) -> None:
        with common.only_what_passes(context):
            raise told

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([step], instance=instance, raise_on_error=False)
        (run,) = instance.get_runs()
        kinds = [entry.dagster_event_type for entry in instance.all_logs(run.run_id) if entry.is_dagster_event]
        assert run.status in {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
    assert dg.DagsterEventType.STEP_FAILURE in kinds
    assert dg.DagsterEventType.STEP_UP_FOR_RETRY not in kinds


def test_freshness_follows_the_schedules(declare, home):
    declare("tiny")
    source = load_source("tiny")
    policy = freshness.policy({"tiny": source})
    assert policy.warn_window.to_timedelta() == timedelta(hours=30)
    assert policy.fail_window.to_timedelta() == timedelta(hours=54)
    now = datetime(2024, 5, 3, 12, tzinfo=UTC)  # ticks at 22:17 of the day before, UTC
    assert not freshness.is_late(source, datetime(2024, 5, 1, 22, 18, tzinfo=UTC), now)
    assert freshness.is_late(source, datetime(2024, 5, 1, 22, 16, tzinfo=UTC), now)
    assert freshness.is_late(source, None, now)
    assert freshness.late(home, {"tiny": source}) == []
    row = {"source": "tiny", "last_good_at": None, "last_crawl_at": now, "schedule": "17 6 * * *"}
    assert checks.freshness_result([]).passed
    assert not checks.freshness_result([row]).passed


def test_a_missed_time_is_made_up_for_once(repository, home, instance, monkeypatch):
    sensor = repository.get_sensor_def("sources_due")
    assert sensor.default_status.value == "RUNNING"

    def asked():
        with dg.build_sensor_context(
            instance=instance, repository_def=repository, resources={"home": resource}
        ) as context:
            found = sensor.evaluate_tick(context)
        return [request.run_key for request in found.run_requests or []] or found.skip_message

    resource = resources.HomeResource(root=str(home.root))
    assert "no source's schedule is on" in asked()  # nobody chose any: no portal is asked
    monkeypatch.setenv(schedules.WATCHED, "tiny")
    # The clock stands at 06:17: that is not missed yet, but nothing was ever crawled.
    assert asked() == ["tiny:due:2024-04-30T06:17:00+08:00"]
    crawled = {"tiny": datetime(2024, 4, 30, 0, tzinfo=UTC)}
    monkeypatch.setattr("pipeline.trial.last_crawls", lambda _home: crawled)
    assert asked() == "none of 1 sources is overdue"
    monkeypatch.setenv("POLICYWATCH_NOW", "2024-05-01T06:48:00+08:00")
    assert asked() == ["tiny:due:2024-05-01T06:17:00+08:00"]
    job = repository.get_job(JOB)
    instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={"dagster/partition": "tiny"})
    assert asked() == "none of 1 sources is overdue"


def test_another_reader_reads_the_archive_again(repository, home):
    sensor = repository.get_sensor_def("reader_changed")
    resource = resources.HomeResource(root=str(home.root))

    def tick():
        with dg.build_sensor_context(repository_def=repository, resources={"home": resource}) as context:
            return sensor.evaluate_tick(context)

    assert "every page was read" in tick().skip_message
    with run.ledger(home) as ledger:
        for number, (source, version) in enumerate(
            [("tiny", "0"), ("tiny", "0"), ("gone", "0"), ("far", PARSER_VERSION)]
        ):
            ledger._connection.execute(
                "INSERT INTO page (page_id, source, parser_version, last_read_capture_id) VALUES (?, ?, ?, 'c')",
                [f"p{number}", source, version],
            )
    run.publish(home)
    assert sensors.behind(home) == {"gone": 1, "tiny": 2}
    (request,) = tick().run_requests  # a source that is no more has no partition
    assert (request.partition_key, request.run_key) == ("tiny", f"{PARSER_VERSION}:tiny")
    assert request.tags[tags.WORK] == REREAD


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


def test_old_runs_are_forgotten_with_their_files_and_the_latest_stays(home, instance, declare):
    declare("tiny")
    job = build_defs().resolve_job_def(JOB)
    made = [
        instance.create_run_for_job(job, status=status, tags={"dagster/partition": "tiny"}).run_id
        for status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS)
    ]
    working = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED).run_id
    for run_id in made:
        instance.report_engine_event("something", run_id=run_id, job_name=JOB)
    files = [home.dagster / "history" / "runs" / f"{run_id}.db" for run_id in made]
    assert all(file.exists() for file in files)
    now = datetime.now(UTC)
    assert retention.forget(home, instance, now).runs == 0
    found = retention.forget(home, instance, now + retention.KEEP + timedelta(days=1))
    assert (found.runs, found.bytes > 10_000) == (2, True)
    assert {item.run_id for item in instance.get_runs()} == {made[2], working}
    assert [file.exists() for file in files] == [False, False, True]


def test_a_host_is_crawled_once_at_a_time(home, declare):
    declare("tiny")
    declare("other")  # on the same host
    tiny, other = load_source("tiny"), load_source("other")
    with hosts.held(home, tiny), pytest.raises(BusyError, match=r"another crawl is asking www\.tiny\.example; wait"):
        hosts.held(home, other, patience=0).__enter__()
    with hosts.held(home, other, patience=0):
        pass


def test_a_home_that_cannot_be_used_is_said(home, monkeypatch):
    home.root.parent.mkdir(exist_ok=True)
    home.root.mkdir()
    home.dagster.write_text("in the way")
    with pytest.raises(StorageError, match=r"dagster cannot be written .*; choose another folder with --home"):
        resources.prepare(home)
    monkeypatch.setattr(resources, "CONFIG", "no.yaml")
    with pytest.raises(StorageError, match=r"no\.yaml is missing.* install anew"):
        resources.configuration()
