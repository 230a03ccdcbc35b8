"""Hostile, broken and talkative files: a slice of the long form, which `make fuzz` runs whole."""

import pytest

from civic.media import workers
from tests.media import fuzz
from tests.media.pictures import encoded, exif, picture

FILES = 250


def test_no_file_is_an_error_or_kept_as_it_came() -> None:
    tally = fuzz.run(FILES)
    seen = {what for what, _outcome in tally.outcomes}
    assert seen == {*fuzz.SHARES, "damaged"}
    assert tally.outcomes["damaged", "kept"] > 0, "too much damage shows nothing of decoders"
    assert tally.wrong == []


def test_a_program_that_kept_what_cameras_write_or_broke_down_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    talkative = encoded(picture(), "WEBP", exif=exif(canary="HuaweiSerial4711"))
    about = {"width": 64, "height": 48, "taken": "", "offset": "", "place": None, "prints": []}
    monkeypatch.setattr(workers.Pool, "ask", lambda *_: workers.Answer(about, [talkative, talkative]))
    assert len(fuzz.run(50).wrong) >= 50
    monkeypatch.setattr(workers.Pool, "ask", lambda *_: 1 // 0)
    tally = fuzz.Tally()
    fuzz._note(tally, *fuzz._send(fuzz.Sent("damaged", talkative)))
    assert tally.wrong == ["damaged: error: ZeroDivisionError('integer division or modulo by zero')"]
