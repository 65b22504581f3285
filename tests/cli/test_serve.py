"""The command starts a server that answers, and leaves nothing behind when it is told to stop."""

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest


def children(pid: int) -> list[int]:
    held = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(c) for c in held.read_text().split()] if held.exists() else []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are read from /proc")
def test_the_server_answers_and_ends_with_its_processes():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "orepact", "serve", "--port", str(port)], stderr=subprocess.DEVNULL
    )
    place = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                page = urllib.request.urlopen(place + "/simulator/answer?mineral=zinc", timeout=60)
                break
            except OSError:
                time.sleep(0.1)
        assert b"headline" in page.read()
        page.close()
        begun = urllib.request.Request(place + "/api/v1/ranges?mineral=zinc", method="POST")
        urllib.request.urlopen(begun, timeout=60).close()
        own = children(process.pid)
        assert own
    finally:
        process.terminate()
        process.wait(30)
    for _ in range(100):
        if not any(Path(f"/proc/{c}").exists() for c in own):
            return
        time.sleep(0.1)
    raise AssertionError(f"{own} outlive the server.")
