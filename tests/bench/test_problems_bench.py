"""The benchmark of the problem library: its own checks, what it reports; no speed is asserted."""

import io
import json
import tarfile
import time
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import problems
from pbits.bench import machine, problem_checks, problem_data, problem_race, problem_suites
from pbits.bench.cli import app
from pbits.bench.problem_checks import Verdict
from pbits.bench.problem_race import Call, Settings, Side, sides_of, totals
from pbits.bench.problem_suites import NATIVE, PAIRS, SUITES, encoded_form, spins_form
from pbits.bench.solvers import SOLVERS
from problems import formats
from problems.library import factoring, graph_colouring, knapsack, satisfiability

TRIANGLE = {(1, 2), (2, 3), (1, 3)}
WAYS = [[9, 1, 5], [2, 9, 1], [1, 9, 9]]
TINY = replace(
    SUITES["generated"],
    families={k: SUITES["generated"].families[k] for k in ("planted sat", "planted colouring")},
)


@pytest.mark.parametrize(
    ("check", "data", "right", "wrong"),
    [
        ("formula", ([[1, -2], [2]],), [1, 2], [-1, 2]),
        ("colouring", (TRIANGLE, 3), [[1, 0], [2, 1], [3, 2]], [[1, 0], [2, 1], [3, 0]]),
        ("colouring", (TRIANGLE, 3), [[1, 0], [2, 1], [3, 2]], [[1, 0], [2, 1], [3, 3]]),
        ("colouring", (TRIANGLE, 3), [[1, 0], [2, 1], [3, 2]], [[1, 0], [2, 1], [3, None]]),
        ("tour", (WAYS,), [0, 1, 2], [0, 1, 1]),
        ("tour", (WAYS,), [0, 1, 2], [0, 1, None]),
        ("tour", (WAYS,), [0, 1, 2], [0, 1]),
        ("assignment", (WAYS, WAYS), [2, 0, 1], [2, 2, 1]),
        ("assignment", (WAYS, WAYS), [2, 0, 1], [2, None, 1]),
        ("sack", ([6, 10], [2, 4], 5), [1], [0, 1]),
        ("sack", ([6, 10], [2, 4], 5), [1], [0, 0]),
        ("factors", (35,), [5, 7], [5, 9]),
        ("factors", (35,), [5, 7], [1, 35]),
        ("partition", ([(0, 1), (1, 2)],), [(0, 0), (1, 0), (2, 1)], [(0, 0), (1, 0), (2, 0)]),
    ],
)
def test_checks_reject_what_is_wrong(check, data, right, wrong):
    judge = getattr(problem_checks, check)
    assert judge(*data, right).feasible
    assert not judge(*data, wrong).feasible


def test_checks_count():
    assert problem_checks.tour(WAYS, [0, 2, 1]).objective == 5 + 9 + 2
    # Facility i at place p[i]: sums over all ordered pairs, a facility with itself too.
    places, by_hand = [2, 0, 1], 0
    for i, p in enumerate(places):
        by_hand += sum(WAYS[i][j] * WAYS[p][q] for j, q in enumerate(places))
    assert problem_checks.assignment(WAYS, WAYS, places).objective == by_hand
    assert problem_checks.colouring(TRIANGLE, 2, [[1, 0], [2, 1], [3, 0]]).objective == 1
    assert problem_checks.quadratic([(0, 0, 2.0), (0, 1, -5.0)], 0.5, [1, 1]).objective == -2.5


def test_agreement_is_of_both_values():
    seen = Verdict(True, 3)
    assert seen.agrees(True, 3.0)
    assert not seen.agrees(False, 3)
    assert not seen.agrees(True, None)
    assert not seen.agrees(True, 3.001)


TEXTS = {
    "sparse": "3 3\n1 1 4\n1 2 -3\n2 3 5\n",
    "rudy": "3 3\n1 2 4\n1 3 -3\n2 3 5\n",
    "qplib": "x\nQBB\nmaximize\n3 # n\n2\n2 1 6.0\n3 3 -8.0\n0.5\n2\n1 3.0\n3 -1.0\n7.0\n",
}


@pytest.mark.parametrize("format", TEXTS)
def test_files_are_read_twice_alike(format, tmp_path):
    """Rows of the benchmark's own reading against the package's reader, on all states."""
    text = TEXTS[format]
    if format == "qplib":
        text += "0.0\n0\n0.0\n0\n"
    path = tmp_path / f"file.{format}"
    path.write_text(text)
    instance = formats.read(path, format)
    rows, constant = problem_checks.rows_of(text, format)
    for k in range(8):
        bits = [k >> i & 1 for i in range(3)]
        if format == "rudy":
            found = problem_checks.cut(rows, bits)
        else:
            found = problem_checks.quadratic(rows, constant, bits)
        assert found.objective == pytest.approx(instance.values(2 * np.array(bits) - 1).item())


@pytest.mark.parametrize("name", ["generated", "factoring"])
def test_certificates_agree_on_any_state(name):
    """Random states, and solutions that repair makes of them."""
    rng = np.random.default_rng(1)
    for task in SUITES[name].tasks(1):
        for form in task.forms.values():
            for _ in range(3):
                judged = form.judge(rng.choice([-1, 1], form.problem.num_variables))
                assert judged.agrees, (task.name, judged)


@pytest.mark.parametrize("lie", ["feasible", "objective"])
def test_a_certificate_that_lies_is_found_out(lie, monkeypatch):
    encoded = knapsack([6, 10, 12], [2, 4, 6], 7)
    form = encoded_form(encoded, 16, lambda items: problem_checks.sack(
        [6, 10, 12], [2, 4, 6], 7, items))  # fmt: skip
    state = encoded.encode((0, 1))
    assert form.judge(state).agrees
    true = type(encoded).certificate
    wrong = {"feasible": False} if lie == "feasible" else {"objective": 99}
    monkeypatch.setattr(type(encoded), "certificate", lambda *a: replace(true(*a), **wrong))
    assert not form.judge(state).agrees


def test_spins_are_judged_from_the_file():
    instance = formats.Instance(problems.ising([0, 0], [0], [1], [3]), "e", "rudy", "cut", True)
    right = spins_form(instance, 3, lambda bits: problem_checks.cut([(0, 1, 3.0)], bits))
    wrong = spins_form(instance, 3, lambda bits: problem_checks.cut([(0, 1, 2.0)], bits))
    assert right.judge(np.array([1, -1])).agrees
    assert not wrong.judge(np.array([1, -1])).agrees
    assert right.target == -3


def test_targets_are_energies_of_the_best_solutions():
    """A planted or known solution has the target's energy, and its task says it is reached."""
    for task, solution in (
        (next(SUITES["factoring"].tasks(1)), (181, 179)),
        (next(iter(SUITES["generated"].families["planted tour"](1))), None),
    ):
        if solution is None:
            made = problems.generators.planted_tour(8, seed=0)
            encoded = problem_suites.kind("travelling-salesman").build(distances=made.distances)
            order = made.tour.tolist()
            solution = order[order.index(0) :] + order[: order.index(0)]
        else:
            encoded = factoring(181 * 179)
        state, form = encoded.encode(solution), task.forms[NATIVE]
        assert form.problem.energies(state).item() == pytest.approx(form.target)
        judged = form.judge(state)
        assert judged.agrees
        assert task.reaches(*judged.raw)
        assert not task.reaches(False, task.best)
        assert not task.reaches(True, task.best + 1)


def test_peers_get_pairs_and_presolving_is_switched_off_only_where_it_is_measured():
    task = next(TINY.tasks(1))
    assert set(task.forms) == {NATIVE, PAIRS}
    assert [(side.name, side.form) for side in sides_of(TINY, task)] == [
        ("pbits", NATIVE), ("pbits, in pairs", PAIRS), ("dwave-sa, in pairs", PAIRS),
        ("dwave-tabu, in pairs", PAIRS),
    ]  # fmt: skip
    both = sides_of(SUITES["qubo"], replace(task, forms={NATIVE: task.forms[PAIRS]}))
    assert [s.racer.settings.get("presolve") for s in both if s.name.startswith("pbits")] == [
        None, False
    ]  # fmt: skip


def test_runs_are_scored_by_their_solutions(monkeypatch):
    """The best of all calls, until one is good enough."""
    encoded = graph_colouring([(0, 1), (1, 2)], 2)
    check = lambda colours: problem_checks.colouring({(0, 1), (1, 2)}, 2, colours)  # noqa: E731
    form = encoded_form(encoded, 0, check)
    task = problem_suites.Task("f", "path", {NATIVE: form}, 0, False, True, "by hand")
    good = encoded.encode({0: 0, 1: 1, 2: 0})
    wrong = encoded.encode({0: 0, 1: 0, 2: 0})
    bare = np.full_like(good, -1)  # no node has a colour
    found = {"good": [wrong, good, wrong], "repaired": [bare], "bad": [wrong, wrong], "none": []}

    def calls(side, form, seconds, seed):
        for state in found[side.name]:
            yield Call(np.array([state, wrong]), form.problem.energies(state).item())

    monkeypatch.setattr(problem_race, "_calls", calls)
    sides = [Side(name, SOLVERS["pbits-auto"], NATIVE) for name in found]
    scored = problem_race.solve_task(task, sides, Settings("colouring", 3.0, 2))
    assert [side["solved"] for side in scored] == [2, 2, 0, 0]
    assert [side["feasible"] for side in scored] == [2, 0, 0, 0]
    assert [side["feasible_repaired"] for side in scored] == [2, 2, 0, 0]
    assert [side["each"][0]["calls"] for side in scored] == [2, 1, 2, 0]
    assert [side["median_seconds"] is None for side in scored] == [False, False, True, True]
    assert scored[2]["each"][0]["repaired"] == {"feasible": False, "objective": 2}
    assert [side["disagreements"] for side in scored] == [0] * 4
    result = {"instances": [task.summary() | {"sides": scored}]}
    assert [row["instances_solved"] for row in totals(result)] == [1, 1, 0, 0]
    assert json.dumps(result, allow_nan=False)


@pytest.mark.parametrize("name", ["pbits-auto", "dwave-sa"])
def test_calls_end_with_the_time(name):
    """Each with another seed, on what cannot be solved."""
    (task,) = TINY.families["planted colouring"](1)
    form = replace(task.forms[NATIVE], target=-1000)
    side = Side("a", SOLVERS[name], NATIVE)
    start = time.perf_counter()
    found = list(problem_race._calls(side, form, 0.2, 1))
    assert 0.2 <= time.perf_counter() - start < 5
    states = {call.states.tobytes() for call in found}
    assert len(found) == 1 or len(states) > 1
    assert all(call.energy == form.problem.energies(call.states).min() for call in found)


def test_values_given_in_decimals_are_reached_by_what_rounds_to_them():
    encoded = knapsack([0.4814, 0.2], [1, 1], 1)
    form = encoded_form(encoded, 0.481, lambda k: problem_checks.sack([0.4814, 0.2], [1, 1], 1, k))
    task = problem_suites.Task("k", "k", {NATIVE: form}, 0.481, True, True, "")
    assert task.reaches(*form.judge(encoded.encode((0,))).raw)
    assert not task.reaches(True, 0.4804)


def test_half_of_the_runs_unsolved_have_no_median():
    side = {"name": "a", "solved": 1, "runs": 2, "feasible": 1, "feasible_repaired": 1,
            "disagreements": 0, "each": [{"seconds": 1.0}, {"seconds": None}]}  # fmt: skip
    rows = [{"family": "f", "is_possible": True, "sides": [side]}]
    assert next(totals({"instances": rows}))["median_seconds"] is None


@pytest.fixture
def here(monkeypatch):
    """Measured in this process, on two small families."""
    monkeypatch.setitem(SUITES, "generated", TINY)
    monkeypatch.setattr(problem_race, "on_one_thread", lambda measure, settings: measure(settings))


TINY_WORK = ("generated", "--time-limit", "0.3", "--seeds", "1", "--instances", "1")


def run(*arguments, status=0):
    result = CliRunner().invoke(app, ["problems", *arguments])
    assert result.exit_code == status, result.output
    return result.output


def test_command(here, tmp_path):
    record = tmp_path / "record.jsonl"
    printed = json.loads(run(*TINY_WORK, "--json", "--record", str(record)))
    (line,) = [json.loads(text) for text in record.read_text().splitlines()]
    assert printed["suites"] == [line]
    assert line["settings"]["time_limit"] == 0.3
    rows = line["results"][0]["instances"]
    assert [row["family"] for row in rows] == ["planted sat", "planted colouring"]
    assert not any(side["disagreements"] for row in rows for side in row["sides"])


def test_without_peers(here, monkeypatch):
    known = machine.installed_version
    monkeypatch.setattr(
        machine, "installed_version", lambda name: None if "dwave" in name else known(name)
    )
    text = " ".join(run(*TINY_WORK).split())
    assert "dwave-tabu, in pairs: not measured: dwave-samplers is not installed" in text
    assert "planted sat pbits" in text
    assert "wrong certificates" in text


def test_without_files(here, monkeypatch, tmp_path):
    monkeypatch.setenv("PBITS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(problem_data.store, "folders", lambda: [tmp_path])
    with pytest.raises(FileNotFoundError, match=r"tsp/tsplib_small.tar.xz is not in"):
        list(SUITES["tsp"].tasks(1))
    monkeypatch.setattr(problem_race, "_warm_up", lambda: None)
    assert "PBITS_DATA_DIR" in " ".join(run("tsp", status=2).split())
    chosen = {"tsp": SUITES["tsp"]}
    monkeypatch.setattr(problem_suites, "SUITES", chosen)
    assert "tsp: not measured" in run()
    run("nonsense", status=2)


def test_public_files_are_found_in_archives(monkeypatch, tmp_path):
    monkeypatch.setattr(problem_data.store, "folders", lambda: [tmp_path])
    (tmp_path / "sat").mkdir()
    path = tmp_path / "sat" / "satlib_small.tar.xz"
    with tarfile.open(path, "w:xz") as tar:
        for name in ("uf20-91/uf20-010", "uf20-91/uf20-02", "uf50/uf50-01"):
            info, content = tarfile.TarInfo(f"{name}.cnf"), b"p cnf 2 1\n1 -2 0\n%\n0\n"
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    assert [file.name for file in problem_data.files("uf20")] == ["uf20-02", "uf20-010"]
    (task,) = SUITES["sat"].families["uf20"](1)
    assert task.forms[NATIVE].judge(np.array([-1, 1])).raw == (False, 1)
    path.write_bytes(b"no archive")
    problem_data._contents.cache_clear()
    with pytest.raises(ValueError, match="not a readable archive"):
        problem_data.files("uf20")


def test_formulas_without_a_solution_count_as_such():
    encoded = satisfiability([[1], [-1]])
    form = encoded_form(encoded, 0, lambda s: problem_checks.formula([[1], [-1]], s))
    task = problem_suites.Task("u", "u", {NATIVE: form}, 0, False, True, "", is_possible=False)
    judged = form.judge(np.array([1]))
    assert judged.agrees
    assert not task.reaches(*judged.repaired)
