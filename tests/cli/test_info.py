"""``pbits info``."""

import json

from pbits import runtime


def test_json_is_what_the_library_says(invoke):
    result = invoke("info", "--json")
    assert result.exit_code == 0
    facts = json.loads(result.stdout)
    del facts["hardware"]  # see test_hardware
    assert facts == json.loads(json.dumps(runtime.describe()))


def test_table_names_versions_and_every_device(invoke):
    facts = runtime.describe()
    lines = invoke("info").stdout.splitlines()
    assert f"jax        {facts['versions']['jax']}" in lines
    assert sum(line.startswith("device ") for line in lines) == facts["num_devices"]
    assert any(line.startswith("cache ") for line in lines)


def test_a_bad_environment_is_one_line(complaint, monkeypatch):
    def describe():
        raise ValueError("PBITS_NUM_DEVICES is 'x'; expected a whole number above 0")

    monkeypatch.setattr(runtime, "describe", describe)
    assert complaint("info") == "PBITS_NUM_DEVICES is 'x'; expected a whole number above 0"
