"""Outlines of areas from GeoJSON: all or nothing, every mistake named by its feature, simple enough for a page."""

import json
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic.areas import service as areas
from civic.areas.outlines import MOST_POINTS
from civic.dashboards import charts
from civic.db import transaction
from tests import factories
from tests.dashboards.world import compiled, lively
from tests.factories import COMMUNITY, OTHER_COMMUNITY
from tests.pages import sign_in

SQUARE = [[[89.0, 44.0], [89.1, 44.0], [89.1, 44.1], [89.0, 44.1], [89.0, 44.0]]]


def feature(code: Any, coordinates: Any = None, kind: str = "Polygon", **more: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": SQUARE if coordinates is None else coordinates}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry, **more}


def written(folder: Path, *features: Any, text: str | None = None) -> Path:
    file = folder / "map.geojson"
    file.write_text(text if text is not None else json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def take(file: Path) -> int:
    with transaction():
        return areas.import_geojson(file)


def test_outlines_are_taken_over_and_taken_again(app: Flask, tmp_path: Path) -> None:
    factories.city()
    island = [SQUARE, [[[90.0, 44.0], [90.2, 44.0], [90.2, 44.2], [90.0, 44.0]]]]
    assert take(written(tmp_path, feature(COMMUNITY), feature(990102, island, "MultiPolygon"))) == 2
    found = areas.outlines([COMMUNITY, "990102", OTHER_COMMUNITY])
    assert set(found) == {COMMUNITY, "990102"}
    assert found[COMMUNITY][0][1] == (89.1, 44.0)
    assert len(found["990102"]) == 2
    moved = [[[88.0, 43.0], [88.1, 43.0], [88.1, 43.1], [88.0, 43.0]]]
    assert take(written(tmp_path, feature(COMMUNITY, moved))) == 1
    assert areas.outlines([COMMUNITY])[COMMUNITY][0][0] == (88.0, 43.0)


def test_what_is_wrong_is_named_by_its_feature_and_nothing_is_taken(app: Flask, tmp_path: Path) -> None:
    factories.city()
    file = written(
        tmp_path,
        feature(COMMUNITY),
        feature("999"),
        feature(OTHER_COMMUNITY, kind="Point"),
        feature(None),
        feature("990105", [[[0, 0], [1, 1]]]),
        feature("990102", [[[500, 0], [1, 1], [2, 2], [500, 0]]]),
        feature(COMMUNITY),
        "no feature",
        feature("9901", "nonsense"),
    )
    with pytest.raises(areas.ImportRefused) as refused:
        take(file)
    numbers = sorted(int(line.split(":")[1]) for line in refused.value.lines)
    assert numbers == [2, 3, 4, 5, 6, 7, 8, 9]
    assert any("unknown code 999" in line for line in refused.value.lines)
    assert areas.outlines([COMMUNITY]) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type": "FeatureCollection", "features": []}', "[" * 100_000])
def test_what_is_no_map_at_all_is_refused(app: Flask, tmp_path: Path, text: str) -> None:
    with pytest.raises(areas.ImportRefused):
        take(written(tmp_path, text=text))
    with pytest.raises(areas.ImportRefused):
        take(tmp_path / "nowhere.geojson")


def test_a_long_coast_is_made_simple_and_keeps_its_shape(app: Flask, tmp_path: Path) -> None:
    factories.city()
    turns = [2 * pi * step / 20_000 for step in range(20_000)]
    coast = [[89 + cos(turn) + 0.001 * sin(900 * turn), 44 + sin(turn)] for turn in turns]
    assert take(written(tmp_path, feature(COMMUNITY, [[*coast, coast[0]]]))) == 1
    (ring,) = areas.outlines([COMMUNITY])[COMMUNITY]
    assert 20 < len(ring) <= MOST_POINTS
    assert max(north for _east, north in ring) == pytest.approx(45, abs=0.02)
    assert min(east for east, _north in ring) == pytest.approx(88, abs=0.02)


def test_a_map_is_drawn_to_one_scale_with_north_up() -> None:
    south, north = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)], [(0.0, 1.0), (1.0, 1.0), (1.0, 2.0), (0.0, 1.0)]
    drawn = charts.drawn_map({"south": [south], "north": [north]})
    assert drawn is not None
    assert drawn.height == charts.MAP_HEIGHT
    assert drawn.paths["north"].startswith("M0.0 230.0")
    assert drawn.paths["south"].startswith("M0.0 460.0")
    assert charts.drawn_map({}) is None


def test_the_dashboard_draws_it_with_links_beside_its_tiles(client: FlaskClient, tmp_path: Path) -> None:
    lively()
    compiled()
    login = factories.staff("district_officer", "990102").login or ""
    sign_in(client, login)
    page = "/dashboard/990102?period=2026-11"
    assert "outline-map" not in client.get(page).text
    take(written(tmp_path, feature(COMMUNITY)))
    text = client.get(page).text
    assert "outline-map" in text
    assert f'<a href="/dashboard/{COMMUNITY}?period=2026-11" aria-label="桐花社区' in text
    assert "map-tile" in text


def test_the_command_says_how_many_and_names_what_is_wrong(app: Flask, tmp_path: Path) -> None:
    factories.city()
    runner = app.test_cli_runner()
    taken = runner.invoke(args=["areas", "geojson", str(written(tmp_path, feature(COMMUNITY)))])
    assert (taken.exit_code, taken.stdout) == (0, "outlines: 1\n")
    refused = runner.invoke(args=["areas", "geojson", str(written(tmp_path, feature("999")))])
    assert refused.exit_code == 1
    assert "map.geojson:1: unknown code 999" in refused.stderr
