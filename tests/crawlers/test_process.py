"""Crawls forked from a process that has loaded Scrapy: each with an environment, streams and an end of its own."""

import os
import subprocess
import sys

import pytest

from crawlers.process import CrawlProcess
from policywatch.errors import UsageError

HANG = "import time; print('begun', flush=True); time.sleep(600)"  # interrupted or killed long before


def test_what_is_loaded_ahead_starts_nothing():
    script = (
        "import crawlers.preload, sys, threading; "
        "print('twisted.internet.reactor' in sys.modules, threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1"]


def test_a_crawl_sees_the_environment_of_its_caller_and_not_of_the_first_one(portal, crawls, reply):
    portal.routes["/agent"] = reply("policy")
    crawls.source("agent", portal, f'{{kind: pages, urls: ["{portal.url}/agent"]}}')
    for contact in ("one@example.org", "two@example.org"):
        assert crawls.run("agent", env={"POLICYWATCH_CONTACT": contact}).code == 0
        assert contact in portal.asked[-1][1]["User-Agent"]


def test_a_crawl_does_not_run_the_main_module_of_its_starter_again(tmp_path):
    """A script without `if __name__ == "__main__"` may start crawls, and one that loads much pays for it once."""
    script = tmp_path / "script.py"
    script.write_text(
        "print('begun', flush=True)\n"
        "from crawlers.process import CrawlProcess\n"
        "main = __import__('sys').modules['__main__']\n"
        "with CrawlProcess(['no_such_source']) as process:\n"
        "    print(process.wait(), __import__('sys').modules['__main__'] is main)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"begun\n{UsageError.exit_code} True\n", "")


def test_wrong_use_comes_back_as_code_and_words():
    with CrawlProcess(["no_such_source"]) as process:
        assert process.wait() == UsageError.exit_code
        assert process.out == ""
        assert "error: no source is called 'no_such_source'" in process.said


def test_whoever_leaves_early_interrupts_the_crawl(tmp_path):
    with CrawlProcess(["x", "--home", str(tmp_path)], first=HANG) as process:
        while "begun" not in process.out:
            assert process.wait(0.01) is None
        pid = process.pid
        process.stop()
        assert process.wait(0) == 1
        assert "KeyboardInterrupt" in process.said
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_so_it_is_where_the_starter_ignores_interrupts(tmp_path):
    """As whatever a script starts with `&` does."""
    script = tmp_path / "main.py"
    script.write_text(
        "import signal\n"
        "from crawlers.process import CrawlProcess\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        f"with CrawlProcess(['x', '--home', {str(tmp_path)!r}], first={HANG!r}) as process:\n"
        "    while 'begun' not in process.out:\n"
        "        assert process.wait(0.01) is None\n"
        "    process.stop()\n"
        "    print(process.wait(0), signal.getsignal(signal.SIGINT) is signal.SIG_IGN)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "1 True\n"


def test_a_killed_crawl_says_by_what(tmp_path):
    with CrawlProcess(["x", "--home", str(tmp_path)], first="import os; os.kill(os.getpid(), 9)") as process:
        assert process.wait() == -9
