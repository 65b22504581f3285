"""A fake UN Comtrade: answers in the columns that the publisher documents, figures of our own."""

from orepact.world.sources.comtrade_download import COLUMNS

HEADER = ",".join(COLUMNS)
ORE, METAL = "260800", "790111"
# reporter, partner, flow, code, tonnes at 1,200 USD/t of ore and 2,700 USD/t of metal
FLOWS = (
    ("CHN", "PER", "M", ORE, 2200),
    ("KOR", "PER", "M", ORE, 600),
    ("KOR", "MEX", "M", ORE, 900),
    ("USA", "CAN", "M", METAL, 400),
    ("CHN", "KOR", "M", METAL, 300),
    ("PER", "CHN", "X", ORE, 2500),
    ("PER", "S19", "X", ORE, 50),
    ("MEX", "KOR", "X", ORE, 880),
    ("MEX", "USA", "X", METAL, 60),
)


def line(reporter, partner, flow, code, tonnes, year="2024", **of):
    value = tonnes * (1200 if code == ORE else 2700)
    cells = {
        "period": year, "reporterISO": reporter, "partnerISO": partner, "flowCode": flow,
        "cmdCode": code, "partner2Code": "0", "customsCode": "C00", "motCode": "0",
        "primaryValue": f"{value}.0", "netWgt": f"{1000 * tonnes}.0", "qtyUnitCode": "8",
        "qty": "", "altQtyUnitCode": "-1", "altQty": "",
    } | of  # fmt: skip
    return ",".join(cells[c] for c in COLUMNS)


def answer(question, flows=FLOWS):
    """The fake service: rows of one code and flow, with a row of World for every reporter."""
    rows = [f for f in flows if f[2:4] == (question.flow, question.code)]
    world = {}
    for reporter, _, flow, code, t in rows:
        world[reporter, "W00", flow, code] = world.get((reporter, "W00", flow, code), 0) + t
    lines = [*rows, *((*key, t) for key, t in world.items())]
    year = str(question.year)
    return "\n".join([HEADER, *(line(*f, year=year) for f in lines)]) + "\n" if rows else "\n"
