"""From a measured sweep to slope and offset, to a network that allows for them, and what is left.

A p-bit of slope b and offset c answers input x with ``P(up) = 1 / (1 + exp(-2 b (x - c)))``.  Given
``x = I / b + c`` instead of I it answers as an ideal one would.

Costs are quadratic forms of a network's exact law, NumPy in float64; their errors, slopes and
offsets may be arrays of JAX, traced or not, and are differentiable then.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from pbits.devices.checking import finite_array
from pbits.devices.networks import Network, asynchronous_law

Array = NDArray[np.float64]
_MOST_ITERATIONS = 100
_DIFFERENCE = 1e-4
_FARTHEST = 2.0  # change of a logit by one step of Newton's method
_LEAST_ANSWER = 3.0  # standard errors of a slope: below, an offset's error means nothing


class Fit(NamedTuple):
    """Logistic fits of devices; fields [...] as the devices were given.

    Attributes:
        slope, offset: of each device, in the input's unit.
        slope_error, offset_error: standard errors.
        covariance: of both estimates.
        p_value: of the fit: near 0 where the device's law is no logistic function, or its samples
            are not independent.
    """

    slope: Array
    offset: Array
    slope_error: Array
    offset_error: Array
    covariance: Array
    p_value: Array


def fit_response(inputs: ArrayLike, ups: ArrayLike, trials: ArrayLike) -> Fit:
    """Slope and offset of devices, by maximum likelihood.

    Args:
        inputs: [k] of the sweep, equal for all devices.
        ups: [k, ...] how often each device was up.
        trials: samples at each input, a number or [k]; independent ones, so at least four
            correlation times apart.

    Raises:
        ValueError: on counts that fit no curve, above all where no input leaves a device undecided,
            or that do not depend on the input; on numbers out of range or not finite.

    Example:
        >>> x = np.linspace(-2, 2, 9)
        >>> ups = 1000 / (1 + np.exp(-2 * 1.2 * (x - 0.3)))
        >>> fit = fit_response(x, ups, 1000)
        >>> round(float(fit.slope), 3), round(float(fit.offset), 3), float(fit.offset_error) < 0.02
        (1.2, 0.3, True)
    """
    x, seen, count = _sweep(inputs, ups, trials)
    middle, scale = x.mean(), np.ptp(x) / 2
    unit = (x - middle) / scale
    first, second, errors, p = _newton(unit, seen, count)
    _check_answers(second, np.sqrt(errors[..., 1, 1]))
    slope, offset = second / (2 * scale), middle - scale * first / second
    # From logit = first + second unit to slope and offset, to first order.
    gradient = np.zeros((*slope.shape, 2, 2))
    gradient[..., 0, 1] = 1 / (2 * scale)
    gradient[..., 1, 0] = -scale / second
    gradient[..., 1, 1] = scale * first / second**2
    covariance = gradient @ errors @ np.swapaxes(gradient, -1, -2)
    deviance = 2 * (_relative(seen, count * p) + _relative(count - seen, count * (1 - p))).sum(0)
    return Fit(
        slope,
        offset,
        np.sqrt(covariance[..., 0, 0]),
        np.sqrt(covariance[..., 1, 1]),
        covariance[..., 0, 1],
        chi2.sf(deviance, len(x) - 2),
    )


def compensate(network: Network, slope: ArrayLike, offset: ArrayLike) -> Network:
    """The network to load where p-bit i has slope `slope_i` and offset `offset_i`.

    Rows of the couplings and biases are divided by the slopes and biases shifted, so that each
    p-bit is given ``I_i / slope_i + offset_i``; exact where its law is a logistic function.

    Args:
        network: what ideal p-bits (slope 1, offset 0) should run.
        slope, offset: [n], of dimensionless inputs.

    Raises:
        ValueError: on slopes not above 0.

    Example:
        >>> wanted = Network([[0.0, -1.0], [-1.0, 0.0]], [0.3, 0.0])
        >>> loaded = compensate(wanted, [1.2, 0.8], [0.1, 0.0])
        >>> seen = as_seen(loaded, [1.2, 0.8], [0.1, 0.0])
        >>> bool(np.allclose(seen.couplings, wanted.couplings))
        True
    """
    gains = _slopes(slope)
    return network.scaled(1 / gains, finite_array("offset", offset))


def as_seen(network: Network, slope: ArrayLike, offset: ArrayLike) -> Network:
    """The network of ideal p-bits that real ones amount to, given what `network` tells them.

    Its couplings are not symmetric where slopes differ:
    :func:`~pbits.devices.networks.asynchronous_law` has its exact law.

    Args:
        network: what is loaded.
        slope, offset: [n], of dimensionless inputs.

    Raises:
        ValueError: on slopes not above 0.
    """
    gains = _slopes(slope)
    return network.scaled(gains, -gains * finite_array("offset", offset))


def offset_cost(network: Network, errors: Any) -> Any:
    """Predicted divergence from Boltzmann's law of errors in the inputs: 1/2 db^T Cov(s) db, nats.

    Args:
        network: with symmetric couplings.
        errors: [..., n] of inputs I, so of biases in units of 1 / beta.

    Example:
        >>> free = Network(np.zeros((5, 5)), np.zeros(5))
        >>> round(float(offset_cost(free, np.full(5, 0.1))), 4)
        0.025
    """
    return _form(spin_covariance(network), errors)


def spin_covariance(network: Network) -> Array:
    """Cov(s) under Boltzmann's law, [..., n, n].

    Example:
        >>> spin_covariance(Network(np.zeros((2, 2)), np.zeros(2))).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    law, states = network.boltzmann(), network.states
    rest = states - np.einsum("...k,ki->...i", law, states)[..., None, :]
    return np.swapaxes(rest * law[..., None], -1, -2) @ rest


def residual_cost(network: Network, slope: Any, offset: Any) -> Any:
    """Predicted divergence of p-bits of these slopes and offsets, to second order, nats.

    Args:
        network: with symmetric couplings, of at most 10 spins; what is loaded, or what is wanted
            where slopes and offsets are those left after compensation.
        slope, offset: [..., n], of dimensionless inputs.

    Raises:
        ValueError: on slopes not above 0, couplings that are not symmetric, or a beta of 0.

    Example:
        >>> pair = Network([[0.0, -0.5], [-0.5, 0.0]], [0.3, 0.0])
        >>> round(float(residual_cost(pair, [1.1, 0.9], [0.0, 0.05])), 5)
        0.001
    """
    if isinstance(slope, jax.Array) or isinstance(offset, jax.Array):
        library, gains, shifts = jnp, jnp.asarray(slope), jnp.asarray(offset)
    else:
        library, gains, shifts = np, _slopes(slope), finite_array("offset", offset)
    gains, shifts = library.broadcast_arrays(gains, shifts)
    errors = library.concatenate([gains - 1, -gains * shifts], axis=-1)
    return _form(_information(network), errors)


def _form(matrix: Array, errors: Any) -> Any:
    """Half of ``errors . matrix errors``."""
    if isinstance(errors, jax.Array):
        small = jnp.asarray(matrix, errors.dtype)
        return jnp.einsum("...i,...ij,...j->...", errors, small, errors) / 2
    error = finite_array("errors", errors)
    return np.einsum("...i,...ij,...j->...", error, matrix, error) / 2


def expected_cost(network: Network, slope_error: ArrayLike, offset_error: ArrayLike) -> Array:
    """Expected divergence where slopes and offsets are known to these standard errors, nats.

    Args:
        network: as for :func:`residual_cost`.
        slope_error, offset_error: [..., n] standard errors, such as those of a :class:`Fit`, of
            p-bits of slopes near 1; taken as independent.

    Example:
        >>> free = Network(np.zeros((5, 5)), np.zeros(5))
        >>> round(float(expected_cost(free, np.zeros(5), np.full(5, 0.1))), 4)
        0.025
    """
    parts = finite_array("slope_error", slope_error), finite_array("offset_error", offset_error)
    errors = np.concatenate(np.broadcast_arrays(*parts), axis=-1)
    information = np.diagonal(_information(network), axis1=-2, axis2=-1)
    return (information * np.square(errors)).sum(axis=-1) / 2


def _information(network: Network) -> Array:
    """Fisher's, of gains and shifts [..., 2n, 2n]: of the exact law, which has no closed form."""
    law, n, step = network.boltzmann(), network.num_spins, _DIFFERENCE
    slopes = []
    for changed in np.eye(2 * n):
        ends = [
            asynchronous_law(network.scaled(1 + size * changed[:n], size * changed[n:]))
            for size in (step, -step)
        ]
        slopes.append((ends[0] - ends[1]) / (2 * step))
    slopes = np.stack(slopes)
    return np.einsum("i...k,j...k->...ij", slopes, slopes / law)


def _slopes(slope: ArrayLike) -> Array:
    gains = finite_array("slope", slope)
    if not np.all(gains > 0):
        raise ValueError(
            f"slope has {float(gains.min())!r}; expected numbers above 0: swap the outputs of a "
            "p-bit that falls with its input"
        )
    return gains


def _sweep(inputs: ArrayLike, ups: ArrayLike, trials: ArrayLike) -> tuple[Array, Array, Array]:
    x, seen = finite_array("inputs", inputs), finite_array("ups", ups)
    count = finite_array("trials", trials)
    if count.shape not in ((), x.shape):
        raise ValueError(f"trials have shape {count.shape}; expected a number or {x.shape}")
    count = np.broadcast_to(count, x.shape).reshape(-1, *[1] * (seen.ndim - 1))
    if x.ndim != 1 or seen.shape[:1] != x.shape or len(np.unique(x)) < 3:
        raise ValueError(
            f"inputs have shape {x.shape} and ups {seen.shape}; expected [k] and [k, ...], at "
            "least three different inputs"
        )
    if np.any(seen < 0) or np.any(seen > count) or np.any(count <= 0):
        raise ValueError("ups or trials are out of range; expected 0 <= ups <= trials, trials > 0")
    return x, seen, count


def _check_answers(slope: Array, error: Array) -> None:
    weak = np.abs(slope) < _LEAST_ANSWER * error
    if np.any(weak):
        raise ValueError(
            f"{int(np.sum(weak))} of {weak.size} devices do not answer the input: slope 0 within "
            f"{_LEAST_ANSWER:g} standard errors; expected a wider sweep or more trials"
        )


def _newton(unit: Array, seen: Array, count: Array) -> tuple[Array, Array, Array, Array]:
    """Coefficients of the logit, their covariances [..., 2, 2], and P(up)."""
    design = np.stack([np.ones_like(unit), unit])  # [2, k]
    value = np.zeros((*seen.shape[1:], 2))
    for _ in range(_MOST_ITERATIONS):
        logit = np.tensordot(design.T, value, (1, -1))
        p = 1 / (1 + np.exp(-logit))
        information = np.einsum("ak,bk,k...->...ab", design, design, count * p * (1 - p))
        score = np.einsum("ak,k...->...a", design, seen - count * p)
        if np.any(np.linalg.cond(information) > 1e10) or np.any(np.abs(value) > 1e3):
            break
        step = np.linalg.solve(information, score[..., None])[..., 0]
        size = np.abs(step).sum(-1, keepdims=True)
        value = value + step * np.minimum(1, _FARTHEST / np.maximum(size, 1e-300))
        if size.max() < 1e-9:
            return value[..., 0], value[..., 1], np.linalg.inv(information), p
    raise ValueError(
        "no curve fits some device: no input leaves it undecided, or it does not answer; expected "
        "inputs closer together about its offset, or more trials"
    )


def _relative(seen: Array, expected: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(seen > 0, seen * np.log(seen / expected), 0.0)
