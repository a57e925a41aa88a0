"""Kernels that are wrong on purpose: what `stats` must reject.

Most wrap a correct kernel; the two that need another coupling structure change the problem.
"""

from collections.abc import Callable
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.base import Info, Kernel, Model, State
from problems.model import IsingProblem, ising

Step = Callable[[jax.Array, State, Model, jax.Array], tuple[State, Info]]


def colder(kernel: Kernel, factor: float = 1.05) -> Kernel:
    """Samples at another temperature, 5 % off."""

    def step(key: jax.Array, state: State, model: Model, beta: jax.Array) -> tuple[State, Info]:
        return kernel.step(key, state, model, beta * np.float32(factor))

    return _with_step(kernel, step, "colder")


def repeating(kernel: Kernel) -> Kernel:
    """Draws the same random numbers in every sweep."""

    def step(key: jax.Array, state: State, model: Model, beta: jax.Array) -> tuple[State, Info]:
        return kernel.step(jnp.zeros_like(key), state, model, beta)

    return _with_step(kernel, step, "repeating")


def shared(kernel: Kernel) -> Kernel:
    """Gives all spins of a read the same random number."""
    own_keys = random.row_keys

    def one_key(key: jax.Array, spin: jax.Array) -> random.RowKeys:
        return own_keys(key, jnp.zeros_like(spin))

    def step(key: jax.Array, state: State, model: Model, beta: jax.Array) -> tuple[State, Info]:
        with patch.object(random, "row_keys", one_key):
            return kernel.step(key, state, model, beta)

    return _with_step(kernel, step, "shared")


def idle(kernel: Kernel) -> Kernel:
    """Does nothing: keeps every distribution, reaches none."""

    def step(key: jax.Array, state: State, model: Model, beta: jax.Array) -> tuple[State, Info]:
        del key, model, beta
        return state, Info({})

    return _with_step(kernel, step, "idle")


def synchronous(kernel: Kernel, num_spins: int) -> Kernel:
    """Updates all spins at once, each from the old values of the others.

    `kernel` must have the model of `double_cover(problem)`: its second half holds the old spins.
    All spins must have the same number of neighbours: halves are then updated one after the other,
    and whichever goes first, the first half ends one or two such updates later.
    """

    def load(spins: jax.Array, model: Model, lane: jax.Array) -> State:
        old = spins[:num_spins]
        return kernel.load(jnp.concatenate([old, old, spins[2 * num_spins :]]), model, lane)

    def step(key: jax.Array, state: State, model: Model, beta: jax.Array) -> tuple[State, Info]:
        state, info = kernel.step(key, state, model, beta)
        return load(kernel.spins(state, model), model, state.lane), info

    return kernel._replace(load=load, step=step, name=f"{kernel.name}, synchronous")


def double_cover(problem: IsingProblem) -> IsingProblem:
    """Two copies of the spins; each coupling joins each spin to the other's copy."""
    n = problem.num_variables
    row = np.concatenate([problem.row, problem.col])
    col = np.concatenate([problem.col, problem.row])
    return ising(np.tile(problem.h, 2), row, col + n, np.tile(problem.coupling, 2))


def off_by_one(problem: IsingProblem) -> IsingProblem:
    """The first coupling of spin 0 leads to the spin after the right one."""
    col = problem.col.copy()
    col[0] += 1
    return ising(problem.h, problem.row, col, problem.coupling)


def _with_step(kernel: Kernel, step: Step, name: str) -> Kernel:
    return kernel._replace(step=step, name=f"{kernel.name}, {name}")
