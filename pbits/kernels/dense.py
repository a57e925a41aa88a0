"""Exact Gibbs and Metropolis sampling of dense models with small integer couplings.

Here a word holds 32 *spins* of one read, so that a field is a population count of spins against
the signs of a coupling row: 32 multiplications in two instructions.  Spins are updated one after
another: first the counts over all words for 32 spins at once, then the 32 in turn, each seeing the
new values of those before it.
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.kernels import bits
from pbits.kernels.base import INIT_SWEEP, Info, Kernel
from pbits.kernels.exponential import accept

_SPINS = 32
_CHUNK = 16
_UNROLL = 8
MAX_PLANES = 4


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class DenseModel:
    """Signs and the binary digits of |J|, as bit rows; Q words of 32 spins, Q a multiple of 16."""

    sign: jax.Array  # [Q, 32, Q] uint32, bit set where J > 0
    planes: jax.Array  # [P, Q, 32, Q] uint32, digit p of |J|
    bias: jax.Array  # [Q, 32] int32, h_i - sum_j |J_ij|
    plain_bias: jax.Array  # [Q, 32] int32, h_i
    num_words: jax.Array  # [] int32, how many words hold spins
    unit: jax.Array  # [] float32, energy of weight 1


class DenseState(NamedTuple):
    words: jax.Array  # [Q, reads] uint32, bit k of word q is spin 32 q + k
    lane: jax.Array  # [reads] uint32


@cache
def dense(update: str) -> Kernel:
    """Kernel over :class:`DenseModel`; `update` is "metropolis" or "gibbs" (heat bath)."""
    return Kernel(
        init=_init,
        step=partial(_step, update),
        energy=_energy,
        load=_load,
        spins=_spins,
        choose=_choose,
        reads_per_lane=1,
        lane_multiple=16,
        energy_dtype=np.int32,
        name=f"dense-{update}",
    )


def dense_model(
    h: NDArray[np.int64], row: NDArray, col: NDArray, coupling: NDArray[np.int64], unit: float = 1.0
) -> DenseModel:
    """Model of ``E / unit = sum h_i s_i + sum J_ij s_i s_j`` with integers, |J| below 16.

    Args:
        h: [n] integers.
        row, col: [m] coupled pairs, each once.
        coupling: [m] integers.
        unit: energy of weight 1.
    """
    used = -(-h.size // _SPINS)
    words = -(-used // _CHUNK) * _CHUNK
    full = np.zeros((words * _SPINS, words * _SPINS), np.int8)
    full[row, col] = full[col, row] = coupling
    bias = np.zeros(words * _SPINS, np.int64)
    bias[: h.size] = h
    magnitude = np.abs(full)
    num_planes = max(int(magnitude.max(initial=0)).bit_length(), 1)
    planes = np.stack([_pack_rows((magnitude >> p) & 1) for p in range(num_planes)])
    shape = (words, _SPINS)
    offset = bias - magnitude.sum(1, dtype=np.int64)
    return DenseModel(
        jnp.asarray(_pack_rows(full > 0)),
        jnp.asarray(planes),
        jnp.asarray(offset.reshape(shape).astype(np.int32)),
        jnp.asarray(bias.reshape(shape).astype(np.int32)),
        jnp.int32(used),
        jnp.float32(unit),
    )


def _pack_rows(matrix: NDArray) -> NDArray[np.uint32]:
    """Bits of an [n, n] 0/1 matrix: [Q, 32, Q], row 32 q + k at [q, k], columns as in words."""
    packed = np.packbits(matrix.astype(np.uint8), axis=1, bitorder="little").view("<u4")
    return packed.reshape(-1, _SPINS, packed.shape[1]).astype(np.uint32)


def _init(key: jax.Array, model: DenseModel, lane: jax.Array) -> DenseState:
    keys = random.row_keys(
        random.sweep_key(key, jnp.uint32(INIT_SWEEP)),
        jnp.arange(model.sign.shape[0], dtype=jnp.uint32),
    )
    return DenseState(random.words(keys, lane, 0), lane)


def _load(spins: jax.Array, model: DenseModel, lane: jax.Array) -> DenseState:
    size = model.sign.shape[0] * _SPINS
    up = jnp.pad((spins > 0).astype(jnp.uint32), ((0, size - spins.shape[0]), (0, 0)))
    return DenseState(bits.pack(up.T).T, lane)


def _spins(state: DenseState, model: DenseModel) -> jax.Array:
    del model
    return (2 * bits.unpack(state.words.T).T.astype(jnp.int8) - 1).astype(jnp.int8)


def _choose(mask: jax.Array, state: DenseState, other: DenseState) -> DenseState:
    return DenseState(jnp.where(mask[None, :], state.words, other.words), state.lane)


def _counts(model: DenseModel, words: jax.Array, q: jax.Array) -> jax.Array:
    """``sum_j |J_ij| [J_ij s_j > 0]`` for the 32 spins of word q: int32 [32, reads]."""
    sign, planes = model.sign[q], model.planes[:, q]

    def body(c: jax.Array, total: jax.Array) -> jax.Array:
        block = jax.lax.dynamic_slice(words, (c * _CHUNK, 0), (_CHUNK, words.shape[1]))
        signs = jax.lax.dynamic_slice(sign, (0, c * _CHUNK), (_SPINS, _CHUNK))
        digits = jax.lax.dynamic_slice(
            planes, (0, 0, c * _CHUNK), (planes.shape[0], _SPINS, _CHUNK)
        )
        for k in range(_CHUNK):
            total = total + _aligned(block[k][None, :], signs[:, k, None], digits[:, :, k, None])
        return total

    chunks = (model.num_words + _CHUNK - 1) // _CHUNK
    zero = jnp.zeros((_SPINS, words.shape[1]), jnp.int32)
    return jax.lax.fori_loop(0, chunks, body, zero)


def _aligned(word: jax.Array, sign: jax.Array, digits: jax.Array) -> jax.Array:
    """``sum |J| [J s > 0]`` over the 32 spins of a word; `digits` has the planes first."""
    agree = ~(word ^ sign)
    total = jax.lax.population_count(agree & digits[0]).astype(jnp.int32)
    for p in range(1, digits.shape[0]):
        total = total + (jax.lax.population_count(agree & digits[p]).astype(jnp.int32) << p)
    return total


def _step(
    update: str, key: jax.Array, state: DenseState, model: DenseModel, beta: jax.Array
) -> tuple[DenseState, Info]:
    drive_per_field = np.float32(2) * beta * model.unit

    def body(q: jax.Array, words: jax.Array) -> jax.Array:
        old = words[q]
        spin = q.astype(jnp.uint32) * np.uint32(_SPINS) + jnp.arange(_SPINS, dtype=jnp.uint32)
        keys = random.row_keys(key, spin)
        # Fields without the word's own spins, which are about to change.
        sign, digits = model.sign[q, :, q], model.planes[:, q, :, q]
        outer = _counts(model, words, q) - _aligned(old[None, :], sign[:, None], digits[:, :, None])
        bias = model.bias[q]

        def group(g: jax.Array, word: jax.Array) -> jax.Array:
            for j in range(_UNROLL):
                k = g * _UNROLL + j
                count = outer[k] + _aligned(word, sign[k], digits[:, k])
                field = (2 * count + bias[k]).astype(jnp.float32)
                bit = k.astype(jnp.uint32)
                own = (2 * ((word >> bit) & 1).astype(jnp.int8) - 1).astype(jnp.int8)
                one = random.RowKeys(keys.first[k][None], keys.second[k][None])
                uniform = random.uniforms(one, state.lane)[0]
                new = accept(update, own, drive_per_field * field, uniform)
                word = word ^ ((new != own).astype(jnp.uint32) << bit)
            return word

        word = jax.lax.fori_loop(0, _SPINS // _UNROLL, group, old)
        return jax.lax.dynamic_update_slice(words, word[None], (q, 0))

    words = jax.lax.fori_loop(0, model.num_words, body, state.words)
    return DenseState(words, state.lane), Info({})


def _energy(state: DenseState, model: DenseModel) -> jax.Array:
    bit = jnp.arange(_SPINS, dtype=jnp.uint32)[:, None]

    def body(q: jax.Array, total: jax.Array) -> jax.Array:
        spin = 2 * ((state.words[q][None, :] >> bit) & 1).astype(jnp.int32) - 1
        field = 2 * _counts(model, state.words, q) + model.bias[q][:, None]
        return total + (spin * (field + model.plain_bias[q][:, None])).sum(0)

    total = jnp.zeros(state.words.shape[1], jnp.int32)
    return jax.lax.fori_loop(0, model.num_words, body, total) // 2
