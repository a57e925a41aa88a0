"""``pbits bench report``: what it says follows from the records, and wrong records are named."""

import json
import lzma
import re

import fake_records as fake
import numpy as np
import pytest
from typer.testing import CliRunner

from pbits.bench.cli import app
from pbits.bench.tts_compare import BEST_PEER
from pbits.bench.tts_plots import figures, performance_ratios
from pbits.bench.tts_records import RecordError, parse_run, read_records
from pbits.bench.tts_report import build_report

INSTANCES = [fake.instance(f"ea3d-{size}-{k}", size) for size in (100, 200) for k in (0, 1)]


def run_report(*words):
    return CliRunner().invoke(app, ["report", *(str(word) for word in words)])


def report_of(folder, lines, **options):
    return build_report([fake.write(folder / "runs.jsonl", lines)], **options)[0]


def row_of(summary, solver, instance=None):
    return next(
        row for row in summary["solvers"]
        if row["solver"] == solver and instance in (None, row["instance"])
    )  # fmt: skip


def against(summary, peer):
    return next(row for row in summary["comparisons"] if row["peer"] == peer)


def runs_at(hits, solver, about=INSTANCES[0], **more):
    return [fake.line(about, solver, hit, seed=k, **more) for k, hit in enumerate(hits)]


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    family = [fake.instance(f"G{k}", 800, "gset", sense="max", best_known=9000 + k) for k in (1, 9)]
    lines = fake.lines([*INSTANCES, *family], runs=8)
    return fake.write(tmp_path_factory.mktemp("records") / "runs.jsonl", lines)


@pytest.fixture(scope="module")
def printed(record, tmp_path_factory):
    """What the command says, and the folder that it fills."""
    folder = tmp_path_factory.mktemp("figures") / "out"
    result = run_report(record, "--out", folder)
    assert result.exit_code == 0, result.output
    return result, folder


def test_report_prints_every_solver_and_no_nan(printed):
    result, folder = printed
    assert not re.search(r"\b(nan|inf)\b", result.output, re.IGNORECASE)
    for name in fake.RATES:
        assert name in result.output
    assert "> " in result.output  # a lower bound
    drawn = {"tts99.png", "anytime-ea3d.png", "anytime-gset.png", "profile.png"}
    assert {path.name for path in folder.iterdir()} == drawn | {"report.md", "report.json"}


def test_figures_show_something(printed):
    from matplotlib.image import imread

    for path in printed[1].glob("*.png"):
        picture = imread(path)[..., :3]
        assert min(picture.shape[:2]) > 300
        colours = np.unique((picture[::3, ::3].reshape(-1, 3) * 255).astype(int), axis=0)
        assert len(colours) > 30, path.name


def test_lower_bounds_are_drawn_at_their_place(tmp_path):
    lines = runs_at([1.0] * 6, "pbits-auto") + runs_at([99.0] * 6, "peer-a")
    summary, found = build_report([fake.write(tmp_path / "r.jsonl", lines)])
    (ax,) = dict(figures(summary, found))["tts99"].axes
    (hollow,) = [line for line in ax.get_lines() if line.get_markerfacecolor() == "white"]
    bound = row_of(summary, "peer-a")["included"]["tts99"]["lower_bound"]
    assert hollow.get_ydata().tolist() == [bound]
    assert [arrow.xy[1] for arrow in ax.texts] == [bound]


@pytest.mark.slow
def test_files_depend_on_the_record_alone(tmp_path):
    path = fake.write(tmp_path / "r.jsonl", fake.lines(INSTANCES[:1], runs=3))
    for folder in ("a", "b"):
        words = ("--out", tmp_path / folder, "--format", "svg", "--format", "pdf")
        assert run_report(path, *words).exit_code == 0
    names = {file.name for file in (tmp_path / "a").iterdir()}
    assert names >= {"profile.svg", "profile.pdf", "report.md", "report.json"}
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_json_is_strict_and_markdown_repeats(record):
    def refuse(name):
        raise AssertionError(name)

    summary = json.loads(run_report(record, "--json").stdout, parse_constant=refuse)
    assert {row["solver"] for row in summary["solvers"]} == set(fake.RATES)
    first, second = (run_report(record, "--markdown").stdout for _ in range(2))
    assert first == second
    tables = [line for line in first.splitlines() if line.startswith("|")]
    assert len(tables) == 2 + 18 + 2 + 3
    assert len({line.count("|") for line in tables[:20]}) == 1


def test_a_brief_table_has_a_line_for_each_instance(record):
    summary, _ = build_report([record])
    lines = run_report(record, "--brief").stdout.splitlines()
    names = {row["instance"] for row in summary["solvers"]}
    grid = [line for line in lines if any(line.startswith(f"| {name} |") for name in names)]
    assert len(grid) == len(names)
    row = summary["solvers"][0]
    cell = f"({row['included']['solved']}/{row['runs']})"
    line = next(line for line in grid if line.startswith(f"| {row['instance']} |"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    solvers = list(dict.fromkeys(row["solver"] for row in summary["solvers"]))
    assert cells[1] == f"{row['best_known']:.10g}"
    assert cells[2 + solvers.index(row["solver"])].endswith(cell)
    assert len(cells) == 2 + len(solvers)
    # What it has no columns for is not explained.
    words = "\n".join(lines)
    assert "ratio: geometric mean" in words
    assert "p(best)" not in words
    assert "arXiv:1508.05087" not in words


def test_a_table_is_put_into_a_document(tmp_path, record):
    document = tmp_path / "doc.md"
    document.write_text("before\n<!-- tts -->\nold\n<!-- /tts -->\nafter\n")
    assert run_report(record, "--into", document).exit_code == 0
    text = document.read_text()
    assert text.startswith("before\n<!-- tts -->\n| instance |")
    assert text.endswith("\n<!-- /tts -->\nafter\n")
    assert "old" not in text
    again = text
    assert run_report(record, "--into", document).exit_code == 0
    assert document.read_text() == again
    place = "<!-- tts -->\n<!-- /tts -->\n"
    for wrong in ("no place", 2 * place, "<!-- /tts -->\n<!-- tts -->\n", "<!-- tts -->\n" + place):
        document.write_text(wrong)
        assert run_report(record, "--into", document).exit_code == 2
        assert document.read_text() == wrong


def test_compressed_records_are_read(tmp_path, record):
    packed = tmp_path / "runs.jsonl.xz"
    packed.write_bytes(lzma.compress(record.read_bytes()))
    assert run_report(packed, "--markdown").stdout == run_report(record, "--markdown").stdout


def test_known_rates_are_found(tmp_path):
    rates = {"pbits-auto": 4.0, "peer-a": 1.0}
    summary = report_of(tmp_path, fake.lines(INSTANCES[:2], runs=60, rates=rates))
    times = row_of(summary, "peer-a", "ea3d-100-0")["included"]
    assert times["tts99"]["low"] <= -np.log(0.01) <= times["tts99"]["high"]
    # The fakes are within 0.1 % at six tenths of the way.
    assert times["time_to_near"]["low"] <= 0.6 <= times["time_to_near"]["high"]
    mine = row_of(summary, "pbits-auto", "ea3d-100-0")
    assert mine["apart"]["time_to_best"]["low"] <= 0.25 <= mine["apart"]["time_to_best"]["high"]
    assert mine["included"]["time_to_best"]["value"] == pytest.approx(
        mine["apart"]["time_to_best"]["value"] + 0.3, rel=0.01
    )


@pytest.mark.parametrize("swapped", [False, True])
def test_ratio_of_known_rates(tmp_path, swapped):
    """Four times as fast, compilation apart; with names swapped, a quarter."""
    rates = {"pbits-auto": 1.0 if swapped else 4.0, "peer-a": 4.0 if swapped else 1.0}
    lines = fake.lines(INSTANCES, runs=30, rates=rates)
    summary = report_of(tmp_path, lines, metric="best", compile_apart=True)
    found = against(summary, "peer-a")
    truth = 0.25 if swapped else 4.0
    assert found["ratio"]["low"] <= truth <= found["ratio"]["high"]
    assert not found["ratio"]["low"] <= 1 / truth <= found["ratio"]["high"]
    assert found["time"]["losses" if swapped else "wins"] == 4
    assert found["ratio"]["bound"] is None


def test_what_never_arrived_is_a_bound_and_said_to_be(tmp_path):
    lines = runs_at([1.0] * 6, "pbits-auto") + runs_at([99.0] * 6, "peer-a")
    ours_fail = runs_at([1.0] * 6, "peer-a", INSTANCES[1])
    ours_fail += runs_at([99.0] * 6, "pbits-auto", INSTANCES[1])
    summary = report_of(tmp_path, lines)
    ratio = against(summary, "peer-a")["ratio"]
    assert (ratio["bound"], ratio["peer_never_arrived"]) == ("lower", 1)
    both = against(report_of(tmp_path, lines + ours_fail), "peer-a")["ratio"]
    assert (both["bound"], both["peer_never_arrived"], both["we_never_arrived"]) == ("mixed", 1, 1)
    alone = against(report_of(tmp_path, ours_fail), "peer-a")["ratio"]
    assert alone["bound"] == "upper"
    times = row_of(summary, "peer-a")["included"]
    assert times["tts99"]["value"] is None
    assert times["tts99"]["lower_bound"] > 10
    assert times["near_per_run"] == [None] * 6


def test_neither_arrived_is_no_tie(tmp_path):
    lines = runs_at([99.0] * 6, "pbits-auto") + runs_at([99.0] * 6, "peer-a")
    found = against(report_of(tmp_path, lines), "peer-a")
    assert found["time"] == {"wins": 0, "ties": 0, "losses": 0, "neither": 1}
    assert found["ratio"]["value"] is None


def test_few_runs_win_nothing(tmp_path):
    lines = runs_at([0.5] * 4, "pbits-auto") + runs_at([5.0] * 4, "peer-a")
    assert against(report_of(tmp_path, lines), "peer-a")["time"]["ties"] == 1
    lines = runs_at([0.5] * 5, "pbits-auto") + runs_at([5.0] * 5, "peer-a")
    assert against(report_of(tmp_path, lines), "peer-a")["time"]["wins"] == 1


def test_best_peer_is_the_fastest_on_each_instance(tmp_path):
    lines = []
    for about, (a, b) in zip(INSTANCES[:2], [(1.0, 4.0), (4.0, 1.0)], strict=True):
        lines += runs_at([1.0] * 5, "pbits-auto", about, compile_seconds=None)
        lines += runs_at([a] * 5, "peer-a", about) + runs_at([b] * 5, "peer-b", about)
    summary = report_of(tmp_path, lines, metric="best")
    assert against(summary, BEST_PEER)["ratio"]["value"] == pytest.approx(1.0)
    assert against(summary, "peer-a")["ratio"]["value"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("about", "value", "solved"),
    [
        ({"best_known": 1000, "sense": "max", "integer": True}, 999, False),
        ({"best_known": 1000, "sense": "max", "integer": True}, 1000, True),
        ({"best_known": -1000, "sense": "min", "integer": True}, -999, False),
        ({"best_known": -1.0, "sense": "min", "integer": False}, -0.9999995, True),
        ({"best_known": -1.0, "sense": "min", "integer": False}, -0.99999, False),
    ],
)
def test_solved_is_exact_for_integers(tmp_path, about, value, solved):
    run = fake.line(fake.instance(**about), "peer-a", 1.0) | {"value": value, "curve": []}
    row = row_of(report_of(tmp_path, [run]), "peer-a")
    assert row["included"]["solved"] == solved
    assert row["included"]["near_per_run"] == [1.0]


def test_better_than_best_known_is_the_new_best(tmp_path):
    lines = runs_at([1.0] * 2, "peer-a")
    lines[0]["value"] = -1001
    summary = report_of(tmp_path, lines)
    assert row_of(summary, "peer-a")["included"]["solved"] == 1
    assert any("-1001 is better than -1000" in note for note in summary["notes"])
    assert any("1 run(s) stopped at a target short" in note for note in summary["notes"])


def test_attempts_give_a_tts_of_their_own(tmp_path):
    tries = [[0.5, -1000], [0.5, -900]] * 5
    row = row_of(report_of(tmp_path, runs_at([0.5], "peer-a", attempts=tries)), "peer-a")
    assert row["attempts"]["tts99"]["value"] == pytest.approx(0.5 * np.log(0.01) / np.log(0.5))


def test_missing_optional_fields(tmp_path):
    keys = ("benchmark", "schema", "instance", "solver", "seconds", "value")
    line = {key: fake.line(INSTANCES[0], "peer-a", 1.0)[key] for key in keys}
    line["instance"] = {"name": "x", "num_variables": 0, "sense": "min"}
    result = run_report(fake.write(tmp_path / "r.jsonl", [line]), "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "best of these runs" in " ".join(result.output.split())


def test_budgets_are_compared_apart(tmp_path):
    lines = runs_at([1.0] * 2, "peer-a") + runs_at([1.0] * 2, "peer-a", budget=1.5)
    names = [row["instance"] for row in report_of(tmp_path, lines)["solvers"]]
    assert names == ["ea3d-100-0, 1.5 s", "ea3d-100-0, 10 s"]


def test_repeated_and_interrupted_runs(tmp_path):
    lines = runs_at([1.0] * 3, "peer-a")
    lines[2]["stopped_by"] = "interrupt"
    path = fake.write(tmp_path / "r.jsonl", lines)
    summary, _ = build_report([path, path])
    assert row_of(summary, "peer-a")["runs"] == 2
    assert any("1 interrupted" in note for note in summary["notes"])
    assert any("3 repeated" in note for note in summary["notes"])


GOOD = fake.line(INSTANCES[0], "peer-a", 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"benchmark": "throughput"}, "benchmark is 'throughput'; expected 'tts'"),
        ({"schema": 2}, "schema is 2; expected 1"),
        ({"seconds": None}, "seconds is None; expected a number of at least 0"),
        ({"seconds": -1}, "seconds is -1; expected a number of at least 0"),
        ({"value": "nine"}, "value is 'nine'; expected a number"),
        ({"value": float("nan")}, "NaN is no JSON"),
        ({"solver": 3}, "solver is 3; expected text"),
        ({"instance": None}, "instance is None; expected an object"),
        ({"instance": GOOD["instance"] | {"sense": "up"}}, "expected 'max' or 'min'"),
        ({"curve": [[1, 2, 3]]}, "curve is not a list of pairs"),
        ({"curve": [[0.5, -900], [0.4, -950]]}, "do not rise within"),
        ({"curve": [[5.0, -900]]}, "do not rise within"),
        ({"curve": [[0.5, -1001]]}, "curve is better than the value -1000"),
        ({"compile_seconds": 3.0}, "compile_seconds is 3.0 of 1.0 seconds in all"),
    ],
)
def test_malformed_lines_are_named(tmp_path, change, message):
    path = fake.write(tmp_path / "r.jsonl", [GOOD, GOOD | change])
    with pytest.raises(RecordError, match=re.escape(message)) as error:
        read_records([path])
    assert str(error.value).startswith(f"{path}:2: ")
    assert run_report(path).exit_code == 2


@pytest.mark.parametrize("text", ["{", "[]", '{"benchmark": "tts"'])
def test_broken_lines_are_named(text):
    with pytest.raises(RecordError, match=r"^file:7: "):
        parse_run(text, "file:7")


def test_one_name_is_one_instance(tmp_path):
    other = GOOD | {"instance": GOOD["instance"] | {"sha256": "other"}}
    with pytest.raises(RecordError, match=r":2: instance 'ea3d-100-0' has sha256 'other'"):
        read_records([fake.write(tmp_path / "r.jsonl", [GOOD, other])])


def test_empty_missing_and_unclear_records(tmp_path, record):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    for path in (empty, tmp_path / "absent.jsonl"):
        assert run_report(path).exit_code == 2
    assert "expected one of pbits-auto" in " ".join(
        run_report(record, "--ours", "x").output.split()
    )
    assert run_report(record, "--json", "--markdown").exit_code == 2
    assert run_report(record, "--markdown", "--brief").exit_code == 2
    assert run_report(record, "--format", "pdf").exit_code == 2
    with pytest.raises(ValueError, match="say which one with --ours"):
        report_of(tmp_path, runs_at([1.0], "peer-a") + runs_at([1.0], "peer-b"))


def test_profile_counts_failures(record):
    summary, _ = build_report([record])
    factors = performance_ratios(summary)
    table = np.array(list(factors.values()))
    assert (table.min(axis=0) == 1).all()
    arrived = [r["included"]["time_to_near"]["value"] is not None for r in summary["solvers"]]
    assert np.isfinite(table).sum() == sum(arrived) < len(arrived)
