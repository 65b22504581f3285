"""The official client, its connection replaced: whole answers, and every refusal by its name."""

import json

import pytest

from orepact.errors import (
    DownloadError,
    InputError,
    KeyRefusedError,
    QuotaError,
    RowLimitError,
    ServiceError,
)
from orepact.world.sources import comtrade_api
from orepact.world.sources.comtrade_api import KEY, Question, ask, key

SECRET = "0123456789abcdef"
ORE = Question(2024, "260800", "M")


@pytest.fixture
def service(monkeypatch):
    """Put an answer in the place of the network; gives the list of what was asked."""
    urllib3 = pytest.importorskip("urllib3")
    pytest.importorskip("comtradeapicall")
    asked = []

    class Answer:
        status, data = 200, b""

    def answer(body, status=200):
        def request(_self, method, url, fields, timeout):
            asked.append((method, url, fields))
            if isinstance(body, Exception):
                raise body
            held = Answer()
            held.status = status
            held.data = body if isinstance(body, bytes) else json.dumps(body).encode()
            return held

        monkeypatch.setattr(urllib3.PoolManager, "request", request)
        return asked

    return answer


def row(**of):
    return {"period": "2024", "reporterISO": "CHN", "partnerISO": "PER"} | of


def test_an_answer_is_a_table_and_only_totals_are_asked_for(service):
    asked = service({"count": 1, "data": [row(primaryValue=5.5, netWgt=None)], "error": ""})
    held = ask(ORE, SECRET)
    assert held == "period,reporterISO,partnerISO,primaryValue,netWgt\n2024,CHN,PER,5.5,\n"
    ((method, url, fields),) = asked
    assert method == "GET"
    assert url.endswith("/data/v1/get/C/A/HS")
    assert fields == {
        "flowCode": "M", "period": "2024", "cmdCode": "260800", "partner2Code": "0",
        "motCode": "0", "customsCode": "C00", "maxRecords": 100_000, "format": "JSON",
        "breakdownMode": "plus", "includeDesc": True, "subscription-key": SECRET,
    }  # fmt: skip


def test_reporters_are_asked_for_by_number(service):
    asked = service({"count": 0, "data": []})
    assert ask(Question(2024, "260800", "X", "842,484"), SECRET).strip() == ""
    assert asked[0][2]["reportercode"] == "842,484"


def test_a_preview_has_no_key_and_another_address(service):
    asked = service({"count": 1, "data": [row()]})
    ask(ORE, None)
    assert asked[0][1].endswith("/public/v1/preview/C/A/HS")
    assert "subscription-key" not in asked[0][2]


@pytest.mark.parametrize(
    ("body", "status", "error", "said"),
    [
        (
            {"statusCode": 401, "message": "Access denied due to invalid subscription key."},
            401,
            KeyRefusedError,
            f"refuses the key.*invalid subscription key.*Set {KEY}",
        ),
        (
            {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."},
            429,
            QuotaError,
            "too many calls.*Try again in 1 seconds.*run the command again",
        ),
        (
            {"statusCode": 403, "message": "Out of call volume quota. Replenished in 13:10:33."},
            403,
            QuotaError,
            "too many calls.*13:10:33",
        ),
        (
            {"statusCode": 400, "message": "The value of cmdCode is invalid"},
            400,
            ServiceError,
            "the service refuses.*cmdCode is invalid.*Check code",
        ),
        (b"<html>503</html>", 503, ServiceError, "the service refuses: <html>503"),
        (b"", 500, ServiceError, "it says nothing"),
        (b"<html>a proxy's page</html>", 200, ServiceError, "no connection: JSONDecodeError"),
        ({"error": "no table"}, 200, ServiceError, "no connection: KeyError"),
    ],
)
def test_what_the_client_prints_is_raised(service, capsys, body, status, error, said):
    service(body, status)
    with pytest.raises(error, match=f"(?s)Comtrade, 260800, imports of 2024 by all.*{said}"):
        ask(ORE, SECRET)
    assert capsys.readouterr().out == ""


def test_no_connection_and_the_key_is_not_told(service):
    from urllib3.exceptions import MaxRetryError, ProtocolError

    for bad in (
        MaxRetryError(None, f"/data/v1/get/C/A/HS?subscription-key={SECRET}&x=1", "refused"),
        ProtocolError(f"connection broken: {SECRET}"),
        TimeoutError("timed out"),
    ):
        service(bad)
        with pytest.raises(ServiceError, match=r"no connection.*Check the network") as told:
            ask(ORE, SECRET)
        assert SECRET not in str(told.value)
        assert told.value.__cause__ is None


@pytest.mark.parametrize(("held", "limit"), [(SECRET, 100_000), (None, 500)])
def test_an_answer_at_the_limit_of_rows_is_refused(service, monkeypatch, held, limit):
    monkeypatch.setattr(comtrade_api, "LIMIT", 700)
    rows = min(limit, 700)
    service({"count": rows, "data": [row()] * (rows - 1)})
    assert ask(ORE, held).count("\n") == rows
    service({"count": rows, "data": [row()] * rows})
    with pytest.raises(RowLimitError, match="may be cut and is not kept") as told:
        ask(ORE, held)
    assert "--reporters" in str(told.value)
    assert (KEY in str(told.value)) == (held is None)


def test_the_key_stands_in_the_environment(monkeypatch):
    monkeypatch.setenv(KEY, f" {SECRET}\n")
    assert key() == SECRET
    monkeypatch.setenv(KEY, "")
    with pytest.raises(KeyRefusedError, match=r"is not set.*Subscribe at comtradedeveloper"):
        key()


def test_without_the_client_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "comtradeapicall", None)
    with pytest.raises(InputError, match=r"pip install 'orepact\[comtrade\]'"):
        ask(ORE, None)


def test_every_refusal_is_an_error_of_the_world():
    for error in (KeyRefusedError, QuotaError, ServiceError, RowLimitError):
        assert issubclass(error, DownloadError)
        assert error.exit_code == 2
