"""Photos for the demo city, drawn by the program: simple scenes, each a little different, dated as a camera would."""

import io
import math
from collections.abc import Callable
from datetime import datetime
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 720
CAMERA, GPS, TAKEN, TAKEN_OFFSET = 0x8769, 0x8825, 0x9003, 0x9011
_GOLDS = ("#E2A72A", "#C99A35", "#D8B04A")
_GREENS = ("#6E8F69", "#7E9C72", "#5D7F63", "#8AA57A")
Pen = ImageDraw.ImageDraw


def photo(activity_key: str, taken_at: datetime, rng: Random, north_east: tuple[int, int] | None = None) -> bytes:
    """A JPEG that suits an activity, with moment and place, in whole degrees, written where cameras write them."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#CFDADA")
    scene = _SCENES.get(activity_key, _park)
    scene(ImageDraw.Draw(picture), rng)
    if scene in (_stairwell, _hall):
        picture = _lit(picture, rng)
    exif = Image.Exif()
    exif.get_ifd(CAMERA).update(
        {TAKEN: taken_at.strftime("%Y:%m:%d %H:%M:%S"), TAKEN_OFFSET: taken_at.isoformat()[-6:]}
    )
    if north_east:
        north, east = north_east
        exif.get_ifd(GPS).update({1: "N", 2: (north, 0, 0), 3: "E", 4: (east, 0, 0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


def _lit(picture: Image.Image, rng: Random) -> Image.Image:
    """The same room under another lamp: without beams and shadows every stairwell would look like every other."""
    light = Image.new("L", (WIDTH, HEIGHT), 128)
    pen = ImageDraw.Draw(light)
    for _ in range(9):
        x, y, wide, high = (
            rng.randint(-80, WIDTH),
            rng.randint(-80, HEIGHT),
            rng.randint(120, 420),
            rng.randint(90, 300),
        )
        pen.ellipse((x, y, x + wide, y + high), fill=rng.choice((70, 95, 165, 190)))
    soft = light.filter(ImageFilter.GaussianBlur(24)).convert("RGB")
    return ImageChops.overlay(picture, soft)


def _park(pen: Pen, rng: Random) -> None:
    """Trees, a strip of water, grass, and full bags."""
    shore = rng.randint(300, 350)
    pen.rectangle((0, shore - 40, WIDTH, shore + 60), fill="#8FA9B0")
    for _ in range(26):
        x, y = rng.randint(0, WIDTH), rng.randint(shore - 10, shore + 50)
        pen.line((x, y, x + rng.randint(30, 90), y), fill="#A5BCC1", width=3)
    for x in range(-20, WIDTH, 74):
        _tree(pen, rng, x + rng.randint(-14, 14), shore - 6, rng.randint(48, 64))
    _grass(pen, rng, shore + 60)
    for place in range(rng.randint(1, 3)):
        _bag(pen, 260 + place * 190 + rng.randint(-40, 40), rng.randint(590, 640), rng.randint(82, 116))


def _tree(pen: Pen, rng: Random, x: int, foot: int, half: int) -> None:
    colour = rng.choice(_GOLDS) if rng.random() < 0.3 else rng.choice(_GREENS)
    tall = rng.randint(150, 230)
    pen.line((x, foot, x, foot - tall // 2), fill="#5C5A4B", width=7)
    pen.ellipse((x - half, foot - tall, x + half, foot - 12), fill=colour)


def _grass(pen: Pen, rng: Random, top: int) -> None:
    pen.rectangle((0, top, WIDTH, HEIGHT), fill="#8C9767")
    for _ in range(240):
        x, y = rng.randint(0, WIDTH), rng.randint(top + 6, HEIGHT)
        pen.line((x, y, x + rng.randint(-5, 5), y - rng.randint(8, 20)), fill="#727F52", width=2)


def _bag(pen: Pen, x: int, foot: int, half: int) -> None:
    pen.ellipse((x - half, foot - 14, x + half, foot + 16), fill="#6E7850")
    pen.polygon(
        [
            (x - half, foot),
            (x - half * 0.8, foot - half),
            (x - 20, foot - half * 1.7),
            (x + 20, foot - half * 1.7),
            (x + half * 0.8, foot - half),
            (x + half, foot),
        ],
        fill="#2E3640",
    )
    pen.ellipse((x - 32, foot - half * 1.7 - 26, x + 32, foot - half * 1.7 + 14), fill="#38414D")
    pen.line((x - half * 0.55, foot - 26, x - half * 0.4, foot - half), fill="#4C5866", width=6)


def _tree_pit(pen: Pen, rng: Random) -> None:
    """A pavement from above with a tree pit, leaves and cigarette ends."""
    _paving(pen, rng, ("#B9B0A0", "#C2BAAA", "#B0A797"))
    left, top = rng.randint(180, 240), rng.randint(110, 160)
    box = (left, top, left + 560, top + 420)
    pen.rectangle((box[0] - 34, box[1] - 34, box[2] + 34, box[3] + 34), fill="#8C887C")
    pen.rectangle(box, fill="#5D4535")
    for _ in range(220):
        x, y, r = rng.randint(box[0], box[2] - 8), rng.randint(box[1], box[3] - 8), rng.randint(3, 9)
        pen.ellipse((x, y, x + r, y + r), fill=rng.choice(("#6E5443", "#4C382B", "#7B604D")))
    middle = (left + 280, top + 210)
    pen.ellipse((middle[0] - 90, middle[1] - 90, middle[0] + 90, middle[1] + 90), fill="#443225")
    pen.ellipse((middle[0] - 70, middle[1] - 70, middle[0] + 70, middle[1] + 70), fill="#6A5140")
    for _ in range(rng.randint(9, 16)):
        _cigarette_end(pen, rng, rng.randint(box[0] + 20, box[2] - 50), rng.randint(box[1] + 20, box[3] - 30))
    _leaves(pen, rng, 16)


def _cigarette_end(pen: Pen, rng: Random, x: int, y: int) -> None:
    turn = rng.uniform(0, math.pi)
    dx, dy = 34 * math.cos(turn), 34 * math.sin(turn)
    pen.line((x, y, x + dx, y + dy), fill="#F1EDE2", width=11)
    pen.line((x, y, x + dx * 0.36, y + dy * 0.36), fill="#C98A4B", width=11)


def _leaves(pen: Pen, rng: Random, count: int) -> None:
    for _ in range(count):
        x, y, r, at = (
            rng.randint(20, WIDTH - 20),
            rng.randint(20, HEIGHT - 20),
            rng.randint(20, 30),
            rng.randint(0, 360),
        )
        colour = rng.choice(_GOLDS)
        pen.pieslice((x - r, y - r, x + r, y + r), at, at + 78, fill=colour)
        pen.pieslice((x - r, y - r, x + r, y + r), at + 84, at + 160, fill=colour)


def _paving(pen: Pen, rng: Random, colours: tuple[str, ...], tall: int = 90) -> None:
    for row, y in enumerate(range(0, HEIGHT, tall)):
        for x in range(-80 * (row % 2), WIDTH, 160):
            pen.rectangle((x, y, x + 157, y + tall - 3), fill=rng.choice(colours))


def _pavement(pen: Pen, rng: Random) -> None:
    """Paving stones with the yellow strip for the blind, free again, and bicycles beside it."""
    _paving(pen, rng, ("#B5B1A6", "#BFBBB0", "#ABA79C"), 72)
    strip = rng.randint(500, 560)
    pen.rectangle((0, strip, WIDTH, strip + 74), fill="#D9B85A")
    for x in range(12, WIDTH, 46):
        pen.line((x, strip + 10, x, strip + 64), fill="#C3A148", width=10)
    frame = rng.choice(("#2F6F78", "#B5573C", "#4F6F9A"))
    for place in range(rng.randint(3, 5)):
        _bicycle(pen, 90 + place * 180 + rng.randint(-8, 8), strip - 70, frame)
    _leaves(pen, rng, 6)


def _bicycle(pen: Pen, x: int, y: int, frame: str) -> None:
    for wheel in (x, x + 104):
        pen.ellipse((wheel - 44, y - 44, wheel + 44, y + 44), outline="#33383B", width=7)
    pen.line((x, y, x + 38, y - 66, x + 88, y - 66, x + 46, y, x, y), fill=frame, width=8)
    pen.line((x + 104, y, x + 82, y - 92, x + 104, y - 96), fill=frame, width=8)
    pen.line((x + 24, y - 80, x + 52, y - 80), fill="#33383B", width=9)


def _stairwell(pen: Pen, rng: Random) -> None:
    """Clean steps, a wall in two colours, a window, a broom."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#E4E0D4")
    pen.rectangle((0, 380, WIDTH, HEIGHT), fill=rng.choice(("#9FB8A6", "#A9B7C0", "#B9B49F")))
    x = rng.randint(80, 200)
    pen.rectangle((x, 70, x + 200, 300), fill="#CFE0E6", outline="#FFFFFF", width=14)
    pen.line((x + 100, 70, x + 100, 300), fill="#FFFFFF", width=10)
    for step in range(7):
        top, left = 660 - step * 66, 250 + step * 62
        pen.rectangle((left, top, WIDTH, top + 62), fill="#C6C1B3" if step % 2 else "#BBB6A8")
        pen.line((left, top, WIDTH, top), fill="#E9E5DA", width=7)
    broom = rng.randint(90, 190)
    pen.line((broom, 300, broom + 40, 590), fill="#8A6A43", width=13)
    pen.polygon([(broom + 26, 580), (broom + 58, 576), (broom + 100, 690), (broom - 6, 700)], fill="#C8A55C")


def _crossing(pen: Pen, rng: Random) -> None:
    """A zebra crossing, houses behind it, a flag at the kerb."""
    pen.rectangle((0, 0, WIDTH, 330), fill="#C9D6DA")
    left = -20
    while left < WIDTH:
        wide, tall = rng.randint(110, 190), rng.randint(120, 260)
        pen.rectangle(
            (left, 330 - tall, left + wide, 330), fill=rng.choice(("#D8D0BE", "#C4BCAB", "#B9C3BF", "#CDB9A2"))
        )
        for wx in range(left + 18, left + wide - 24, 38):
            for wy in range(346 - tall, 300, 46):
                pen.rectangle((wx, wy, wx + 18, wy + 22), fill="#8FA0A4")
        left += wide + 8
    pen.rectangle((0, 330, WIDTH, 372), fill="#A8A498")
    pen.rectangle((0, 372, WIDTH, HEIGHT), fill="#5B5F62")
    shift = rng.randint(-30, 30)
    for x in range(-40, WIDTH, 128):
        pen.polygon([(x + 40 + shift, 392), (x + 96 + shift, 392), (x + 72, HEIGHT), (x - 14, HEIGHT)], fill="#EDEBE4")
    pole = rng.randint(700, 860)
    pen.line((pole, 180, pole, 400), fill="#6B5B45", width=9)
    pen.polygon([(pole, 186), (pole + 84, 206), (pole, 244)], fill="#C9772F")


def _shelf(pen: Pen, rng: Random) -> None:
    """Books on the shelves of a community's book house."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#7A5B3E")
    for top in (30, 262, 494):
        pen.rectangle((26, top, WIDTH - 26, top + 200), fill="#4A3626")
        left = 40
        while left < WIDTH - 90:
            wide, tall = rng.randint(24, 56), rng.randint(130, 186)
            colour = rng.choice(("#A8433A", "#2F6F78", "#D9B85A", "#5D7F63", "#E5DCC6", "#38465A", "#9A6B8A"))
            pen.rectangle((left, top + 200 - tall, left + wide, top + 199), fill=colour)
            pen.line((left + 7, top + 226 - tall, left + wide - 7, top + 226 - tall), fill="#F1EDE2", width=4)
            left += wide + (rng.randint(60, 140) if rng.random() < 0.07 else 3)


def _hall(pen: Pen, rng: Random) -> None:
    """A lit room in the evening: a board, rows of chairs, lanterns."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill="#E9DFC8")
    pen.rectangle((0, 520, WIDTH, HEIGHT), fill="#B08D63")
    left = rng.randint(180, 300)
    pen.rectangle((left, 120, left + 430, 350), fill="#2F4A3E", outline="#8A6A43", width=14)
    for y in range(170, 320, 42):
        pen.line((left + 50, y, left + rng.randint(200, 380), y), fill="#DDE5D8", width=6)
    for x in range(90, WIDTH, 260):
        pen.ellipse((x - 40, 22, x + 40, 92), fill="#E2A72A")
    for row in range(3):
        for x in range(60 + row * 24, WIDTH - 60, 118):
            y = 500 + row * 74
            pen.rectangle((x, y - 58, x + 70, y), fill=rng.choice(("#39566B", "#446379")))
            pen.line((x + 6, y, x + 6, y + 44), fill="#2B3338", width=7)
            pen.line((x + 64, y, x + 64, y + 44), fill="#2B3338", width=7)


_SCENES: dict[str, Callable[[Pen, Random], None]] = {
    "litter_pickup": _park,
    "river_walk": _park,
    "tree_care": _park,
    "team_cleanup": _park,
    "cigarette_ends": _tree_pit,
    "bicycles_tidied": _pavement,
    "stairwell_clean": _stairwell,
    "adverts_removed": _stairwell,
    "patrol": _stairwell,
    "crossing_guide": _crossing,
    "persuasion_shift": _crossing,
    "book_gift": _shelf,
    "classics_recitation": _shelf,
    "culture_evening": _hall,
    "moral_lecture": _hall,
    "law_study": _hall,
    "counter_shift": _hall,
}
