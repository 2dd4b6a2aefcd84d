"""Our own way to Dagster's event log: its connections are cheaper, its files are Dagster's own."""

import json
from concurrent.futures import ThreadPoolExecutor

import dagster as dg
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import event

from pipeline import eventlog
from pipeline.eventlog import EventLog
from pipeline.resources import open_instance


@dg.op
def nothing():
    pass


@dg.job
def idle():
    nothing()


def test_dagster_itself_reads_what_was_logged(home):
    with open_instance(home) as ours:
        assert isinstance(ours.event_log_storage, EventLog)
        run = idle.execute_in_process(instance=ours).run_id
        logged = ours.all_logs(run)
    assert len(logged) > 5
    plain = {"storage": {"sqlite": {"base_dir": str(home.dagster)}}, "telemetry": {"enabled": False}}
    (home.dagster / "plain.yaml").write_text(json.dumps(plain))  # JSON is YAML
    with dg.DagsterInstance.from_config(str(home.dagster), "plain.yaml") as theirs:
        assert type(theirs.event_log_storage) is SqliteEventLogStorage
        assert theirs.all_logs(run) == logged
        again = idle.execute_in_process(instance=theirs).run_id
        logged = theirs.all_logs(again)
    with open_instance(home) as ours:
        assert ours.all_logs(again) == logged


def test_each_file_has_one_engine_however_often_it_is_asked(home, monkeypatch):
    made = []
    monkeypatch.setattr(EventLog, "_initdb", lambda self, engine: made.append(engine) or plain(self, engine))
    plain = SqliteEventLogStorage._initdb
    with open_instance(home) as instance:
        runs = [idle.execute_in_process(instance=instance).run_id for _ in range(2)]
        instance.all_asset_keys()
        log = instance.event_log_storage
        assert set(log._engines) == {"index", *runs}
        assert log._compiled
        kept = dict(log._engines)
        for run in runs:
            instance.all_logs(run)
        assert log._engines == kept
        # The file of the second run began as a copy of the first one's.
        assert {engine.url for engine in made} == {kept[name].url for name in ("index", runs[0])}
        assert len(made) == 2
        assert len(instance.all_logs(runs[1])) == len(instance.all_logs(runs[0])) > 5


def test_the_list_of_runs_has_one_engine_and_tables_are_looked_for_once(home, monkeypatch):
    asked, plain = [], SqliteEventLogStorage.has_table
    monkeypatch.setattr(SqliteEventLogStorage, "has_table", lambda self, name: asked.append(name) or plain(self, name))
    with open_instance(home) as instance:
        made = count_connections(instance.run_storage)
        for _ in range(2):
            assert idle.execute_in_process(instance=instance).success
            assert instance.event_log_storage.supports_asset_checks
        assert instance.get_runs_count() == 2
        assert len(made) <= 1  # the first was made before we counted
        assert asked.count("asset_check_executions") == 1
        assert not instance.event_log_storage.has_table("no_such_table")


def count_connections(storage):
    made = []
    event.listen(storage._engine, "connect", lambda *_: made.append(1))
    return made


def test_threads_ask_for_runs_at_the_same_time(home):
    with open_instance(home) as instance, ThreadPoolExecutor(4) as threads:
        run = idle.execute_in_process(instance=instance).run_id
        with instance.run_storage.connect():
            found = list(threads.map(lambda _: instance.get_run_by_id(run).run_id, range(20)))
        assert found == [run] * 20


def test_a_run_that_queues_for_a_place_sleeps_meanwhile(home, monkeypatch):
    """It asked the clock without pause instead, and took a core from the run that has the place."""
    pooled = dg.op(name="pooled", pool="warehouse")(lambda: None)
    slept = []
    with open_instance(home) as instance:
        log = instance.event_log_storage
        log.initialize_concurrency_limit_to_default("warehouse")
        assert log.claim_concurrency_slot("warehouse", "another", "its_step").is_claimed

        def look(execution):
            looks.append(1)
            if len(slept) == 3 or len(looks) == 1000:
                log.free_concurrency_slots_for_run("another")
            return plain(execution)

        looks, plain = [], ActiveExecution.get_next_step
        monkeypatch.setattr(ActiveExecution, "get_next_step", look)
        monkeypatch.setattr(eventlog.time, "sleep", slept.append)
        assert dg.GraphDefinition(name="queueing", node_defs=[pooled]).execute_in_process(instance=instance).success
    assert slept == [eventlog._QUEUE_SECONDS] * 3
    assert len(looks) < 10


def test_the_daemon_does_not_gather_engines_for_ever(home, monkeypatch):
    monkeypatch.setattr(eventlog, "_MOST_ENGINES", 2)
    with open_instance(home) as instance:
        runs = [idle.execute_in_process(instance=instance).run_id for _ in range(2)]
        log = instance.event_log_storage
        assert len(log._engines) == 2
        assert instance.all_logs(runs[0])  # of a file whose engine had to go
