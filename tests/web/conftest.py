import pytest
from starlette.testclient import TestClient

from orepact.web.app import create_app


@pytest.fixture(scope="session")
def app():
    return create_app()


@pytest.fixture(scope="session")
def client(app):
    with TestClient(app) as held:
        yield held


@pytest.fixture(scope="session")
def engine(app):
    return app.state.engine
