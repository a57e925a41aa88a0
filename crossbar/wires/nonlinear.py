"""Arrays whose cells' current is not proportional to their voltage, with wires: Newton's method.

Each step replaces a cell by its tangent, a conductance and a current source, and solves that linear
network exactly, by the elimination of `effective`.  Three or four steps reach rounding.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax, vmap

from crossbar.wires.bitline import LEAST, bit_line
from crossbar.wires.effective import behind, segments_of
from crossbar.wires.wire import Wire

CellCurrent = Callable[[jax.Array, Any], jax.Array]


class Solved(NamedTuple):
    """An array at its operating point.

    Attributes:
        sensed: A, [columns].
        voltage: V, [rows, columns], over each cell.
        current: A, [rows, columns], through each cell.
        steps: of Newton's method.
        change: V, the largest of the last step; above the tolerance it has not converged.
    """

    sensed: jax.Array
    voltage: jax.Array
    current: jax.Array
    steps: jax.Array
    change: jax.Array


class _Tangent(NamedTuple):
    """Cells as conductances and sources, [columns, rows] each."""

    load: jax.Array
    source: jax.Array


@partial(jax.jit, static_argnames=("current", "tolerance", "max_steps"))
def solve_cells(
    current: CellCurrent,
    parameters: Any,
    voltages: jax.Array,
    wire: Wire,
    *,
    tolerance: float = 1e-6,
    max_steps: int = 20,
) -> Solved:
    """Currents of an array of nonlinear cells.

    Args:
        current: ``(voltage [rows, columns], parameters) -> A [rows, columns]``, cell by cell,
            rising with the voltage.
        parameters: a pytree for it.
        voltages: V, [rows], of the word lines; `vmap` for more.
        wire: resistances.
        tolerance: of the voltage over any cell, as a share of the largest drive.
        max_steps: of Newton's method; see `Solved.change`.

    Derivatives with respect to parameters, voltages and resistances are those of the solution.

    Example:
        >>> ohmic = lambda voltage, conductance: conductance * voltage
        >>> solved = solve_cells(ohmic, jnp.full((1, 1), 1e-3), jnp.ones(1), Wire(500.0, 500.0))
        >>> round(float(solved.sensed[0]), 6), int(solved.steps)
        (0.0005, 2)
    """
    columns = jax.eval_shape(current, voltages[:, None], parameters).shape[1]
    newton = partial(_newton, current, wire)
    start = jnp.broadcast_to(voltages[:, None], (voltages.shape[0], columns))
    enough = tolerance * jnp.max(jnp.abs(voltages))

    def unfinished(carry: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        _, step, change = carry
        return (change > enough) & (step < max_steps)

    def improve(
        carry: tuple[jax.Array, jax.Array, jax.Array],
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        over, step, _ = carry
        new, _ = newton(*lax.stop_gradient((parameters, voltages)), over)
        return new, step + 1, jnp.max(jnp.abs(new - over))

    far = jnp.asarray(jnp.inf, voltages.dtype)
    over, steps, change = lax.while_loop(unfinished, improve, (start, jnp.int32(0), far))
    # One more, with derivatives: at a root the last step of Newton's method has those of the root.
    over, sensed = newton(parameters, voltages, lax.stop_gradient(over))
    return Solved(sensed, over, current(over, parameters), steps, change)


def _newton(
    current: CellCurrent, wire: Wire, parameters: Any, voltages: jax.Array, over: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """New voltages over the cells and the sensed currents of the tangent network."""
    through, slope = jax.jvp(lambda v: current(v, parameters), (over,), (jnp.ones_like(over),))
    tangent = _Tangent(slope.T, (through - slope * over).T)
    line = vmap(partial(bit_line, wire=wire))(tangent.load)
    lost = jnp.einsum("jik,jk->ji", line.green, tangent.source)
    load = (
        vmap(jnp.diag)(tangent.load) - tangent.load[:, :, None] * line.green * tangent.load[:, None]
    )
    sources = tangent.source - tangent.load * lost
    word = _words(load, sources, segments_of(wire, over), voltages, wire)
    bit = jnp.einsum("jik,jk->ji", line.green, tangent.load * word) + lost
    injected = tangent.load * word + tangent.source
    return (word - bit).T, jnp.einsum("jk,jk->j", line.collect, injected)


def _words(
    load: jax.Array, source: jax.Array, segments: jax.Array, voltages: jax.Array, wire: Wire
) -> jax.Array:
    """Voltages of the word lines, [columns, rows], between loads with sources."""
    one = jnp.eye(load.shape[1], dtype=load.dtype)
    end = (jnp.zeros_like(one), jnp.zeros_like(voltages))
    if wire.drive == "both":
        far = jnp.maximum(segments[0], LEAST)
        end = (one / far, voltages / far)

    def leftward(carry: tuple, column: tuple) -> tuple[tuple, tuple]:
        (right, held), (load, source, segment) = carry, column
        held = held - source
        right, passes = behind(segment, load + right)
        passed = passes @ held
        return (right, passed), (passes, segment * passed)

    def rightward(voltage: jax.Array, column: tuple) -> tuple[jax.Array, jax.Array]:
        passes, lifted = column
        voltage = passes @ voltage + lifted
        return voltage, voltage

    _, parts = lax.scan(leftward, end, (load, source, segments), reverse=True)
    return lax.scan(rightward, voltages, parts)[1]
