"""The exact Jacobian of the residuals in log prices, rents and stocks.

With ``S`` the mix, ``H[d,o] = dP[d]/dlog p[o]``, ``y'`` the slope of output, ``a`` inputs:

    dF[k]/dlog p[i] = (k = i) (diag(p (y' + scrap')) + own[k] - S[k] (lam Q + D') H[k])
                      - (k made from i) diag(y' a[k,i]) H[i]
                      - sum_j S[k] a[j,k] y'[j] ((i = j) p - a[j,i] H[i]),   j made from k

``own`` is what leaves a route when its own landed cost rises. Where users move, ``D'`` is a
diagonal and a matrix of rank one. Products with diagonal matrices are scalings of rows or columns,
so each block costs one matrix product.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orepact.market.equations import Frame, Point, _benchmark, bounded_slopes
from orepact.market.floors import Border, levy_slopes, setters
from orepact.market.namespace import namespace

Array = Any
Use = tuple[Array, Any, Any]
"""Slopes of final use: a diagonal, and two vectors of a matrix of rank one, or ``None``."""


def jacobian(f: Frame, pt: Point) -> Array:
    """Derivative of the residuals, ``(..., n, n)`` with ``n = K*R + G + H``."""
    market, w = f.market, f.w
    xp = namespace(pt.p)
    K, R = pt.p.shape[-2:]
    batch = pt.excess.shape[:-2]
    eye = xp.eye(R)
    per = 1.0 / market.scale  # rows are relative to the size of their node
    H, away, levies = _index_slopes(f, pt)
    use: Use = market.use_slopes(pt.P)
    pull = pt.lam * pt.Q + use[0]
    scrap = xp.sum(market.secondary.slope(pt.p[..., None, :]), axis=-2)
    left = pt.s * per[..., :, None]
    made = {(k, j): market.inputs[..., k, j, :] * pt.slope[..., k, :] for k, j in market.edges}
    rows = []
    for k in range(K):
        users = [j for j, i in market.edges if i == k]
        row = []
        for i in range(K):
            block = None
            through = -pull[..., k, :] if i == k else None  # what dearer i takes from k's buyers
            for j in users:
                if (j, i) in made:
                    less = market.inputs[..., j, k, :] * made[j, i]
                    through = less if through is None else through + less
            if through is not None:
                block = (left[..., k, :, :] * through[..., None, :]) @ H[i]
            if (k, i) in made:
                cost = (-made[k, i] * per[..., k, :])[..., None] * H[i]
                block = cost if block is None else block + cost
            if i in users:
                column = market.inputs[..., i, k, :] * pt.slope[..., i, :] * pt.p[..., i, :]
                sold = left[..., k, :, :] * -column[..., None, :]
                block = sold if block is None else block + sold
            if i == k:
                if use[1] is not None:
                    to = (left[..., k, :, :] @ use[1][..., k, :, None])[..., 0]
                    block = block - to[..., :, None] * _row(use[2][..., k, :], H[k])[..., None, :]
                up = pt.p[..., k, :] * (pt.slope[..., k, :] + scrap[..., k, :]) + away[..., k, :]
                block = block + (up * per[..., k, :])[..., None] * eye
                if levies[k] is not None:
                    block = block + levies[k] * per[..., k, :, None]
            row.append(block)
        rows.append(row)
    J = _joined(xp, rows, batch, R)
    if w.any_contract:
        J = J + _contracts(f, pt, per)
    if not w.holder and not f.rules:
        return J
    return _with_limits(f, pt, J, H, per, use)


def _row(v: Array, M: Array) -> Array:
    """``v M`` of a vector (..., D) and a matrix (..., D, R)."""
    return (v[..., None, :] @ M)[..., 0, :]


def _covered(pt: Point, b: Border) -> Array:
    """Share of each route (..., O, N) that pays the floor: covered, and not relabelled."""
    if pt.alias is None:
        return b.covered
    return b.covered * (1.0 - pt.alias[..., b.stage, :, :][..., b.at])


def _joined(xp: Any, rows: list[list[Array | None]], batch: tuple[int, ...], R: int) -> Array:
    """One matrix of blocks; a missing block is zero. NumPy fills in place, which saves a copy."""
    K = len(rows)
    if xp.__name__ == "array_api_compat.numpy":
        J = xp.zeros((*batch, K * R, K * R))
        for k, row in enumerate(rows):
            for i, block in enumerate(row):
                if block is not None:
                    J[..., k * R : (k + 1) * R, i * R : (i + 1) * R] = block
        return J
    zero = xp.zeros((*batch, R, R))
    full = [[zero if b is None else xp.broadcast_to(b, zero.shape) for b in row] for row in rows]
    return xp.concat([xp.concat(row, axis=-1) for row in full], axis=-2)


def _index_slopes(f: Frame, pt: Point) -> tuple[list[Array], Array, list[Array | None]]:
    """``H`` by stage; what leaves an origin as its own price rises (K, O); and what leaves it
    as the levy that its price sets changes (O, O), by stage with a period levy."""
    xp = namespace(pt.p)
    K = pt.p.shape[-2]
    sg = pt.s * (pt.gain * pt.p[..., :, None])
    H = [xp.matrix_transpose(sg[..., k, :, :]) for k in range(K)]
    weight = pt.kappa * pt.Q[..., None, :]
    if weight.shape[-2] == 1:  # one curvature for all origins: a product with a vector
        away = (sg @ xp.matrix_transpose(weight))[..., 0]
    else:
        away = xp.sum(sg * weight, axis=-1)
    levies: list[Array | None] = [None] * K
    for b, lev in zip(f.borders, pt.levied, strict=True):
        k = b.stage
        s = pt.s[..., k, :, :][..., b.at]
        dlevy = levy_slopes(b, lev) * pt.p[..., k, None, :]
        covered = _covered(pt, b)
        hit = xp.sum(covered * s, axis=-2)
        H[k] = H[k] + xp.matrix_transpose(b.pick) @ (hit[..., None] * dlevy)
        kappa = xp.broadcast_to(pt.kappa, pt.s.shape)[..., k, :, :][..., b.at]
        paid = covered * s * kappa * pt.Q[..., k, :][..., None, b.at]
        levies[k] = paid @ dlevy
    return H, away, levies


def _contracts(f: Frame, pt: Point, per: Array) -> Array:
    """Effect of the benchmark's price through contract payments."""
    market, w = f.market, f.w
    xp = namespace(pt.p)
    K, R = pt.p.shape[-2:]
    B = _benchmark(w, pt.p, pt.m)
    dpay = -1.0 * (w.strike > B) - w.upside * (w.threshold < B)
    free = (pt.pay < w.pay_cap) & (pt.pay > -w.back_cap) & (w.contracted > 0)
    dpay = xp.where(free, dpay, 0.0) * pt.contract_slope
    dy = (dpay * B)[..., None] * (w.benchmark[..., None] == xp.arange(R))
    rows = []
    for k in range(K):
        row = []
        for i in range(K):
            block = dy[..., k, :, :] if i == k else 0.0 * dy[..., k, :, :]
            if (i, k) in market.edges:  # the maker of i buys at stage k
                bought = market.inputs[..., i, k, :, None] * dy[..., i, :, :]
                block = block - pt.s[..., k, :, :] @ bought
            row.append(block * per[..., k, :, None])
        rows.append(xp.concat(row, axis=-1))
    return xp.concat(rows, axis=-2)


def _with_limits(f: Frame, pt: Point, J: Array, H: list[Array], per: Array, use: Use) -> Array:
    """Border the Jacobian with the columns and rows of rents and of stocks by rule."""
    market, w = f.market, f.w
    xp = namespace(pt.p)
    batch, (K, R) = pt.excess.shape[:-2], pt.p.shape[-2:]
    G, rules = len(w.holder), f.rules
    x = pt.s * pt.Q[..., None, :]
    masks = [w.limit_mask[..., g, :, :, :] for g in range(G)]
    columns, corners, prices = [], [], []
    for g in range(G):
        dc = _rent_costs(f, pt, g)
        dP = xp.sum(pt.s * dc, axis=-2)
        dm = [xp.zeros((*batch, R)) for _ in range(K)]
        for k, j in market.edges:
            dm[k] = dm[k] - market.inputs[..., k, j, :] * dP[..., j, :]
        dy = pt.slope * xp.stack(dm, axis=-2)
        moved = use[0] * dP
        if use[1] is not None:
            moved = moved + use[1] * xp.sum(use[2] * dP, axis=-1, keepdims=True)
        dQ = [moved[..., k, :] for k in range(K)]
        for k, j in market.edges:
            dQ[j] = dQ[j] + market.inputs[..., k, j, :] * dy[..., k, :]
        toward = pt.lam * pt.Q * dP + xp.stack(dQ, axis=-2)
        dx = pt.s * toward[..., None, :] - x * pt.kappa * dc
        columns.append(xp.reshape((dy - xp.sum(dx, axis=-1)) * per, (*batch, K * R)))
        corners.append([xp.sum(mask * dx, axis=(-3, -2, -1)) for mask in masks])
        prices.append(dP)
    for rule in rules:  # stocks move purchases and nothing else
        here = np.arange(R) == rule.r
        dx = rule.sign * pt.s[..., rule.k, :, :] * here
        node = np.arange(K)[:, None] == rule.k
        column = -xp.sum(dx, axis=-1)[..., None, :] * node * per
        columns.append(xp.reshape(column + xp.zeros((*batch, K, R)), (*batch, K * R)))
        corners.append([xp.sum(mask[..., rule.k, :, :] * dx, axis=(-2, -1)) for mask in masks])
        prices.append(None)
    da, db = bounded_slopes(f, pt)
    n = G + len(rules)
    rows = []
    for g in range(G):
        left = -db[..., g, None] * _shipments(f, pt, masks[g], H, use)
        right = [(h == g) * da[..., g] - db[..., g] * corners[h][g] for h in range(n)]
        rows.append(xp.concat([left, xp.stack(right, axis=-1)], axis=-1))
    for i, rule in enumerate(rules, G):
        at = rule.sign * db[..., i]
        pieces = [xp.zeros((*batch, R)) for _ in range(K)]
        pieces[rule.k] = pieces[rule.k] + at[..., None] * H[rule.k][..., rule.r, :]
        right = [
            (h == i) * da[..., i] + (0.0 if dP is None else at * dP[..., rule.k, rule.r])
            for h, dP in enumerate(prices)
        ]
        right = [v + xp.zeros(batch) for v in right]
        rows.append(xp.concat([*pieces, xp.stack(right, axis=-1)], axis=-1))
    top = xp.concat([J, xp.stack(columns, axis=-1)], axis=-1)
    return xp.concat([top, xp.stack(rows, axis=-2)], axis=-2)


def _rent_costs(f: Frame, pt: Point, g: int) -> Array:
    """Landed cost of every route per dollar of one limit's rent, floors included.

    For a tariff-rate quota per unit of the share: all that is due beyond it.
    """
    xp = namespace(pt.p)
    w = f.w
    mask = w.limit_mask[..., g, :, :, :]
    if g in f.tranches:
        due = 0.0 * pt.s
        if len(w.beyond):
            due = due + w.beyond[g] * (invoices(f, pt) + f.shipped)
        return due + w.beyond_specific[g] if len(w.beyond_specific) else due
    if w.holder[g] == "importer":
        return mask + 0.0 * pt.s
    dc = mask * pt.gain / (1.0 + w.export_tax)
    for b, lev in zip(f.borders, pt.levied, strict=True):
        k = b.stage
        # a rent on the route that sets the reference lowers the levy on all that pay it
        taxed = (1.0 + w.export_tax[..., k, :, :])[..., b.at]
        at_route = mask[..., k, :, :][..., b.at] / taxed  # (O, N)
        if lev.best is not None:  # that of the destination whose reference the group takes
            sets = setters(b, lev)[..., None, :]
            wide = xp.broadcast_to(at_route, (*sets.shape[:-2], *at_route.shape[-2:]))
            at_route = xp.take_along_axis(wide, sets, axis=-1)
        change = xp.sum(xp.matrix_transpose(levy_slopes(b, lev)) * at_route, axis=-2)
        add = (_covered(pt, b) * change[..., None, :]) @ b.pick
        here = xp.reshape(xp.arange(dc.shape[-3]) == k, (-1, 1, 1))
        dc = dc + xp.where(here, add[..., None, :, :], 0.0)
    return dc


def invoices(f: Frame, pt: Point) -> Array:
    """What duties are charged on, FOB, exporters' rents and mark-ups included, (..., K, O, D)."""
    w = f.w
    out = pt.p[..., :, None] * (1.0 + w.export_tax) + w.export_specific + 0.0 * pt.s
    for g, holder in enumerate(w.holder):
        if holder != "importer" and g not in f.tranches:
            out = out + w.limit_mask[..., g, :, :, :] * pt.rent[..., g, None, None, None]
    for b, lev in zip(f.borders, pt.levied, strict=True):
        if lev.markup is not None:
            here = np.arange(out.shape[-3])[:, None, None] == b.stage
            out = out + here * (lev.markup @ b.pick)[..., None, :, :]
    return out


def _shipments(f: Frame, pt: Point, mask: Array, H: list[Array], use: Use) -> Array:
    """Derivative of ``sum mask x`` in log prices, ``(..., K*R)``."""
    market = f.market
    xp = namespace(pt.p)
    batch, (K, R) = pt.excess.shape[:-2], pt.p.shape[-2:]
    share = xp.sum(mask * pt.s, axis=-2)
    steep = mask * pt.s * pt.Q[..., None, :] * pt.kappa
    away = xp.sum(steep * pt.gain, axis=-1) * pt.p
    u = share * (pt.lam * pt.Q + use[0])
    if use[1] is not None:
        u = u + xp.sum(share * use[1], axis=-1, keepdims=True) * use[2]
    out = []
    for k in range(K):
        row = _row(u[..., k, :], H[k]) - away[..., k, :]
        for b, lev in zip(f.borders, pt.levied, strict=True):
            if b.stage == k:
                paid = xp.sum(_covered(pt, b) * steep[..., k, :, :][..., b.at], axis=-2)
                row = row - _row(paid, levy_slopes(b, lev)) * pt.p[..., k, :]
        out.append(xp.broadcast_to(row, (*batch, R)))
    for j, k in market.edges:  # makers of j buy at stage k
        v = share[..., k, :] * market.inputs[..., j, k, :] * pt.slope[..., j, :]
        out[j] = out[j] + v * pt.p[..., j, :]
        for jj, i in market.edges:
            if jj == j:
                out[i] = out[i] - _row(v * market.inputs[..., j, i, :], H[i])
    return xp.reshape(xp.stack(out, axis=-2), (*batch, K * R))
