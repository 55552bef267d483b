"""A file stands in the store before its row does, and leaves it again only when that is sure to be right."""

import pytest

from gallery.core.errors import ConflictError
from gallery.core.files import new_key, put_for
from gallery.integrations.local_files import LocalFileStore


@pytest.fixture
def files(tmp_path):
    return LocalFileStore(tmp_path)


def test_it_stands_there_while_its_row_is_written_and_stays(files):
    key = new_key("proof", "jpg")
    with put_for(files, key, b"picture"):
        assert files.exists(key)
    assert files.exists(key)


def test_what_turns_out_to_be_there_already_is_not_kept_twice(files):
    key = new_key("proof", "jpg")
    with put_for(files, key, b"picture") as placed:
        placed.is_needed = False
    assert not files.exists(key)


@pytest.mark.parametrize(("error", "is_kept"), [(ConflictError("refused"), False), (RuntimeError("lost"), True)])
def test_a_refusal_deletes_it_and_a_lost_commit_does_not(files, error, is_kept):
    """Whether the row stands is not known after a database failed: better a file without a row than the other way."""
    key = new_key("proof", "jpg")
    with pytest.raises(type(error)), put_for(files, key, b"picture") as placed:
        placed.is_needed = False
        raise error
    assert files.exists(key) is is_kept
