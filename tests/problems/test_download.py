"""Downloads: checked, written whole or not at all, and never made by a test."""

import gzip
import http.client
import io
import urllib.error
import urllib.request

import pytest

from problems import registry, store

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
