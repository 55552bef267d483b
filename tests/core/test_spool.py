"""Notes for the worker: kept until they were dealt with, never more than there is room for."""

import pytest

from gallery.core import spool


def test_lines_are_given_once(tmp_path):
    path = tmp_path / "spool" / "notes"
    assert spool.append(path, "satu")
    assert spool.append(path, "dua\ntiga")
    with spool.taken(path) as lines:
        assert lines == ["satu", "dua tiga"]
    with spool.taken(path) as lines:
        assert lines == []


def test_lines_come_again_when_they_were_not_dealt_with(tmp_path):
    path = tmp_path / "notes"
    spool.append(path, "satu")
    with pytest.raises(RuntimeError), spool.taken(path):
        raise RuntimeError
    spool.append(path, "dua")  # comes while the first is still to be dealt with
    with spool.taken(path) as lines:
        assert lines == ["satu"]
    with spool.taken(path) as lines:
        assert lines == ["dua"]


def test_a_flood_stops_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "LARGEST", 12)
    path = tmp_path / "notes"
    assert spool.append(path, "12345")
    assert spool.append(path, "12345")
    assert not spool.append(path, "1")
    assert path.read_text() == "12345\n12345\n"
