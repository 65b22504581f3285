"""The market: one mineral, one year, one equilibrium."""

from orepact.market import demand, policy, sourcing, supply
from orepact.market.accounts import Accounts, accounts
from orepact.market.calibrate import calibrate
from orepact.market.certificate import Certificate, certify
from orepact.market.equilibrium import RESULTS, Outcome, solve
from orepact.market.market import Market
from orepact.market.wedges import Wedges

__all__ = [
    "RESULTS",
    "Accounts",
    "Certificate",
    "Market",
    "Outcome",
    "Wedges",
    "accounts",
    "calibrate",
    "certify",
    "demand",
    "policy",
    "solve",
    "sourcing",
    "supply",
]
