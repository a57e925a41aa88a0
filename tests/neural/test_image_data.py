"""Sets of images: files written here, read back to the last bit."""

import gzip
import hashlib
import io
import tarfile

import numpy as np
import pytest

from pbits.neural import data
from pbits.neural.data import cifar10, downloads
from problems import store

RNG = np.random.default_rng(2)


def idx(array):
    sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


def batch(labels):
    """CIFAR-10's records: class, then red, green and blue planes."""
    pixels = RNG.integers(0, 256, (len(labels), 3, 32, 32), dtype=np.uint8)
    records = [bytes([c]) + image.tobytes() for c, image in zip(labels, pixels, strict=True)]
    return b"".join(records), np.moveaxis(pixels, 1, -1).astype(np.float32) / 255


def test_digits_are_split_without_overlap():
    pytest.importorskip("sklearn")
    train, test = data.load("digits", "train"), data.load("digits", "test")
    assert (len(train.labels), len(test.labels)) == (1437, 360)
    assert train.images.dtype == np.float32
    assert train.images.max() == 1
    assert set(test.labels) == set(range(10))
    few = data.load("digits", "test", count=7)
    np.testing.assert_array_equal(few.labels, test.labels[np.arange(7) * 360 // 7])


@pytest.mark.parametrize("packed", [False, True])
def test_mnist_is_read_from_idx_files(packed, tmp_path, monkeypatch):
    images, labels = RNG.integers(0, 256, (3, 28, 28)), np.array([7, 1, 2])
    folder = tmp_path / "mnist"
    folder.mkdir()
    for stem, array in (("t10k-images-idx3", images), ("t10k-labels-idx1", labels)):
        if packed:
            (folder / f"{stem}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
        else:
            (folder / f"{stem.replace('-idx', '.idx')}-ubyte").write_bytes(idx(array))
    monkeypatch.setenv(store.ENVIRONMENT, str(tmp_path))
    for found in (data.load("mnist", "test"), data.load("mnist", "test", tmp_path)):
        np.testing.assert_array_equal(found.images[..., 0], (images / 255).astype(np.float32))
        np.testing.assert_array_equal(found.labels, labels)
    with pytest.raises(FileNotFoundError, match=r"no files of mnist \(train\) in"):
        data.load("mnist", "train", tmp_path)
    for path in folder.iterdir():
        short = idx(images)[:-1]
        path.write_bytes(gzip.compress(short) if packed else short)
    with pytest.raises(ValueError, match="not a whole idx file"):
        data.load("mnist", "test")


@pytest.mark.parametrize("packed", [False, True])
def test_cifar_is_read_from_its_binary_files(packed, tmp_path):
    parts = [batch([i, 9 - i]) for i in range(5)]
    names = cifar10.BATCHES["train"]
    if packed:
        with tarfile.open(tmp_path / cifar10.ARCHIVE, "w:gz") as tar:
            for name, (content, _) in reversed(list(zip(names, parts, strict=True))):
                member = tarfile.TarInfo(f"{cifar10.FOLDER}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    else:
        for name, (content, _) in zip(names, parts, strict=True):
            (tmp_path / name).write_bytes(content)
    found = data.load("cifar10", "train", tmp_path)
    np.testing.assert_array_equal(found.labels, [0, 9, 1, 8, 2, 7, 3, 6, 4, 5])
    np.testing.assert_array_equal(found.images, np.concatenate([images for _, images in parts]))
    with pytest.raises(ValueError, match="no whole number"):
        cifar10.parse_batches(b"123")


@pytest.mark.parametrize("packed", [False, True])
def test_cifar_is_read_from_pictures_in_the_order_of_classes(packed, tmp_path):
    image = pytest.importorskip("PIL.Image")
    pixels = RNG.integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    for name, picture in zip(("truck/1", "airplane/2", "airplane/1"), pixels, strict=True):
        path = tmp_path / "test" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.fromarray(picture).save(path)
    if packed:
        with tarfile.open(tmp_path / "cifar10_test_png.tar.gz", "w:gz") as tar:
            tar.add(tmp_path / "test", "test")
        (tmp_path / "test").rename(tmp_path / "elsewhere")
    found = data.load("cifar10", "test", tmp_path)
    np.testing.assert_array_equal(found.labels, [0, 0, 9])
    np.testing.assert_array_equal(found.images, pixels[::-1].astype(np.float32) / 255)


def test_downloads_are_checked_and_kept(tmp_path, monkeypatch):
    content = b"images"
    source = tmp_path / "there.gz"
    source.write_bytes(gzip.compress(content))
    gone = (tmp_path / "gone").as_uri()
    right, wrong = hashlib.sha256(content).hexdigest(), hashlib.sha256(b"other").hexdigest()

    def offer(sha256, *addresses):
        remote = downloads.Remote("here.gz", addresses, sha256)
        monkeypatch.setitem(downloads.FILES, "mnist", [remote])

    target = tmp_path / "cache"
    offer(wrong, source.as_uri())
    with pytest.raises(ValueError, match="is not kept"):
        data.download("mnist", target)
    assert list(target.iterdir()) == []
    offer(right, gone)
    with pytest.raises(ConnectionError, match="check the connection"):
        data.download("mnist", target)
    offer(right, gone, source.as_uri())
    assert data.download("mnist", target) == target
    assert gzip.decompress((target / "here.gz").read_bytes()) == content
    offer(right, gone)
    data.download("mnist", target)  # what is there and whole is not fetched again
    with pytest.raises(ValueError, match="nothing to download for 'digits'"):
        data.download("digits", target)


def test_wrong_names():
    with pytest.raises(ValueError, match="expected one of digits, mnist, cifar10"):
        data.load("imagenet")
    with pytest.raises(ValueError, match="split is 'valid'"):
        data.load("digits", "valid")


def test_preprocessing():
    images = np.full((1, 2, 2, 3), 0.5, np.float32)
    done = data.PREPROCESS["imagenet"](images)
    np.testing.assert_allclose(
        done[0, 0, 0], (0.5 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225], rtol=1e-5
    )
    assert data.PREPROCESS["bytes"](images).max() == 127.5
