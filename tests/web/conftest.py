import pytest
from starlette.testclient import TestClient

from orepact.web.app import create_app


@pytest.fixture(scope="session")
def app():
    return create_app()


@pytest.fixture(scope="session")
def running(app):
    with TestClient(app) as held:
        yield held


@pytest.fixture
def client(running):
    """A reader who has chosen no language yet."""
    running.cookies.clear()
    return running


@pytest.fixture(scope="session")
def engine(app):
    return app.state.engine
