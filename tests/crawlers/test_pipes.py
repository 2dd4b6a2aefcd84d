"""What a crawl tells Dagster when Dagster started it."""

import json

from dagster_pipes import encode_param


def test_log_and_summary_travel_to_dagster(portal, crawls, reply, tmp_path):
    portal.routes["/only"] = reply("policy")
    crawls.source("piped", portal, f'{{kind: pages, urls: ["{portal.url}/only"]}}')
    context, messages = tmp_path / "context.json", tmp_path / "messages.jsonl"
    context.write_text(
        json.dumps(
            {
                "asset_keys": ["captures"],
                "code_version_by_asset_key": {"captures": None},
                "provenance_by_asset_key": {"captures": None},
                "partition_key": "piped",
                "partition_key_range": None,
                "partition_time_window": None,
                "run_id": "r",
                "job_name": "j",
                "retry_number": 0,
                "extras": {},
            }
        )
    )
    messages.touch()
    pipes = {
        "DAGSTER_PIPES_CONTEXT": encode_param({"path": str(context)}),
        "DAGSTER_PIPES_MESSAGES": encode_param({"path": str(messages)}),
    }
    outcome = crawls.run("piped", env=pipes)
    assert outcome.summary["verdict"] == "good"
    sent = [json.loads(line) for line in messages.read_text().splitlines()]
    logged = " ".join(message["params"]["message"] for message in sent if message["method"] == "log")
    assert "Spider opened" in logged
    (reported,) = [message["params"] for message in sent if message["method"] == "report_asset_materialization"]
    metadata = reported["metadata"]
    assert metadata["verdict"]["raw_value"] == "good"
    assert metadata["requests"]["raw_value"] == 2
    assert metadata["stats"]["raw_value"]["requests"] == 2
    assert sent[-1]["method"] == "closed"
    assert not sent[-1]["params"]
