"""Writes directories of official tables with invented names, in the shape and with the oddities of the real ones."""

from collections.abc import Iterable
from pathlib import Path

HEADERS = {
    "cities.csv": "code,name,provinceCode",
    "areas.csv": "code,name,cityCode,provinceCode",
    "streets.csv": "code,name,areaCode,provinceCode,cityCode",
    "villages.csv": "code,name,streetCode,provinceCode,cityCode,areaCode",
}
LINE_ENDS = {"cities.csv": "\r\n", "areas.csv": "\r\n"}

CITY = ("9901", "榴城市")
DISTRICTS = [("990102", "望江区"), ("990105", "垦利区"), ("990171", "榴城经济技术开发区")]
STREETS = [
    ("990102001", "桐花街道"),
    ("990102101", "牛山镇"),
    ("990105001", "柳湾街道"),
    ("990105400", "苇塘类似乡级单位"),
    ("990171400", "经济开发区直属乡镇"),
]
VILLAGES = [
    ("990102001011", "桐花社区居委会"),
    ("990102001013", "西苑社区居民委员会"),
    ("990102001014", "府前社区居民居委会"),
    ("990102101200", "张庄村委会"),
    ("990102101201", "单家村村民委员会"),
    ("990102101202", "丁村村委会"),
    ("990105001001", "西苑社区居民委员会"),
    ("990105001002", "尚德社区居民委员"),
    ("990105001200", "张庄村民委员会"),
    ("990105400001", "苇塘虚拟社区"),
    ("990105400002", "苇塘油田锦霞类似居委会"),
    ("990171400001", "滨河路居委会"),
]

Rows = Iterable[tuple[str, str]]


def write(
    directory: Path,
    cities: Rows = (CITY,),
    districts: Rows = DISTRICTS,
    streets: Rows = STREETS,
    villages: Rows = VILLAGES,
) -> Path:
    """The four files; what a row does not say follows from its code."""
    directory.mkdir(exist_ok=True)
    _write(directory, "cities.csv", [f"{code},{name},{code[:2]}" for code, name in cities])
    _write(directory, "areas.csv", [f"{code},{name},{code[:4]},{code[:2]}" for code, name in districts])
    _write(directory, "streets.csv", [f"{c},{name},{c[:6]},{c[:2]},{c[:4]}" for c, name in streets])
    _write(directory, "villages.csv", [f"{c},{name},{c[:9]},{c[:2]},{c[:4]},{c[:6]}" for c, name in villages])
    return directory


def _write(directory: Path, file: str, rows: list[str]) -> None:
    end = LINE_ENDS.get(file, "\n")
    (directory / file).write_text(end.join([HEADERS[file], *rows, ""]), encoding="utf-8", newline="")


def change(directory: Path, file: str, line: int, text: str | None) -> None:
    """Put another text on a line of a file, or take the line out."""
    lines = (directory / file).read_text(encoding="utf-8").split("\n")
    lines[line - 1 : line] = [] if text is None else [text]
    (directory / file).write_text("\n".join(lines), encoding="utf-8", newline="")


def county(directory: Path, code: str = "990223", name: str = "鹿鸣县") -> Path:
    """A county at the root: the file of cities has its header only, and the county names no city."""
    write(directory, [], [], [(code + "101", "稻田镇")], [(code + "101200", "河沿村委会")])
    change(directory, "areas.csv", 2, f"{code},{name},,99")
    return directory


def large(directory: Path, communities: int) -> Path:
    """A city with many communities."""
    streets = [(f"990102{number:03}", f"第{number}街道") for number in range(1, communities // 100 + 2)]
    villages = [(f"{streets[n // 100][0]}{n % 100:03}", f"水东{n}村委会") for n in range(communities)]
    return write(directory, districts=DISTRICTS[:1], streets=streets, villages=villages)
