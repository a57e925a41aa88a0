"""``pbits infer``."""

import json

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("sklearn")
QUICK = ("--tile", "32", "--weight-bits", "5", "--input-bits", "4", "--seed", "1")


def write(path, shape=(64, 10), operator="Gemm", inputs=None):
    """A classifier of the digits by least squares, as an ONNX file."""
    from onnx import TensorProto, helper, numpy_helper, save

    from pbits.neural import data

    matrix = np.zeros(shape, np.float32)
    if shape == (64, 10):
        images, labels = data.load("digits", "train")
        x = images.reshape(-1, 64)
        matrix = np.linalg.solve(x.T @ x + np.eye(64), x.T @ np.eye(10)[labels])
    weight = numpy_helper.from_array(matrix.astype(np.float32), "w")
    node = helper.make_node(operator, ["x", "w"], ["y"], name="classes")
    sizes = [None, *(inputs or shape[:1])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
            for name, size in (("x", sizes), ("y", [None, shape[1]]))]  # fmt: skip
    graph = helper.make_graph([node], "net", ends[:1], ends[1:], [weight])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), str(path))
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write(tmp_path_factory.mktemp("nets") / "digits.onnx")


def test_json_has_accuracy_and_costs_of_one_run(invoke, model, tmp_path) -> None:
    picture = tmp_path / "a.svg"
    result = invoke("infer", model, "--images", 80, *QUICK, "--plot", picture, "--json")
    assert result.exit_code == 0, result.stderr
    facts = json.loads(result.stdout)
    assert facts["images"] == 80
    assert facts["data"] == "digits"
    assert facts["float_accuracy"] > 0.85
    assert facts["accuracy"] > facts["float_accuracy"] - 0.1
    assert sum(facts["joules_by_part"].values()) == pytest.approx(
        facts["joules_per_image"], rel=1e-6, abs=0
    )
    assert 1e-12 < facts["joules_per_image"] < 1e-7
    assert 1e-8 < facts["seconds_per_image"] < 1e-5
    assert np.sum(facts["confusion"]) == 80
    assert picture.read_text().startswith("<?xml")


def test_words_say_what_was_found(invoke, model) -> None:
    result = invoke("infer", model, "--images", 80, *QUICK)
    assert result.exit_code == 0, result.stderr
    assert "accuracy" in result.stdout
    assert "a digital processor takes" in result.stdout
    assert "seed 1" in result.stdout


def test_several_chips(invoke, model) -> None:
    result = invoke("infer", model, "--images", 80, *QUICK, "--chips", 2, "--in-order", "--json")
    assert result.exit_code == 0, result.stderr
    facts = json.loads(result.stdout)
    assert facts["chips"] == len(facts["accuracies"]) == 2
    assert (
        facts["accuracy"] == facts["accuracy_mean"] == pytest.approx(sum(facts["accuracies"]) / 2)
    )
    assert facts["accuracy_deviation"] >= 0


@pytest.mark.parametrize(
    ("shape", "name"), [((784, 1), "mnist"), ((64,), "digits"), ((32, 32, 3), "cifar10")]
)
def test_images_are_those_that_fit(shape, name) -> None:
    """Published perceptrons take columns of pixels."""
    from pbits.cli.infer_work import _data_of
    from pbits.neural import chain, layers

    network = chain([layers.Flatten()], shape)
    assert _data_of("net", network, None) == name
    other = {"mnist": "digits"}.get(name, "mnist")
    with pytest.raises(ValueError, match=f"and --data is {other}"):
        _data_of("net", network, other)


def test_what_is_wrong_is_explained(complaint, model, tmp_path) -> None:
    known = "digits-mlp, digits-lenet, mnist-mlp"
    assert (
        complaint("infer", "lost.onnx")
        == f"no file lost.onnx; give an ONNX file, or one of {known}"
    )
    odd = write(tmp_path / "odd.onnx", (7, 3))
    assert "takes inputs of 7; images are digits 8 x 8 x 1" in complaint("infer", odd)
    assert "and --data is mnist" in complaint("infer", model, "--data", "mnist")
    assert "--data is 'letters'; expected one of" in complaint("infer", model, "--data", "letters")
    strange = write(tmp_path / "strange.onnx", (64, 64), "BitShift")
    assert "classes" in complaint("infer", strange)
    assert "BitShift" in complaint("infer", strange)
    assert "hardware is 'tape'" in complaint("infer", model, "--hardware", "tape")
    big = write(tmp_path / "big.onnx", (784, 10))
    message = complaint("infer", big, "--data-dir", tmp_path)
    assert "no files of mnist (test)" in message
    assert str(tmp_path) in message
    assert "--adc is 1; expected 2 to 16" in complaint("infer", model, "--adc", 1)
    assert "--chips is 0" in complaint("infer", model, "--chips", 0)
    assert "codes is 'best'" in complaint("infer", model, "--codes", "best")
    assert "--prune is 2.0" in complaint("infer", model, "--prune", 2)
    (tmp_path / "text.onnx").write_text("hello")
    assert "not a valid ONNX file" in complaint("infer", tmp_path / "text.onnx")


@pytest.mark.slow
def test_a_built_in_network_is_trained_first(invoke) -> None:
    pytest.importorskip("optax")
    result = invoke("infer", "digits-mlp", "--images", 200, "--seed", 0, "--json")
    facts = json.loads(result.stdout)
    assert facts["float_accuracy"] > 0.94
    assert facts["accuracy"] > facts["float_accuracy"] - 0.03
