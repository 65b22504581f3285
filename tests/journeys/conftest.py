"""A real server and a real browser. Where there is no Chromium the journeys are left out, loudly;
the continuous integration installs one and does not let them be left out."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def pytest_terminal_summary(terminalreporter):
    if chromium() is None:
        terminalreporter.write_sep("!", "NO CHROMIUM: THE JOURNEYS IN A BROWSER WERE NOT RUN")


def pytest_collection_modifyitems(items):
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def address():
    """Address of a server started for the journeys, and stopped by the process that was started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "orepact", "serve", "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    place = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(place, timeout=5)
                break
            except OSError:
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.1)
        yield place
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()


@pytest.fixture(scope="session")
def browser():
    found = chromium()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium, though the continuous integration installs one.")
        pytest.skip("NO CHROMIUM: install Debian's package 'chromium' to run the journeys.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as held:
        running = held.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield running
        running.close()


def _broken(message):
    """An error of the console, but for the answer 400 to a mistake that was made on purpose."""
    return message.type == "error" and "status of 400" not in message.text


@pytest.fixture
def visit(browser, address):
    """Open a page in a browser of its own; whatever its console calls an error fails the test."""
    contexts, wrong = [], []

    def open_(path, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if _broken(m) else None)
        page.goto(path if path.startswith("http") else address + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []
