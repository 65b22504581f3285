"""A small market with every feature, for the engine's tests."""

from dataclasses import replace

import numpy as np
import pytest

from orepact.market import Market, Wedges, demand, sourcing, supply


def make(seed: int = 0, R: int = 4, sigma: float = 4.0, form: str = "logit") -> Market:
    """Three stages (the third has two feeds), all regions make and use everything."""
    g = np.random.default_rng(seed)
    K = 3
    inputs = np.zeros((K, K, R))
    inputs[1, 0], inputs[2, 0], inputs[2, 1] = 1.1, 0.3, 0.8
    p0 = np.array([10.0, 30.0, 60.0])[:, None] * g.uniform(0.9, 1.1, (K, R))
    freight = np.where(np.eye(R), 0.0, g.uniform(0.5, 1.5, (K, R, R)))
    duty = np.where(np.eye(R), 0.0, g.uniform(0.0, 0.08, (K, R, R)))
    cif = np.arange(R) % 2 == 0
    c0 = p0[:, :, None] + freight + duty * (p0[:, :, None] + cif * freight)
    share = g.dirichlet(np.ones(R), (K, R)).transpose(0, 2, 1)
    P0 = np.sum(share * c0, axis=1)
    # balance from the last stage down
    use, y, x = np.zeros((K, R)), np.zeros((K, R)), np.zeros((K, R, R))
    final = g.uniform(5, 20, (K, R)) * np.array([0.2, 0.5, 1.0])[:, None]
    for k in (2, 1, 0):
        use[k] = final[k] + sum(inputs[j, k] * y[j] for j in range(k + 1, K))
        x[k] = share[k] * use[k]
        y[k] = x[k].sum(1)
    m0 = p0.copy()
    for k in range(K):
        m0[k] -= sum(inputs[k, j] * P0[j] for j in range(K))
    credit = np.where(m0 < 0.1 * p0, 0.1 * p0 - m0, 0.0)
    scrap = 0.1 * y
    one = np.ones((K, 1, R))
    return Market.from_arrays(
        regions=list("ABCDEFGH")[:R],
        stages=["ore", "oxide", "magnet"],
        p0=p0,
        x0=x,
        scale=y,
        inputs=inputs,
        freight=freight,
        duty=duty,
        cif=cif,
        credit=credit,
        supply=supply.Isoelastic(
            1.2 * 0.9 * y[:, None], one / 1.2, (m0 + credit)[:, None], 0.8 * one, 0.5 * one
        ),
        secondary=supply.Isoelastic(2 * scrap[:, None], one / 2, p0[:, None], 0.3 * one, 0.1 * one),
        demand=demand.Isoelastic(final, P0, 0.4 * np.ones((K, R)), 5.0 * np.ones((K, R))),
        sourcing=sourcing.Logit(share, c0, P0, P0 / sigma)
        if form == "logit"
        else sourcing.CES(share * (c0 / P0[:, None]) ** (sigma - 1), sigma + 0 * P0),
    )


@pytest.fixture
def market() -> Market:
    return make()


def everything(m: Market) -> Wedges:
    """Duties, a floor on each of two stages, an export tax, limits, a contract and a release."""
    K, R = len(m.stages), len(m.regions)
    w = Wedges.base(m)
    floor, top_up = np.zeros((K, R)), np.zeros((K, R), bool)
    floor[1, :2] = 1.6 * m.p0[1].max()
    floor[2, 0] = 1.4 * m.p0[2].max()
    top_up[2, 0] = True
    covered, eligible = np.zeros((K, R, R), bool), np.zeros((K, R, R), bool)
    covered[1, 2:, :2] = eligible[1, 2:, :2] = True
    covered[2, 1:, 0] = True
    mask = np.zeros((3, K, R, R))
    mask[0, 1, 2, :2], mask[1, 0, 3, 0], mask[2, 2, 1:, 3] = 1.0, 1.0, 1.0
    base = np.sum(mask * m.x0, axis=(1, 2, 3))
    contracted, strike = np.zeros((K, R)), np.zeros((K, R))
    contracted[1, 0], strike[1, 0] = 0.4, 1.5 * m.p0[1, 2]
    bench = np.zeros((K, R), int)
    bench[1, 0] = 2
    tax = np.zeros((K, R, R))
    tax[0, 1] = 0.1
    release = np.zeros((K, R))
    release[1, 1] = 0.3
    return replace(
        w, floor=floor, top_up=top_up, response=np.where(top_up, 0.4, 0.0), covered=covered,
        eligible=eligible, on_cif=np.broadcast_to(m.cif, floor.shape) & True,
        counts_duty=floor > 0, limit_mask=mask, limit=base * [0.7, 0.5, 2.0],
        holder=("importer", "exporter", "producers"), contracted=contracted, strike=strike,
        benchmark=bench, export_tax=tax, release=release,
        specific=0.1 * (1 - np.eye(R)) + 0 * m.duty,
    )  # fmt: skip


def one_stage(
    seed: int = 0,
    R: int = 4,
    sigma: float = 4.0,
    eta: float = 0.4,
    eps: float = 0.8,
    use0: float = 0.85,
    money: float = 1.0,
    captive: bool = False,
) -> Market:
    """One stage in base equilibrium: every region makes and uses the good, no duties.

    ``money`` multiplies every input that is in USD. Where ``captive`` the last region sells to
    the first alone.
    """
    g = np.random.default_rng(seed)
    one = np.ones((1, R))
    p0 = 10.0 * g.uniform(0.9, 1.1, (1, R)) * money
    freight = np.where(np.eye(R), 0.0, g.uniform(0.2, 1.0, (1, R, R))) * money
    c0 = p0[:, :, None] + freight
    x0 = g.uniform(1.0, 20.0, (1, R, R))
    if captive:
        x0[0, -1, 1:] = 0.0
    bought, made = x0.sum(1), x0.sum(2)
    share = x0 / bought[:, None]
    P0 = np.sum(share * c0, axis=1)
    return Market.from_arrays(
        mineral="zinc",
        regions=list("ABCDEFGH")[:R],
        stages=["metal"],
        p0=p0,
        x0=x0,
        scale=made,
        freight=freight,
        supply=supply.Isoelastic(
            made[:, None] / use0, use0 * one[:, None], p0[:, None], eps * one[:, None],
            0.3 * one[:, None],
        ),
        demand=demand.Isoelastic(bought, P0, eta * one, 6.0 * one),
        sourcing=sourcing.Logit(share, c0, P0, P0 / sigma),
    )  # fmt: skip


def floored(m: Market, members: list[int], F: float | np.ndarray, k: int = 0, **terms) -> Wedges:
    """A floor of members on stage ``k`` against all others, every outside route eligible."""
    K, R = len(m.stages), len(m.regions)
    outside = [o for o in range(R) if o not in members]
    covered, floor = np.zeros((K, R, R), bool), np.zeros((K, R))
    covered[k][np.ix_(outside, members)] = True
    floor[k, members] = F
    w = replace(Wedges.base(m), floor=floor, covered=covered, eligible=covered)
    return replace(w, **terms)


def limited(m: Market, k: int, o: list[int], d: list[int], share: float, holder: str) -> Wedges:
    """A limit on routes of stage ``k`` at a share of their base shipments."""
    mask = np.zeros((1, *m.x0.shape[-3:]))
    mask[0, k][np.ix_(o, d)] = 1.0
    limit = np.array([share * float(np.sum(mask[0] * m.x0))])
    return replace(Wedges.base(m), limit_mask=mask, limit=limit, holder=(holder,))


def every(m: Market) -> dict[str, Wedges]:
    """One policy per instrument, each binding near the base, and all that combine in one."""
    K, R = len(m.stages), len(m.regions)
    base, off, eye = Wedges.base(m), np.zeros((K, R, R)), np.eye(R, dtype=bool)
    high, low = float(m.p0[1].max()), float(m.p0[1].min())
    routes = off.copy()
    routes[1, 2:, 0] = 1.0
    node = np.zeros((K, R))
    at = node.copy()
    at[1, 0] = 1.0
    mask = routes[None].copy()
    taken = float(np.sum(routes * m.x0))
    bench = np.zeros((K, R), int)
    bench[1, 1] = 2
    strike = np.zeros((K, R))
    strike[1, 1] = 1.3 * float(m.p0[1, 2])
    held = {"limit_mask": mask, "limit": np.array([0.6 * taken])}
    floor = {"floor": 1.5 * high * at, "covered": routes}
    one = {
        "tariff": {"duty": m.duty + 0.3 * routes, "specific": 2.0 * routes},
        "export tax": {"export_tax": 0.2 * routes, "export_specific": 1.0 * routes},
        "export ban": {"open": 1.0 - routes},
        "period levy": {**floor, "eligible": routes > 0},
        "average reference": {
            **floor, "eligible": routes > 0,
            "weights": routes * m.x0 / np.maximum(taken, 1e-300),
        },
        "levy with drawback": {**floor, "covered": 0.6 * routes, "eligible": routes > 0,
                               "counts_duty": at > 0},
        "top-up": {**floor, "top_up": at > 0, "response": 0.4 * at},
        "minimum import price": {**floor, "top_up": at > 0, "response": at},
        "ad valorem floor": {"floor_rate": 0.25 * routes},
        "standard": {"standard": 3.0 * routes},
        "cooperation": {"freight": -0.3 * m.freight * routes},
        "release": {"release": 0.4 * at},
        "purchase": {"purchase": 0.4 * at},
        "contract": {"contracted": 0.5 * (bench > 0), "strike": strike, "benchmark": bench},
        "quota": {**held, "holder": ("importer",)},
        "export quota": {**held, "holder": ("exporter",)},
        "licences": {**held, "holder": ("producers",)},
        "tariff-rate quota": {**held, "holder": ("importer",), "beyond": 0.3 * mask,
                              "beyond_specific": 1.5 * mask},
        "exporter's tariff-rate quota": {**held, "holder": ("exporter",), "beyond": 0.3 * mask},
        "intervention": {"buys": 0.5 * at, "support": 1.1 * high * at},
        "sale at a trigger": {"sells": 0.5 * at, "trigger": np.where(at > 0, 0.8 * low, np.inf)},
        "relabelling": {**floor, "eligible": routes > 0, "alias_duty": 0.01 * routes,
                        "alias_cost": np.where(routes > 0, 2.0, np.inf),
                        "alias_rise": 1.0 + 30.0 * routes},
    }  # fmt: skip
    found = {name: replace(base, **terms) for name, terms in one.items()}
    both = np.concatenate([mask, 0 * mask])
    both[1, 2, 3, 0] = 1.0
    third = np.zeros((K, R))
    third[2, 1], third[0, 2] = 1.0, 1.0
    found["all together"] = replace(
        everything(m),
        limit_mask=np.concatenate([everything(m).limit_mask, both]),
        limit=np.concatenate([everything(m).limit, [0.6 * taken, 0.5 * float(m.x0[2, 3, 0])]]),
        holder=(*everything(m).holder, "importer", "exporter"),
        beyond=np.concatenate([np.zeros((3, K, R, R)), 0.2 * both]),
        beyond_specific=np.concatenate([np.zeros((3, K, R, R)), 1.0 * both]),
        floor_rate=0.1 * (off + ~eye) * (np.arange(K) == 0)[:, None, None],
        standard=0.5 * (off + ~eye),
        buys=0.3 * third, support=1.05 * m.p0.max() * third,
        sells=0.4 * at, trigger=np.where(at > 0, 0.9 * low, np.inf),
        purchase=0.1 * third,
    )  # fmt: skip
    return found
