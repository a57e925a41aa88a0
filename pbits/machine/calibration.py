"""What p-bits of a machine really do, measured on the machine, and compensated.

Inputs that are known are given to all p-bits, it is counted how often each is up, and a logistic
curve is fitted (:mod:`pbits.devices.calibration`): slope 1 and offset 0 where a p-bit is what the
machine believes.  Inputs come

- past the arrays ("inputs"), each p-bit swept alone: what is found is the p-bits' own; or
- through them ("arrays"): word lines are driven with random patterns, each for one clock, and the
  fields that the problem has there are the inputs.  Slopes then hold what the arrays of a p-bit
  lose or add on the whole as well, and offsets what they are off by (at the beta of the sweep).
  Errors of single couplings remain: `learning` is for those.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import logit

from pbits import checks
from pbits.devices.calibration import Fit, fit_response
from pbits.devices.networks import enumerate_spins
from pbits.machine.clocking import Clocking
from pbits.machine.couplings import IdealCoupling, held_by
from pbits.machine.machine import Machine
from pbits.machine.outcomes import MachineSamples
from problems.model import IsingProblem, ising

Array = NDArray[np.float64]
_WAIT = 8.0  # correlation times: a memory of 0.03 %
_REACH = 1.5  # largest input of a sweep, and twice the typical one of patterns
_SWEEP = 7
_SHARES = (0.0, 0.5, 1.0)  # of the largest beta, of patterns


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was found.

    Attributes:
        machine: the same, whose p-bits are told what compensates.
        fit: of each p-bit, copies included: slopes (1 expected) and offsets (0 expected) in units
            of the input ``-beta I``, errors and p-values; a small p-value tells of deviations that
            no slope and offset mend.
        seconds, joules: of the hardware while it was measured.
    """

    machine: Machine
    fit: Fit
    seconds: float
    joules: float


def calibrate(
    machine: Machine,
    problem: IsingProblem,
    *,
    through: str | None = None,
    beta: float | None = None,
    trials: int = 4096,
    num_patterns: int = 256,
    reach: float = _REACH,
    seed: int | None = None,
) -> Calibration:
    """Measure every p-bit's slope and offset and compensate them.

    Clocks are long while it is measured, whatever the machine's are; errors fall with the root of
    `trials`.  What is found refines what the machine believed before.

    Args:
        machine: with p-bits of a model.
        problem: that its p-bits will hold; where the machine makes copies, all of them are
            calibrated.  "inputs" depend on its size alone.
        through: "inputs" or "arrays", see above; "arrays" where there are any by default.
        beta: largest of the sweep through arrays; by default typical inputs are 0.75.  That of
            the sampling that follows is best where arrays are off by a field of their own.
        trials: reads at each of the inputs, or for each of three betas all patterns together.
        num_patterns: random states that drive the lines, half of them the others turned over; all
            states where there are no more of them.
        reach: of a sweep of inputs, ``beta I`` of its ends; must leave no p-bit on one side.
        seed: drawn by default.

    Raises:
        ValueError: on ideal p-bits, arguments out of range, or p-bits that do not answer.

    Example:
        >>> from pbits.devices.ideal import IdealSigmoid
        >>> from pbits.devices.variability import Spread
        >>> from pbits.machine.neurons import Neurons
        >>> neurons = Neurons(IdealSigmoid(), spread=Spread(slope=0.1, offset=0.2), seed=1)
        >>> found = calibrate(Machine(neurons), ising([0] * 5, [0], [1], [1]), seed=2)
        >>> gains, shifts = neurons.devices(5)
        >>> bool(abs(found.fit.slope - gains).max() < 0.1)
        True
        >>> bool(abs(found.fit.offset - shifts).max() < 0.06)
        True
    """
    arrays = not isinstance(machine.coupling, IdealCoupling)
    way = ("arrays" if arrays else "inputs") if through is None else through
    if way not in ("inputs", "arrays"):
        raise ValueError(f"through is {through!r}; expected 'inputs' or 'arrays'")
    if machine.neurons.is_ideal:
        raise ValueError(
            "p-bits are ideal: they have nothing to calibrate; give Neurons a model, for instance "
            "pbits.devices.ideal.IdealSigmoid()"
        )
    count, seed = checks.whole_number("trials", trials, 16), checks.seed_or_random(seed)
    problem = held_by(machine.coupling, problem)
    if way == "inputs":
        ends = checks.positive("reach", reach)
        fit, results = _by_inputs(machine, problem.num_variables, count, seed, ends)
    else:
        patterns = checks.whole_number("num_patterns", num_patterns, 3)
        fit, results = _by_arrays(machine, problem, beta, count, patterns, seed)
    slope, offset = machine.neurons.believes(problem.num_variables)
    neurons = machine.neurons.believing(slope * fit.slope, offset + fit.offset / slope)
    return Calibration(
        replace(machine, neurons=neurons),
        fit,
        sum(result.hardware.run.latency for result in results),
        sum(result.hardware.run.energy for result in results),
    )


def _by_inputs(
    machine: Machine, num: int, trials: int, seed: int, reach: float
) -> tuple[Fit, list[MachineSamples]]:
    """A sweep of biases, nothing being coupled."""
    bare = replace(machine, coupling=IdealCoupling(), clocking=Clocking(wait=_WAIT))
    inputs = np.linspace(-reach, reach, _SWEEP)
    results = []
    for k, value in enumerate(inputs):
        biased = bare.load(ising(np.full(num, -1.0 if value > 0 else 1.0), [], [], []))
        results.append(
            biased.sample(beta=abs(value), num_reads=trials, num_sweeps=1, seed=(seed + k) % 2**32)
        )
    ups = np.stack([(result.spins > 0).sum(0) for result in results])
    return fit_response(inputs, ups, trials), results


def _by_arrays(
    machine: Machine, problem: IsingProblem, beta: float | None, trials: int, num: int, seed: int
) -> tuple[Fit, list[MachineSamples]]:
    """Patterns on the word lines, the fields of which are known."""
    together = replace(machine, clocking=Clocking("parallel", wait=_WAIT))
    loaded = replace(machine.load(problem), machine=together)
    rng = np.random.default_rng(seed)
    patterns = _patterns(rng, problem.num_variables, num)
    num = len(patterns)
    each = -(-trials // num)
    fields = _fields(problem, patterns)
    if beta is None:
        beta = _REACH / 2 / (float(np.sqrt((fields**2).mean())) or 1.0)
    most = checks.positive("beta", beta)
    inputs, ups, results = [], [], []
    for k, share in enumerate(_SHARES):
        result = loaded.sample(
            beta=share * most, num_reads=each * num, num_sweeps=1, seed=(seed + k) % 2**32,
            initial_spins=np.repeat(patterns, each, axis=0),
        )  # fmt: skip
        results.append(result)
        inputs.append(-share * most * fields)
        ups.append((result.spins.reshape(num, each, -1) > 0).sum(1))
    return _fits(np.concatenate(inputs), np.concatenate(ups), each), results


def _patterns(rng: np.random.Generator, spins: int, num: int) -> NDArray[np.int8]:
    """[k, spins]."""
    if 2**spins <= num:
        return enumerate_spins(spins).astype(np.int8)
    half = rng.choice(np.array([-1, 1], np.int8), (-(-num // 2), spins))
    return np.concatenate([half, -half])


def _fields(problem: IsingProblem, states: NDArray[np.int8]) -> Array:
    """I of every spin in given states, [k, n]."""
    size = (problem.num_variables, problem.num_variables)
    upper = sparse.csr_array((problem.coupling, (problem.row, problem.col)), shape=size)
    return problem.h + states.astype(np.float64) @ (upper + upper.T)


def _fits(inputs: Array, ups: NDArray, trials: int) -> Fit:
    """P-bit by p-bit, since each has inputs of its own; equal ones are counted together."""
    found = [_fit(x, up, trials) for x, up in zip(inputs.T, ups.T, strict=True)]
    return Fit(*(np.array(part) for part in zip(*found, strict=True)))


def _fit(inputs: Array, ups: NDArray, trials: int) -> Fit:
    different, place = np.unique(inputs.round(12), return_inverse=True)
    seen, count = (
        np.bincount(place, weights=weights).astype(np.float64)
        for weights in (ups, np.full(ups.size, trials))
    )
    if len(different) >= 3:
        return fit_response(different, seen, count)
    # Nothing drives it: only where it stands can be known.
    total, up = count.sum(), seen.sum()
    error = np.sqrt(total / (4 * max(up * (total - up), 1.0)))
    offset = -logit((up + 0.5) / (total + 1)) / 2
    return Fit(*(np.asarray(x) for x in (1.0, offset, 0.0, error, 0.0, 1.0)))
