"""ONNX files against onnx's own reference evaluator."""

import numpy as np
import pytest

from pbits.neural import UnsupportedModel, read_onnx

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

RNG = np.random.default_rng(11)


def draw(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def save(path, steps, shape, constants=None, opset=17, batch="n"):
    """A model of steps (kind, inputs, output, attributes) from "x" [batch, *shape] to "y"."""
    nodes = [helper.make_node(k, i, [o], name=f"{k}.{o}", **more) for k, i, o, more in steps]
    held = [numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *shape])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "g", [x], [y], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.save(model, str(path))
    return path


def agree(path, shape, ours=None):
    """Outputs of the reference and of the network, for three inputs of that shape in the file."""
    x = draw(3, *shape)
    expected = np.asarray(ReferenceEvaluator(str(path)).run(None, {"x": x})[0])
    network = read_onnx(path)
    images = len(shape) == 3 and ours != "last"
    got = np.asarray(network(np.moveaxis(x, 1, -1) if images else x))
    got = np.moveaxis(got, -1, 1) if got.ndim == 4 and ours != "last" else got
    np.testing.assert_allclose(got, expected, atol=2e-5, rtol=2e-5)
    return network


def bn(name, channels):
    numbers = {f"{name}{i}": draw(channels) for i in range(3)}
    return {**numbers, f"{name}3": RNG.uniform(0.5, 2, channels).astype(np.float32)}


def test_a_residual_network_with_batch_norm_is_folded(tmp_path):
    constants = {"w": draw(4, 2, 3, 3), "v": draw(4, 4, 3, 3), "b": draw(4), "d": draw(5, 4)}
    constants |= bn("p", 4) | bn("q", 4) | {"e": draw(5)}
    steps = [
        ("Conv", ["x", "w"], "a", {"pads": [1, 1, 1, 1], "strides": [2, 2]}),
        ("BatchNormalization", ["a", "p0", "p1", "p2", "p3"], "c", {"epsilon": 0.01}),
        ("Relu", ["c"], "r", {}),
        ("Conv", ["r", "v", "b"], "f", {"auto_pad": "SAME_LOWER"}),
        ("BatchNormalization", ["f", "q0", "q1", "q2", "q3"], "g", {}),
        ("Add", ["r", "g"], "h", {}),
        ("GlobalAveragePool", ["h"], "i", {}),
        ("Flatten", ["i"], "j", {}),
        ("Gemm", ["j", "d", "e"], "y", {"transB": 1, "alpha": 0.5, "beta": 2.0}),
    ]
    network = agree(save(tmp_path / "m.onnx", steps, (2, 6, 7), constants), (2, 6, 7))
    kinds = [type(node.layer).__name__ for node in network.nodes]
    assert kinds == ["Conv", "Relu", "Conv", "Add", "GlobalMean", "Flatten", "Dense"]
    assert [n.name for n in network.linears()] == ["Conv.a", "Conv.f", "Gemm.y"]


def test_a_reader_of_the_output_before_batch_norm_prevents_folding(tmp_path):
    constants = {"w": draw(3, 2, 1, 1)} | bn("p", 3)
    steps = [
        ("Conv", ["x", "w"], "a", {}),
        ("BatchNormalization", ["a", "p0", "p1", "p2", "p3"], "b", {}),
        ("Add", ["a", "b"], "y", {}),
    ]
    network = agree(save(tmp_path / "m.onnx", steps, (2, 3, 3), constants), (2, 3, 3))
    assert [type(node.layer).__name__ for node in network.nodes] == ["Conv", "Scale", "Add"]


def test_flattening_keeps_the_order_of_the_file_by_a_computed_shape(tmp_path):
    """As PyTorch writes `x.view(x.size(0), -1)`."""
    constants = {"w": draw(12, 4), "zero": np.array(0), "minus": np.array([-1])}
    steps = [
        ("MaxPool", ["x"], "p", {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("Shape", ["p"], "s", {}),
        ("Gather", ["s", "zero"], "n", {"axis": 0}),
        ("Constant", [], "axes", {"value_ints": [0]}),
        ("Unsqueeze", ["n", "axes"], "m", {}),
        ("Concat", ["m", "minus"], "t", {"axis": 0}),
        ("Reshape", ["p", "t"], "f", {}),
        ("MatMul", ["f", "w"], "y", {}),
    ]
    network = agree(save(tmp_path / "m.onnx", steps, (3, 4, 5), constants), (3, 4, 5))
    assert len(network.nodes) == 3


def test_a_model_of_channels_last_images_takes_them_as_they_are(tmp_path):
    """As TensorFlow's exporter writes them."""
    constants = {"w": draw(4, 2, 2, 2), "d": draw(24, 3), "shape": np.array([-1, 24])}
    steps = [
        ("Transpose", ["x"], "a", {"perm": [0, 3, 1, 2]}),
        ("Conv", ["a", "w"], "b", {}),
        ("Transpose", ["b"], "c", {"perm": [0, 2, 3, 1]}),
        ("Reshape", ["c", "shape"], "f", {}),
        ("MatMul", ["f", "d"], "y", {}),
    ]
    agree(save(tmp_path / "m.onnx", steps, (3, 4, 2), constants), (3, 4, 2), ours="last")


CHAINS = {
    "moves": (
        [
            ("Slice", ["x", "starts", "ends", "axes", "steps"], "a", {}),
            ("Pad", ["a", "pads"], "b", {}),
            ("Concat", ["b", "b"], "c", {"axis": 1}),
            ("Mul", ["c", "six"], "y", {}),
        ],
        {
            "starts": np.array([1, 0]),
            "ends": np.array([2**62, -1]),
            "axes": np.array([2, 3]),
            "steps": np.array([2, 1]),
            "pads": np.array([0, 1, 0, 2, 0, 0, 0, 1]),
            "six": draw(1, 6, 1, 1),
        },
    ),
    "pools": (
        [
            (
                "AveragePool",
                ["x"],
                "a",
                {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1], "strides": [2, 1]},
            ),
            ("MaxPool", ["a"], "b", {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
            ("ReduceMean", ["b"], "y", {"axes": [-1, -2], "keepdims": 0}),
        ],
        {},
    ),
    "arithmetic": (
        [
            ("Sub", ["one", "x"], "a", {}),
            ("Div", ["a", "three"], "b", {}),
            ("Add", ["b", "map"], "c", {}),
            ("LeakyRelu", ["c"], "d", {"alpha": 0.2}),
            ("Clip", ["d", "", "high"], "e", {}),
            ("Tanh", ["e"], "f", {}),
            ("Sigmoid", ["f"], "h", {}),
            ("Sum", ["h", "f", "e"], "y", {}),
        ],
        {
            "one": np.float32(1),
            "three": draw(2, 1, 1) + 4,
            "map": draw(1, 6, 5),
            "high": np.float32(0.5),
        },
    ),
    "groups": (
        [("Conv", ["x", "w"], "y", {"group": 2, "dilations": [2, 1], "pads": [0, 1, 2, 0]})],
        {"w": draw(4, 1, 2, 3)},
    ),
    "softmax": (
        [
            ("GlobalMaxPool", ["x"], "a", {}),
            ("Squeeze", ["a", "axes"], "b", {}),
            ("Dropout", ["b"], "c", {}),
            ("Sign", ["c"], "d", {}),
            ("Sum", ["c", "d"], "e", {}),
            ("LogSoftmax", ["e"], "y", {}),
        ],
        {"axes": np.array([2, 3])},
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_operators_agree_with_the_reference(name, tmp_path):
    steps, constants = CHAINS[name]
    agree(save(tmp_path / "m.onnx", steps, (2, 6, 5), constants), (2, 6, 5))


REFUSED = {
    r"'Erf.y' \(Erf\): the operator is not supported": [("Erf", ["x"], "y", {})],
    r"'Mul.y' \(Mul\): both inputs depend": [("Mul", ["x", "x"], "y", {})],
    r"'Div.y' \(Div\): a constant divided": [("Div", ["one", "x"], "y", {})],
    r"'Transpose.y' .*only moves of the channels": [
        ("Transpose", ["x"], "y", {"perm": [0, 1, 3, 2]})
    ],
    r"'Reshape.y' .*does not keep the batch": [("Reshape", ["x", "shape"], "y", {})],
    r"'Softmax.y' .*only the last axis": [("Softmax", ["x"], "y", {"axis": 1})],
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_not_supported_is_refused_with_the_node(message, tmp_path):
    constants = {"one": np.float32(1), "shape": np.array([6, -1])}
    path = save(tmp_path / "m.onnx", REFUSED[message], (2, 6, 5), constants)
    with pytest.raises(UnsupportedModel, match=message):
        read_onnx(path)


def test_files_that_are_no_model(tmp_path):
    with pytest.raises(FileNotFoundError, match="give the path"):
        read_onnx(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_text("not a model")
    with pytest.raises(ValueError, match="not a valid ONNX file"):
        read_onnx(tmp_path / "text.onnx")
    path = save(tmp_path / "m.onnx", [("Relu", ["x"], "y", {})], (2, "h", "w"))
    with pytest.raises(ValueError, match="give input_shape"):
        read_onnx(path)
    assert read_onnx(path, input_shape=(3, 4, 2)).shapes()["Relu.y"] == (3, 4, 2)
    with pytest.raises(ValueError, match=r"one of the model's outputs \['y'\]"):
        read_onnx(path, input_shape=(3, 4, 2), output="z")
