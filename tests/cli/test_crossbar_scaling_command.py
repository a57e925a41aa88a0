"""``pbits crossbar-scaling``: its options reach the study, and it prints the study's numbers."""

import json
from pathlib import Path

import pytest

from crossbar import scaling
from crossbar.converters.flash import FlashAdc
from crossbar.scaling import VARIANTS, Study

RECORD = Path(__file__).parents[2] / "examples" / "records" / "crossbar-scaling.json"
# No wires, whose programs take long to compile.
SMALL = ("--sizes", "8", "--tile", "4", "--weight-bits", "4", "--input-bits", "4", "--wire", "0",
         "--vectors", "8", "--chips", "2", "--seed", "3")  # fmt: skip


@pytest.fixture
def recorded(monkeypatch):
    """A study of the records, and what was asked for."""
    asked = {}
    study = Study.from_facts(json.loads(RECORD.read_text()))

    def run(cell, **options):
        asked.update(options, cell=cell)
        options["progress"]("16 x 16")
        return study

    monkeypatch.setattr(scaling, "study", run)
    return study, asked


def test_it_runs(invoke):
    words = ("--sizes", "4", "--variants", "none", "--json")
    result = invoke("crossbar-scaling", *SMALL, *words)
    assert result.exit_code == 0, result.stderr
    found = Study.from_facts(json.loads(result.stdout))
    (point,) = found.points
    assert (point.size, point.variant, point.arrays) == (4, "none", 6)
    assert point.error is not None
    assert 0.01 < point.error < 0.6
    assert found.settings["seed"] == 3
    assert found.settings["wire_ohm"] is None


@pytest.mark.slow
def test_tiles_convert_more_sums(invoke):
    found = invoke("crossbar-scaling", *SMALL, "--variants", "none,tree", "--json")
    whole, tree = Study.from_facts(json.loads(found.stdout)).points
    assert (whole.variant, tree.variant) == ("none", "tree")
    assert (whole.arrays, tree.arrays) == (6, 24)
    # Half as long each: every column is converted by two rows of tiles.
    assert (tree.energy or 0) > 1.5 * (whole.energy or 1)


@pytest.mark.slow
def test_wires_and_all_variants_run(invoke):
    words = [word if word != "0" else "20" for word in SMALL]
    result = invoke("crossbar-scaling", *words, "--variants", "every", "--cell", "granular")
    assert result.exit_code == 0, result.stderr
    for variant in VARIANTS:
        assert f"    8 {variant.name} " in result.stdout
    assert "tiles joined in other ways" in result.stdout


def test_options_reach_the_study(invoke, recorded):
    _, asked = recorded
    result = invoke(
        "crossbar-scaling", "--sizes", "64, 16,64", "--tile", "32", "--cell", "stt", "--tmr", "200",
        "--adc", "5", "--converter", "flash", "--offset", "0.1", "--wire", "2", "--weight-bits",
        "4", "--input-bits", "6", "--routing", "bus", "--variants", "tree, all but tree,none",
        "--chips", "5", "--vectors", "9", "--outputs", "7", "--seed", "11", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert asked["cell"].name == "stt"
    assert asked["cell"].tmr == pytest.approx(2 / (1 + (0.25 / 0.5) ** 2), rel=1e-5)
    assert asked["adc"] == FlashAdc(5, offset=0.1)
    assert (asked["wire"].word, asked["wire"].bit) == (2.0, 2.0)
    assert [variant.name for variant in asked["variants"]] == ["none", "tree", "all but tree"]
    wanted = {"sizes": [16, 64], "tile": 32, "weight_bits": 4, "input_bits": 6, "routing": "bus",
              "chips": 5, "vectors": 9, "outputs": 7, "seed": 11}  # fmt: skip
    assert {name: asked[name] for name in wanted} == wanted


def test_every_variant_and_the_default(invoke, recorded):
    _, asked = recorded
    invoke("crossbar-scaling", "--variants", "every")
    assert asked["variants"] == list(VARIANTS)
    invoke("crossbar-scaling")
    assert asked["sizes"] == [16, 32, 64, 128]
    first = asked["seed"]
    invoke("crossbar-scaling")
    assert asked["seed"] != first


def test_the_table_the_json_and_the_picture(invoke, recorded, tmp_path):
    study, _ = recorded
    path = tmp_path / "scaling.svg"
    result = invoke("crossbar-scaling", "--plot", path)
    assert result.exit_code == 0, result.stderr
    assert str(study) in result.stdout
    assert result.stdout.splitlines()[0].startswith(f"{study.settings['cell']} cells in tiles of ")
    size, kind, _, _ = study.routes[-1]
    assert f"{size:5} {kind}" in result.stdout
    assert b"<svg" in path.read_bytes()
    facts = json.loads(invoke("crossbar-scaling", "--json").stdout)
    assert facts == json.loads(json.dumps(study.facts()))


def test_the_help_names_every_variant(invoke):
    text = " ".join(invoke("crossbar-scaling", "--help").stdout.replace("│", " ").split())
    for variant in VARIANTS:
        assert variant.name in text


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--sizes", "16,x"), "--sizes is '16,x'; expected whole numbers as in 16,32,64"),
        (("--sizes", ""), "--sizes is ''; expected whole numbers"),
        (("--sizes", "16,1"), "--sizes has 1; expected 2 to 4096"),
        (("--sizes", "8192"), "--sizes has 8192"),
        (("--sizes", "16,100"), "--sizes has 100; expected at most --tile 64, or a multiple"),
        (("--tile", "256", "--sizes", "256"), "tile is 256; expected a whole number from 2 to 128"),
        (("--variants", "none,tre"), "--variants has 'tre'; expected every, or some of none, "),
        (("--cell", "sott"), "--cell sott is no preset"),
        (("--converter", "ramp", "--adc", "12"), "adc.ramp.12 has no price"),
        (("--adc", "0"), "--converter sar takes 2 to 16 bits; --adc is 0"),
        (("--wire", "-1"), "--wire is -1.0"),
        (("--chips", "1"), "chips is 1"),
        (("--vectors", "1"), "vectors is 1"),
        (("--weight-bits", "1"), "weight_bits is 1"),
        (("--plot", "a.txt"), "names no picture"),
    ],
)
def test_complaints(complaint, words, answer):
    assert answer in complaint("crossbar-scaling", *words)
