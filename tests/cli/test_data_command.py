"""``pbits data``."""

import io
import json
import urllib.request

import pytest

from problems import registry


def test_json_is_what_the_registry_says(invoke):
    rows = json.loads(invoke("data", "list", "--json").stdout)
    assert [row["name"] for row in rows] == list(registry.names())
    row = next(row for row in rows if row["name"] == "G63")
    assert row["best_known"] == 27047
    assert row["url"] == registry.entry("G63").url


def test_the_list_has_a_line_for_each_instance_of_a_family(invoke):
    lines = invoke("data", "list", "torus").stdout.splitlines()
    assert lines[0].split()[:4] == ["name", "spins", "couplings", "sense"]
    assert [line.split()[0] for line in lines[1:]] == list(registry.names("torus"))
    assert lines[1].split()[1:5] == ["512", "1536", "max", "458"]
    assert "[optimal]" in lines[1]


def test_sizes_are_in_the_terms_of_the_files(invoke):
    head, *lines = invoke("data", "list", "coloring").stdout.splitlines()
    assert head.split()[:4] == ["name", "nodes", "edges", "sense"]
    assert "myciel3 11 20 min 4 list" in " ".join(" ".join(lines).split())
    assert invoke("data", "list", "sat").stdout.split()[1:3] == ["variables", "clauses"]
    assert invoke("data", "list").stdout.split()[1:3] == ["size", "terms"]
    row = json.loads(invoke("data", "list", "coloring", "--json").stdout)[0]
    assert (row["units"], row["target"], row["best_known"]) == (["nodes", "edges"], 0, 11)


def test_wrong_names_are_one_line(complaint):
    assert complaint("data", "list", "3sat").startswith("family '3sat' given; expected one of gset")
    assert complaint("data", "download", "G99").startswith("instance 'G99' is not in the registry")
    assert complaint("data", "download", "chimera128_001").startswith("chimera128_001 cannot be")


def test_downloads_are_checked(complaint, invoke, monkeypatch, tmp_path):
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: io.BytesIO(b"2 1\n1 2 1\n"))
    said = complaint("data", "download", "torus", "--folder", tmp_path)
    assert "toruspm3-8-50.dat.gz has SHA-256" in said
    monkeypatch.setattr(registry, "download", lambda name, folder: folder / name)
    result = invoke("data", "download", "torus", "G1", "--folder", tmp_path)
    assert result.stdout.split() == [
        str(tmp_path / name) for name in ("toruspm3-8-50", "torusg3-8", "G1")
    ]


def test_no_connection_is_one_line(complaint, monkeypatch, tmp_path):
    def refuse(url, timeout):
        raise OSError("network is unreachable")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    said = complaint("data", "download", "G1", "--folder", tmp_path)
    assert "cannot be downloaded (network is unreachable)" in said


def test_help_names_every_family(invoke):
    text = " ".join(invoke("data", "list", "--help").stdout.replace("│", " ").split())
    *most, last = registry.families()
    assert f"Only {', '.join(most)} or {last}." in text


@pytest.mark.parametrize("words", [["data", "--help"], ["data", "download", "--help"]])
def test_help_is_there(invoke, words):
    assert "download" in invoke(*words).stdout
