"""Networks: order, shapes, hooks, pytree; networks from arrays."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.neural import Node, assemble, chain, from_npz, layers, mlp

RNG = np.random.default_rng(3)


def kernels(*shape):
    return RNG.normal(size=shape).astype(np.float32)


RESIDUAL = assemble(
    [
        Node(layers.Conv(kernels(3, 3, 1, 4), padding=((1, 1), (1, 1))), "a", ("input",)),
        Node(layers.Relu(), "b", ("a",)),
        Node(layers.Conv(kernels(3, 3, 4, 4), kernels(4), (1, 1), ((1, 1), (1, 1))), "c", ("b",)),
        Node(layers.Add(), "d", ("c", "b")),
        Node(layers.GlobalMean(), "e", ("d",)),
        Node(layers.Dense(kernels(4, 3)), "f", ("e",)),
    ],
    (5, 5, 1),
)
IMAGES = kernels(2, 5, 5, 1)


def test_a_residual_branch_joins():
    a = RESIDUAL["a"](IMAGES)
    b = np.maximum(a, 0)
    expected = (RESIDUAL["c"](b) + b).mean((1, 2)) @ RESIDUAL["f"].weight
    np.testing.assert_allclose(RESIDUAL(IMAGES), expected, atol=1e-5)


def test_every_product_goes_through_the_hook_once():
    seen, others = [], []

    def product(name, layer, rows):
        seen.append((name, rows.shape))
        return rows @ layer.matrix

    def digital(name, layer, *inputs):
        others.append((name, len(inputs)))
        return layer(*inputs)

    out = RESIDUAL.run(IMAGES, linear=product, digital=digital)
    np.testing.assert_allclose(out, RESIDUAL(IMAGES), atol=1e-5)
    assert seen == [("a", (50, 9)), ("c", (50, 36)), ("f", (2, 4))]
    assert others == [("b", 1), ("d", 2), ("e", 1)]
    counted = [(n.name, (2 * n.products, n.matrix.shape[0])) for n in RESIDUAL.linears()]
    assert counted == seen


def test_parameters_are_arguments_of_a_compiled_network():
    traces = []

    @jax.jit
    def run(network, x):
        traces.append(1)
        return network(x)

    np.testing.assert_allclose(run(RESIDUAL, IMAGES), RESIDUAL(IMAGES), atol=1e-5)
    doubled = RESIDUAL.replace({"f": layers.Dense(2 * RESIDUAL["f"].weight)})
    np.testing.assert_allclose(run(doubled, IMAGES), 2 * RESIDUAL(IMAGES), atol=1e-5)
    assert len(traces) == 1


def test_networks_that_cannot_run_are_refused_with_the_node():
    relu = layers.Relu()
    with pytest.raises(ValueError, match=r"'x' reads \['y'\]"):
        assemble([Node(relu, "x", ("y",))], (2,))
    with pytest.raises(ValueError, match="repeats"):
        assemble([Node(relu, "x", ("input",)), Node(relu, "x", ("x",))], (2,))
    with pytest.raises(ValueError, match=r"'dense0' \(Dense\) does not take"):
        chain([layers.Dense(jnp.ones((3, 2)))], (2,))
    with pytest.raises(ValueError, match="at least one"):
        chain([], (2,))
    with pytest.raises(KeyError, match="no node is named 'z'"):
        RESIDUAL.replace({"z": relu})


def test_inputs_are_reshaped_only_where_there_is_one_order():
    flat = chain([layers.Dense(jnp.eye(4))], (4,))
    np.testing.assert_array_equal(flat(np.arange(4.0).reshape(1, 2, 2, 1)), [[0, 1, 2, 3]])
    np.testing.assert_array_equal(RESIDUAL(IMAGES.reshape(2, 25)), RESIDUAL(IMAGES))
    with pytest.raises(ValueError, match=r"inputs have shape \(1, 2, 1, 2\); expected \[n, 4"):
        flat(np.ones((1, 2, 1, 2)))


def test_networks_from_arrays(tmp_path):
    w, b, v = kernels(6, 4), kernels(4), kernels(4, 2)
    x = kernels(3, 6)
    expected = np.tanh(x @ w + b) @ v
    net = mlp([w, v], [b, None], activation="tanh")
    np.testing.assert_allclose(net(x), expected, atol=1e-5)
    np.savez(tmp_path / "net.npz", w=w, b=b, v=v)
    read = from_npz(tmp_path / "net.npz", activation="tanh")
    assert [n.name for n in read.nodes] == ["dense1", "tanh1", "dense2"]
    np.testing.assert_allclose(read(x), expected, atol=1e-5)
    np.savez(tmp_path / "wrong.npz", b=b)
    with pytest.raises(ValueError, match="array 'b' of shape"):
        from_npz(tmp_path / "wrong.npz")
    with pytest.raises(ValueError, match="expected one of relu"):
        mlp([w], activation="softsign")
    with pytest.raises(ValueError, match="a bias has shape"):
        mlp([w], [v])


def test_convolutional_networks_from_arrays(tmp_path):
    kernel, bias, matrix = kernels(2, 2, 1, 3), kernels(3), kernels(3, 2)
    np.savez(tmp_path / "net.npz", kernel=kernel, bias=bias, matrix=matrix)
    net = from_npz(tmp_path / "net.npz", (3, 3, 1), padding="valid")
    x = kernels(2, 3, 3, 1)
    sums = np.stack(
        [
            np.einsum("nhwc,hwco->no", x[:, i : i + 2, j : j + 2], kernel) + bias
            for i in range(2)
            for j in range(2)
        ]
    )
    np.testing.assert_allclose(net(x), np.maximum(sums, 0).max(0) @ matrix, atol=1e-5)
    with pytest.raises(ValueError, match="give input_shape"):
        from_npz(tmp_path / "net.npz")
