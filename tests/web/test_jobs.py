import time

import pytest

from job_work import fails, sleeps, slow, squares
from orepact.web import jobs as module
from orepact.web.jobs import Jobs
from orepact.web.problems import BusyError


@pytest.fixture(scope="module")
def jobs():
    held = Jobs()
    yield held
    held.close()


def finished(jobs, job, seconds=60):
    for _ in range(seconds * 20):
        found = jobs.get(job.id)
        if found.state in ("done", "failed"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"{found} after {seconds} s")


def test_a_job_is_done_elsewhere_and_known_by_its_key(jobs):
    job = jobs.submit("squares 4", squares, 4)
    assert jobs.submit("squares 4", squares, 4).id == job.id
    done = finished(jobs, job)
    assert (done.state, done.result) == ("done", [0, 1, 4, 9])


def test_a_failure_is_told_and_may_be_tried_again(jobs):
    job = jobs.submit("fails", fails)
    done = finished(jobs, job)
    assert done.state == "failed"
    assert "cannot be" in str(done.error)
    assert finished(jobs, jobs.submit("fails", fails)).state == "failed"


def test_an_unknown_job_is_none(jobs):
    assert jobs.get("nothing") is None


def test_a_job_that_all_have_left_is_given_up(jobs):
    first = jobs.submit("slow", slow, 200, watch=True)
    jobs.submit("slow", slow, 200, watch=True)
    waiting = jobs.submit("squares 9", squares, 9, watch=True)
    jobs.leave(waiting.id)
    assert jobs.get(waiting.id) is None
    jobs.leave(first.id)
    time.sleep(0.3)
    assert jobs.get(first.id).state in ("waiting", "running")
    jobs.leave(first.id)
    assert finished(jobs, first).state == "failed"


def test_too_many_are_refused(jobs, monkeypatch):
    monkeypatch.setattr(module, "WAITING", 1)
    first = jobs.submit("sleeps", sleeps, 3)
    with pytest.raises(BusyError, match="waiting already"):
        jobs.submit("squares 5", squares, 5)
    finished(jobs, first)
