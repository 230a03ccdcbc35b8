"""Draws the pictures of the README from a demo city of its own: `make pictures`.

The clock is held, so that the same code draws the same city; every picture is kept small enough to live in the
repository.
"""

import io
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import select

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from civic import clock  # noqa: E402 - found once the line above has run
from civic.db import db  # noqa: E402
from civic.entries.models import Entry  # noqa: E402
from civic.seed import places  # noqa: E402
from civic.seed.people import PASSWORD  # noqa: E402
from tests.browser.stage import Site, chromium, served_city  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
# A poster prints the address it is asked at, which must not be another one each time.
PUBLIC_ADDRESS = {"X-Forwarded-Host": "qingchuan.example", "X-Forwarded-Proto": "https"}
# A Friday afternoon in the city.
NOW = datetime(2026, 11, 20, 8, 20, tzinfo=UTC)
MOST_BYTES = 120_000
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5}
DESK = {"viewport": {"width": 1440, "height": 900}, "device_scale_factor": 1}


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who looks at which page, and how."""

    name: str
    login: str | None
    path: str
    is_dark: bool = False
    on_desk: bool = False


PICTURES = (
    Picture("home", "resident", "/"),
    Picture("home-dark", "resident", "/", is_dark=True),
    Picture("log", "resident", "/entries/new?activity=litter_pickup"),
    Picture("board", "resident", "/leaderboard"),
    Picture("statement", "resident", "/me/statement"),
    Picture("community", "resident", f"/communities/{places.LIUQIAO}"),
    Picture("poster", None, f"/communities/{places.LIUQIAO}/poster"),
    Picture("queue", "manager", "/moderation?entry={with_photo}", on_desk=True),
)


def main() -> None:
    """Draw them all and say how large they became."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="ct") as folder,
        clock.held(NOW),
        served_city(Path(folder), residents=120, weeks=4, trusted_proxies=1) as site,
        chromium() as browser,
    ):
        with_photo = _waiting_with_photo(site)
        for picture in PICTURES:
            drawn = _small(_draw(browser, site, picture, picture.path.format(with_photo=with_photo)))
            file = FOLDER / f"{picture.name}.png"
            file.write_bytes(drawn)
            sys.stdout.write(f"{file.relative_to(ROOT)}  {len(drawn) // 1000} kB\n")


def _waiting_with_photo(site: Site) -> int:
    """The entry that shows best what a manager sees."""
    with site.app.app_context():
        found = db.session.scalars(
            select(Entry.id)
            .where(Entry.status == "pending", Entry.community_code == places.LIUQIAO, Entry.photos.any())
            .order_by(Entry.id)
        ).first()
    if found is None:
        raise SystemExit("nobody in the demo city waits with a photo")
    return found


def _draw(browser: Browser, site: Site, picture: Picture, path: str) -> bytes:
    context = browser.new_context(
        base_url=site.url,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if picture.is_dark else "light",
        reduced_motion="reduce",
        extra_http_headers=None if picture.login else PUBLIC_ADDRESS,
        **(DESK if picture.on_desk else PHONE),  # type: ignore[arg-type]
    )
    try:
        context.clock.install(time=NOW)
        context.clock.pause_at(NOW + timedelta(seconds=1))
        page = context.new_page()
        if picture.login:
            _sign_in(page, picture.login)
        page.goto(path, wait_until="networkidle")
        return page.screenshot(animations="disabled")
    finally:
        context.close()


def _sign_in(page: Page, login: str) -> None:
    page.goto("/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("/")


def _small(drawn: bytes) -> bytes:
    """The picture with as many colours as its size allows."""
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise SystemExit(f"a picture is larger than {MOST_BYTES} bytes even with 32 colours")


if __name__ == "__main__":
    main()
