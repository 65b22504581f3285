"""The equations of one equilibrium, and their exact Jacobian.

Unknowns ``z``: log producer prices of active nodes, then one rent per limit. Residuals:

    (supply + scrap + stock draw + release - shipments) / scale      every active node
    phi(rent / unit, (limit - shipments) / size)                     every limit

with ``phi(a, b) = a + b - sqrt(a^2 + b^2)`` of Fischer and Burmeister, zero exactly where
``0 <= a perp b >= 0``. Written against the array namespace of its inputs; leading axes are
scenarios and draws.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from array_api_compat import array_namespace

from orepact.market.market import Market
from orepact.market.wedges import Wedges

Array = Any


class State(NamedTuple):
    """Everything that follows from prices and rents, in the shapes of the market."""

    p: Array  # (K, O) producer price
    rent: Array  # (G,) USD/t
    invoice: Array  # (K, O, D) what duties are charged on, FOB
    markup: Array  # (K, O, D) part of a top-up that exporters put on the invoice
    levy: Array  # (K, O, D) what the treasury collects
    reference: Array  # (K, D) reference price of a floor, inf where there is none
    importer_rent: Array  # (K, O, D)
    exporter_rent: Array  # (K, O, D) licence rents of exporters and producers
    c: Array  # (K, O, D) landed cost
    P: Array  # (K, D)
    s: Array  # (K, O, D) tonnes shipped per tonne bought
    kappa: Array
    lam: Array
    m: Array  # (K, R) what a tonne earns its maker
    pay: Array  # (K, R) contract payment a tonne
    y: Array  # (K, R) primary output
    slope: Array  # (K, R) dy/dm
    contract_slope: Array  # (K, R) dy/dpay
    D: Array  # (K, R) final use
    Q: Array  # (K, R) tonnes bought
    x: Array  # (K, O, D)
    excess: Array  # (K, O) supply minus shipments, t
    gain: Array  # (K, O, D) dc/dp along the route's own price
    dlevy: Array | None  # (K, D, O) dlevy/dp of the uniform levy


def evaluate(market: Market, w: Wedges, p: Array, rent: Array) -> State:
    """All quantities at producer prices ``p`` (K, O) and limit rents ``rent`` (G,)."""
    xp = array_namespace(p)
    freight = market.freight + w.freight
    shipped = xp.where(market.cif, 1.0, 0.0) * freight
    gross = 1.0 + w.export_tax
    invoice = p[..., :, None] * gross
    importer_rent = xp.zeros_like(invoice)
    exporter_rent = xp.zeros_like(invoice)
    for g, holder in enumerate(w.holder):
        add = w.limit_mask[..., g, :, :, :] * rent[..., g, None, None, None]
        if holder == "importer":
            importer_rent = importer_rent + add
        else:
            exporter_rent = exporter_rent + add
    invoice = invoice + exporter_rent
    taxed = 1.0 + w.duty
    levy = markup = xp.zeros_like(invoice)
    reference = xp.full(invoice.shape[:-2] + (invoice.shape[-1],), xp.inf)
    gain = gross * taxed
    dlevy = None
    if w.any_floor:
        levy, markup, reference, gain, dlevy = _floors(w, invoice, freight, shipped, gross, gain)
    invoice = invoice + markup
    c = (
        invoice + freight + w.duty * (invoice + shipped) + w.specific
        + levy + w.standard + importer_rent
    )  # fmt: skip
    none = market.demand.choke() * 1e3
    none = xp.where(xp.isfinite(none), none, 1e12)
    P, s, kappa, lam = market.sourcing_of(w).mix(c, none)

    m = p + market.credit
    cols = [m[..., k, :] for k in range(len(market.stages))]
    for k, j in market.edges:
        cols[k] = cols[k] - market.inputs[..., k, j, :] * P[..., j, :]
    m = xp.stack(cols, axis=-2)
    y, slope = market.supply.quantity_slope(m[..., None, :])
    y, slope = xp.sum(y, axis=-2), xp.sum(slope, axis=-2)
    pay = contract_slope = xp.zeros_like(m)
    if w.any_contract:
        B = xp.take_along_axis(
            xp.broadcast_to(p, m.shape), w.benchmark + 0 * m.astype(int), axis=-1
        )
        pay = xp.maximum(w.strike - B, 0.0) - w.upside * xp.maximum(B - w.threshold, 0.0)
        pay = xp.where(w.contracted > 0, xp.minimum(pay, w.pay_cap), 0.0)
        yc, sc = market.supply.quantity_slope((m + pay)[..., None, :])
        y = (1 - w.contracted) * y + w.contracted * xp.sum(yc, axis=-2)
        contract_slope = w.contracted * xp.sum(sc, axis=-2)
        slope = (1 - w.contracted) * slope + contract_slope
    D = market.demand.quantity(P)
    extra = market.build + w.purchase
    bought = [D[..., k, :] + extra[..., k, :] for k in range(len(market.stages))]
    for k, j in market.edges:
        bought[j] = bought[j] + market.inputs[..., k, j, :] * y[..., k, :]
    Q = xp.stack(bought, axis=-2)
    x = s * Q[..., None, :]
    scrap = xp.sum(market.secondary.quantity(p[..., None, :]), axis=-2)
    excess = y + scrap + market.draw + w.release - xp.sum(x, axis=-1)
    return State(
        p, rent, invoice, markup, levy, reference, importer_rent, exporter_rent, c, P, s, kappa,
        lam, m, pay, y, slope, contract_slope, D, Q, x, excess, gain, dlevy,
    )  # fmt: skip


def _floors(
    w: Wedges, invoice: Array, freight: Array, shipped: Array, gross: Array, gain: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Levy, mark-up, reference price and their derivatives with respect to producer prices."""
    xp = array_namespace(invoice)
    value = invoice + xp.where(w.on_cif, 1.0, 0.0)[..., None, :] * freight
    counts = xp.where(w.counts_duty, 1.0, 0.0)[..., None, :]
    compared = value + counts * (w.duty * (invoice + shipped) + w.specific)
    dcompared = gross * (1.0 + counts * w.duty)
    F = w.floor
    # the uniform levy of the period: F minus the reference over eligible routes
    masked = xp.where(w.eligible, compared, xp.inf)
    fixed = xp.sum(xp.abs(w.weights), axis=-2) > 0
    lowest = xp.min(masked, axis=-2)
    average = xp.sum(w.weights * compared, axis=-2)
    R = xp.where(fixed, average, lowest)
    first = xp.argmin(masked, axis=-2)
    origins = xp.arange(invoice.shape[-1])
    pick = xp.where(
        fixed[..., None], xp.moveaxis(w.weights, -2, -1), 1.0 * (first[..., None] == origins)
    )
    dR = pick * xp.moveaxis(dcompared, -2, -1)  # (..., K, D, O)
    R, dR = _shared(xp, w.group, R, dR)
    gap = F - R
    binds = (gap > 0) & (F > 0) & ~w.top_up & xp.isfinite(R)
    uniform = xp.where(binds, gap, 0.0)
    covered = xp.where(w.covered, 1.0, 0.0)
    levy = covered * uniform[..., None, :]
    dlevy = xp.where(binds[..., None], -dR, 0.0)
    # the top-up of each entry by its own value
    short = xp.where(
        w.covered & (w.top_up & (F > 0))[..., None, :],
        xp.maximum(F[..., None, :] - compared, 0.0),
        0.0,
    )
    response = w.response[..., None, :]
    dshort = xp.where(short > 0, -dcompared, 0.0)
    gain = gain + dshort * (response * (1.0 + w.duty) + (1.0 - response))
    return levy + (1.0 - response) * short, response * short, R, gain, dlevy


def _shared(xp: Any, group: Array, R: Array, dR: Array) -> tuple[Array, Array]:
    """Give every destination of a group the lowest reference of the group."""
    K = R.shape[-2]
    for k in range(K):
        for g in sorted({int(i) for i in group[k] if i >= 0}):
            inside = group[k] == g
            values = xp.where(inside, R[..., k, :], xp.inf)
            best = xp.argmin(values, axis=-1)[..., None]
            low = xp.min(values, axis=-1)[..., None]
            row = xp.take_along_axis(dR[..., k, :, :], best[..., None], axis=-2)
            here = xp.arange(K)[:, None] == k
            R = xp.where(here & inside, low[..., None], R)
            dR = xp.where((here & inside)[..., None], row[..., None, :, :], dR)
    return R, dR


def residual(market: Market, w: Wedges, st: State, unit: Array) -> Array:
    """Residuals in the order of the unknowns, flat: ``(..., K*R + G)``."""
    xp = array_namespace(st.p)
    nodes = st.excess / market.scale
    flat = xp.reshape(nodes, (*nodes.shape[:-2], -1))
    if not w.holder:
        return flat
    a, b = _pair(market, w, st, unit)
    return xp.concat([flat, a + b - xp.sqrt(a * a + b * b)], axis=-1)


def _pair(market: Market, w: Wedges, st: State, unit: Array) -> tuple[Array, Array]:
    xp = array_namespace(st.p)
    shipped = xp.sum(w.limit_mask * st.x[..., None, :, :, :], axis=(-3, -2, -1))
    size = _size(xp, market, w)
    return st.rent / unit, (w.limit - shipped) / size


def _size(xp: Any, market: Market, w: Wedges) -> Array:
    base = xp.sum(w.limit_mask * market.x0[..., None, :, :, :], axis=(-3, -2, -1))
    whole = xp.sum(market.scale, axis=(-2, -1))[..., None]
    return xp.maximum(xp.maximum(base, w.limit), 1e-6 * whole)


def jacobian(market: Market, w: Wedges, st: State, unit: Array) -> Array:
    """Derivative of :func:`residual` in prices and rents, ``(..., K*R + G, K*R + G)``.

    With ``H[k,d,o] = dP[k,d]/dp[k,o]``, ``Y[j,i] = dy[j]/dp[i]`` and ``a`` the inputs:

        J[k,i] = Y[k,i] - sum_j S_k a[j,k] Y[j,i]
                 + (k = i) (scrap' - dx/dc dc/dp - S_k D' H_k)
    """
    xp = array_namespace(st.p)
    K, R = st.p.shape[-2:]
    batch = st.excess.shape[:-2]
    gain = xp.broadcast_to(st.gain, st.x.shape)
    steep = st.x * st.kappa  # -dx/dc along the own route, Q fixed
    H = xp.matrix_transpose(st.s * gain)  # (..., K, D, O)
    if st.dlevy is not None:
        hit = xp.where(w.covered, st.s, 0.0)
        H = H + xp.sum(hit, axis=-2)[..., None] * st.dlevy
    slope_D = market.demand.slope(st.P)
    scrap = xp.sum(market.secondary.slope(st.p[..., None, :]), axis=-2)
    pull = (st.lam * st.Q + slope_D)[..., None] * H  # dQ and substitution toward the origin
    eye = xp.eye(R)
    made = {(k, j): market.inputs[..., k, j, :] * st.slope[..., k, :] for k, j in market.edges}

    def output(k: int, i: int) -> Array | None:
        """``dy[k]/dp[i]``: own price less what dearer inputs take."""
        if (k, i) in made:
            return -made[k, i][..., None] * H[..., i, :, :]
        return st.slope[..., k, :, None] * eye if k == i else None

    rows = []
    for k in range(K):
        row = []
        S = st.s[..., k, :, :]
        users = [j for j, i in market.edges if i == k]
        for i in range(K):
            block = output(k, i)
            right = pull[..., k, :, :] if i == k else None
            for j in users:
                dy = output(j, i)
                if dy is not None:
                    term = market.inputs[..., j, k, :, None] * dy
                    right = term if right is None else right + term
            if right is not None:
                block = -(S @ right) if block is None else block - S @ right
            if i == k:
                own = xp.sum(steep[..., k, :, :] * gain[..., k, :, :], axis=-1) + scrap[..., k, :]
                block = block + own[..., None] * eye
                if st.dlevy is not None:
                    pays = xp.where(w.covered[..., k, :, :], steep[..., k, :, :], 0.0)
                    block = block + pays @ st.dlevy[..., k, :, :]
            row.append(
                xp.zeros((*batch, R, R))
                if block is None
                else xp.broadcast_to(block, (*batch, R, R))
            )
        rows.append(xp.concat(row, axis=-1))
    J = xp.concat(rows, axis=-2)
    if w.any_contract:
        J = J + _contracts(market, w, st)
    scale = xp.reshape(xp.broadcast_to(market.scale, (*batch, K, R)), (*batch, K * R))
    if not w.holder:
        return J / scale[..., None]
    return _with_limits(market, w, st, unit, J, scale)


def _contracts(market: Market, w: Wedges, st: State) -> Array:
    """Effect of the benchmark's price through contract payments."""
    xp = array_namespace(st.p)
    K, R = st.p.shape[-2:]
    B = xp.take_along_axis(st.p, w.benchmark + 0 * st.m.astype(int), axis=-1)
    dpay = -1.0 * (w.strike > B) - w.upside * (w.threshold < B)
    dpay = xp.where((st.pay < w.pay_cap) & (w.contracted > 0), dpay, 0.0) * st.contract_slope
    pick = 1.0 * (w.benchmark[..., None] == xp.arange(R))  # (K, R, O)
    dy = dpay[..., None] * pick
    rows = []
    for k in range(K):
        own = dy[..., k, :, :]
        row = []
        for i in range(K):
            block = own if i == k else 0.0 * own
            if (i, k) in market.edges:  # its inputs are bought at stage k
                block = block - st.s[..., k, :, :] @ (
                    market.inputs[..., i, k, :, None] * dy[..., i, :, :]
                )
            row.append(block)
        rows.append(xp.concat(row, axis=-1))
    return xp.concat(rows, axis=-2)


def _with_limits(
    market: Market, w: Wedges, st: State, unit: Array, J: Array, scale: Array
) -> Array:
    """Border the Jacobian with the rents' columns and the limits' rows."""
    xp = array_namespace(st.p)
    batch = st.excess.shape[:-2]
    K, R = st.p.shape[-2:]
    n = K * R
    columns, corners, rows = [], [], []
    gain = xp.broadcast_to(st.gain, st.x.shape)
    # dx for a change of landed cost along any direction dc (K, O, D) and its exporter part
    masks = [w.limit_mask[..., g, :, :, :] for g in range(len(w.holder))]
    for g, holder in enumerate(w.holder):
        dc = masks[g] if holder == "importer" else masks[g] * gain / (1.0 + w.export_tax)
        if st.dlevy is not None and holder != "importer":
            safe = w.export_tax + 1.0
            through = st.dlevy @ (masks[g] / safe)  # (K, D, D): levy of d by routes to d'
            own = xp.sum(through * xp.eye(R), axis=-1)
            dc = dc + xp.where(w.covered, own[..., None, :], 0.0)
        dP = xp.sum(st.s * dc, axis=-2)
        dm = xp.zeros((*batch, K, R))
        cols = [dm[..., k, :] for k in range(K)]
        for k, j in market.edges:
            cols[k] = cols[k] - market.inputs[..., k, j, :] * dP[..., j, :]
        dy = st.slope * xp.stack(cols, axis=-2)
        dQ = market.demand.slope(st.P) * dP
        parts = [dQ[..., k, :] for k in range(K)]
        for k, j in market.edges:
            parts[j] = parts[j] + market.inputs[..., k, j, :] * dy[..., k, :]
        dQ = xp.stack(parts, axis=-2)
        dx = -st.x * st.kappa * dc + st.x * (st.lam * dP)[..., None, :] + st.s * dQ[..., None, :]
        columns.append(xp.reshape(dy - xp.sum(dx, axis=-1), (*batch, n)))
        corners.append([xp.sum(mask * dx, axis=(-3, -2, -1)) for mask in masks])
    a, b = _pair(market, w, st, unit)
    r = xp.sqrt(a * a + b * b)
    safe = xp.where(r > 0, r, 1.0)
    da = xp.where(r > 0, 1.0 - a / safe, 1.0 - 2**-0.5)
    db = xp.where(r > 0, 1.0 - b / safe, 1.0 - 2**-0.5)
    size = _size(xp, market, w)
    for g in range(len(w.holder)):
        along = _shipments(market, w, st, masks[g])
        left = -db[..., g, None] / size[..., g, None] * along
        right = [
            xp.where(h == g, da[..., g] / unit[..., g], 0.0)
            - db[..., g] / size[..., g] * corners[h][g]
            for h in range(len(w.holder))
        ]
        rows.append(xp.concat([left, xp.stack(right, axis=-1)], axis=-1))
    top = xp.concat([J / scale[..., None], xp.stack(columns, axis=-1) / scale[..., None]], axis=-1)
    return xp.concat([top, xp.stack(rows, axis=-2)], axis=-2)


def _shipments(market: Market, w: Wedges, st: State, mask: Array) -> Array:
    """Derivative of ``sum mask x`` in producer prices, ``(..., K*R)``."""
    xp = array_namespace(st.p)
    batch = st.excess.shape[:-2]
    K, R = st.p.shape[-2:]
    gain = xp.broadcast_to(st.gain, st.x.shape)
    H = xp.matrix_transpose(st.s * gain)
    steep = mask * st.x * st.kappa
    share = xp.sum(mask * st.s, axis=-2)  # (K, D)
    if st.dlevy is not None:
        hit = xp.where(w.covered, st.s, 0.0)
        H = H + xp.sum(hit, axis=-2)[..., None] * st.dlevy
    u = xp.sum(mask * st.x, axis=-2) * st.lam + share * market.demand.slope(st.P)
    out = [(u[..., k, None, :] @ H[..., k, :, :])[..., 0, :] for k in range(K)]
    for k in range(K):
        out[k] = out[k] - xp.sum(steep[..., k, :, :] * gain[..., k, :, :], axis=-1)
        if st.dlevy is not None:
            paid = xp.sum(xp.where(w.covered[..., k, :, :], steep[..., k, :, :], 0.0), axis=-2)
            out[k] = out[k] - (paid[..., None, :] @ st.dlevy[..., k, :, :])[..., 0, :]
    for j, k in market.edges:  # processors at j buy at stage k
        v = share[..., k, :] * market.inputs[..., j, k, :] * st.slope[..., j, :]
        out[j] = out[j] + v
        for jj, i in market.edges:
            if jj == j:
                dear = v * market.inputs[..., j, i, :]
                out[i] = out[i] - (dear[..., None, :] @ H[..., i, :, :])[..., 0, :]
    flat = xp.stack([xp.broadcast_to(o, (*batch, R)) for o in out], axis=-2)
    return xp.reshape(flat, (*batch, K * R))
