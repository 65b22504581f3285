"""What the jobs of the tests do: a module that another process finds by its name."""

import time

from orepact.errors import InputError


def squares(report, n):
    for i in range(n):
        report(i + 1, n)
    return [i * i for i in range(n)]


def fails(report):
    raise InputError("It cannot be. Write something else.")


def slow(report, n):
    for i in range(n):
        report(i + 1, n)
        time.sleep(0.1)


def sleeps(report, seconds):
    time.sleep(seconds)
