"""Downloads: checked, written whole or not at all, and never made by a test."""

import gzip
import http.client
import io
import tarfile
import urllib.error
import urllib.request

import pytest

from problems import archives, registry, store
from problems.digests import words_digest

URL = "https://web.stanford.edu/~yyye/yyye/Gset/glass"
CONTENT = b"2 1\n1 2 5\n"


@pytest.fixture
def opener(monkeypatch):
    """A registry of one file, and an opener that answers with `answer` and counts calls."""

    class Opener:
        answer = CONTENT
        calls = ()

        def __call__(self, url, timeout):
            self.calls = (*self.calls, url)
            assert timeout > 0
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer if hasattr(self.answer, "read") else io.BytesIO(self.answer)

    opener = Opener()
    entry = registry.Entry(
        "glass", "gset", "glass", "rudy", store.digest(CONTENT), 2, 1, "max", 5, True, "us", "", ""
    )
    monkeypatch.setattr(registry, "_entries", lambda: {"glass": entry})
    monkeypatch.setattr(urllib.request, "urlopen", opener)
    return opener


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_download_is_checked_kept_uncompressed_and_not_repeated(opener, tmp_path, pack):
    opener.answer = pack(CONTENT)
    path = registry.download("glass", tmp_path)
    assert path == tmp_path / "gset" / "glass"
    assert path.read_bytes() == CONTENT
    assert registry.download("glass", tmp_path) == path
    assert opener.calls == (URL,)
    assert [p.name for p in path.parent.iterdir()] == ["glass"]
    assert registry.load("glass", tmp_path).values([1, -1]) == 5


def test_a_damaged_file_is_fetched_anew(opener, tmp_path):
    (tmp_path / "gset").mkdir()
    (tmp_path / "gset" / "glass").write_bytes(b"old")
    assert registry.download("glass", tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "answer",
    [CONTENT[:-2], b"", b"<html>moved</html>", gzip.compress(CONTENT, mtime=0)[:-6]],
    ids=["cut", "empty", "page", "cut gzip"],
)
def test_another_content_is_not_kept(opener, tmp_path, answer):
    (tmp_path / "gset").mkdir()
    (tmp_path / "gset" / "glass").write_bytes(b"old")
    opener.answer = answer
    with pytest.raises(ValueError, match=f"{URL} (has SHA-256|is not a complete file)"):
        registry.download("glass", tmp_path)
    assert (tmp_path / "gset" / "glass").read_bytes() == b"old"
    assert [p.name for p in (tmp_path / "gset").iterdir()] == ["glass"]


class Broken(io.BytesIO):
    """A connection that ends before all was sent."""

    def read(self, size=-1):
        raise http.client.IncompleteRead(b"2 1\n", 6)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (urllib.error.URLError("no route to host"), "no route to host"),
        (urllib.error.HTTPError(URL, 404, "Not Found", http.client.HTTPMessage(), None), "Found"),
        (TimeoutError("timed out"), "timed out"),
        (Broken(), "IncompleteRead"),
    ],
    ids=["offline", "gone", "slow", "broken off"],
)
def test_a_failed_connection_says_what_to_do(opener, tmp_path, answer, reason):
    opener.answer = answer
    with pytest.raises(ConnectionError) as caught:
        registry.download("glass", tmp_path)
    assert str(caught.value).startswith(f"{URL} cannot be downloaded (")
    assert reason in str(caught.value)
    assert "PBITS_DATA_DIR" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_default_folder_is_the_environment_then_the_cache(opener, tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    monkeypatch.setenv("PBITS_DATA_DIR", str(tmp_path / "mine"))
    assert registry.download("glass") == tmp_path / "mine" / "gset" / "glass"
    monkeypatch.delenv("PBITS_DATA_DIR")
    assert registry.download("glass") == tmp_path / "cache/pbits/instances/gset/glass"


def test_a_file_without_an_address_says_where_to_look(tmp_path, monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", None)
    with pytest.raises(
        LookupError, match=r"bqp50\.1 cannot be downloaded: no address .*/orlib/bqpinfo"
    ):
        registry.download("bqp50.1", tmp_path)
    with pytest.raises(LookupError, match="look for it by its source: putative"):
        registry.download("ea3d_L08_0000", tmp_path)
    assert not list(tmp_path.iterdir())


FORMULAS = {f"uf20-0{k}": f"c {k}\np cnf 3 1\n{k} -2 0\n%\n0\n\n".encode() for k in (1, 2, 3)}
SET = "https://www.cs.ubc.ca/~hoos/SATLIB/Benchmarks/SAT/RND3SAT/uf20-91.tar.gz"


def packed(contents):
    """A gzipped tar archive of {name: content}."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def formulas(opener, monkeypatch):
    """A registry of three formulas that are published as one archive."""
    entries = {
        name: registry.Entry(
            name, "sat", f"uf20-91/{name}.cnf", "cnf", words_digest(content), 3, 1, "min", 0, True,
            "us", "", "",
        )
        for name, content in FORMULAS.items()
    }  # fmt: skip
    monkeypatch.setattr(registry, "_entries", lambda: entries)
    opener.answer = packed({f"./{name}.cnf": content for name, content in FORMULAS.items()})
    return opener


def test_a_set_is_fetched_once_and_written_whole(formulas, tmp_path):
    path = registry.download("uf20-02", tmp_path)
    assert path == tmp_path / "sat" / "uf20-91" / "uf20-02.cnf"
    assert {p.name: p.read_bytes() for p in path.parent.iterdir()} == {
        f"{name}.cnf": content for name, content in FORMULAS.items()
    }
    assert [p.name for p in (tmp_path / "sat").iterdir()] == ["uf20-91"]
    for name in FORMULAS:
        registry.download(name, tmp_path)
        assert registry.load(name, tmp_path).encoded.kind == "sat"
    assert formulas.calls == (SET,)


def test_of_a_set_only_what_the_table_knows_is_kept(formulas, tmp_path):
    """Members may have other names, none is written elsewhere, and a changed one is refused."""
    formulas.answer = packed(
        {
            "../../escape.cnf": FORMULAS["uf20-01"],
            "uf20-91/uf20-02.cnf": FORMULAS["uf20-02"],
            "uf20-91/uf20-03.cnf": FORMULAS["uf20-03"].replace(b"-2", b"2"),
            "more.cnf": b"p cnf 1 1\n1 0\n",
        }
    )
    assert registry.download("uf20-01", tmp_path).read_bytes() == FORMULAS["uf20-01"]
    with pytest.raises(ValueError, match=r"uf20-91\.tar\.gz has no file with the .* of uf20-03"):
        registry.download("uf20-03", tmp_path)
    files = [p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()]
    assert sorted(map(str, files)) == [f"sat/uf20-91/uf20-0{k}.cnf" for k in (1, 2)]
    assert not (tmp_path.parent / "escape.cnf").exists()


@pytest.mark.parametrize("cut", [0, 30, -40])
def test_a_set_that_is_cut_short_leaves_nothing(formulas, tmp_path, cut):
    formulas.answer = formulas.answer[:cut]
    with pytest.raises(ValueError, match=r"uf20-91\.tar\.gz is not a complete archive"):
        registry.download("uf20-01", tmp_path)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_an_archive_is_read_once_until_it_changes(formulas, tmp_path, monkeypatch):
    (tmp_path / "sat").mkdir()
    path, opened = tmp_path / "sat" / "all.tgz", []
    path.write_bytes(formulas.answer)
    changed = packed({"other.cnf": b"p cnf 1 1\n1 0\n"})
    read = tarfile.open
    monkeypatch.setattr(tarfile, "open", lambda *given: opened.append(given) or read(*given))
    for name in FORMULAS:
        assert registry.load(name, tmp_path).name == name
    assert len(opened) == 1
    path.write_bytes(changed)
    with pytest.raises(FileNotFoundError):
        registry.load("uf20-01", tmp_path)
    assert len(opened) == 2


def test_members_that_are_not_kept_in_memory_are_read_again(formulas, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_KEPT", 2 * len(FORMULAS["uf20-01"]))
    (tmp_path / "all.tar.gz").write_bytes(formulas.answer)
    archive = archives.open_archive(tmp_path / "all.tar.gz", words_digest)
    assert len(archive._contents) == 2
    for content in FORMULAS.values():
        assert archive.member(words_digest(content)) == content
    assert archive.member("0" * 64) is None
    assert archive.named("uf20-03.cnf") == words_digest(FORMULAS["uf20-03"])
    assert archive.named("0-03.cnf") is None


def test_a_member_of_the_name_but_another_content_is_told(formulas, tmp_path):
    other = packed({"set/uf20-91/uf20-01.cnf": b"p cnf 1 1\n1 0\n"})
    (tmp_path / "all.tar.gz").write_bytes(other)
    with pytest.raises(ValueError, match=r"all\.tar\.gz:uf20-91/uf20-01\.cnf has SHA-256 .*; exp"):
        registry.load("uf20-01", tmp_path)
