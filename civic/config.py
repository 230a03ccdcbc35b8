"""Every setting of the application: its environment variable, its default, and what production refuses.

docs/settings.md lists the same names for operators.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite://", "postgresql+psycopg://")
ENVIRONMENTS = ("development", "production", "test")
DEVELOPMENT_SECRET = "development-only-secret-never-use-it-in-production"  # noqa: S105 - refused in production
KNOWN_SECRETS = {DEVELOPMENT_SECRET, "changeme", "secret", "your-secret-key"}
MIN_SECRET_LENGTH = 32
MIN_SECRET_ALPHABET = 8
MIN_TOKEN_LENGTH = 16
SESSION_DAYS = 90
CONNECT_SECONDS = 5
MAX_PHOTO_MEGABYTES = 15
MAX_PHOTOS = 4
LONGEST_HOURS = 5  # digits
STAR_HOURS = (100, 300, 600, 1000, 1500)


class ConfigError(Exception):
    """A setting is missing, weak or unreadable; the message says which and what to do."""


@dataclass(frozen=True)
class Config:
    """The settings of one process. `from_environment` reads them; tests build their own."""

    env: str = "development"
    database_url: str = ""
    secret_key: str = DEVELOPMENT_SECRET
    media_url: str = ""
    city_timezone: str = "Asia/Shanghai"
    public_boards: bool = True
    rate_limits: bool = True
    trusted_proxies: int = 0
    star_hours: tuple[int, ...] = STAR_HOURS
    backup_dir: Path | None = None
    metrics_token: str = ""
    maintenance_file: Path = ROOT / "instance" / "maintenance"
    password_cost: str = "full"  # noqa: S105 - how costly hashing is, no secret

    @property
    def timezone(self) -> ZoneInfo:
        """The zone in which the city's days, weeks and months begin."""
        return ZoneInfo(self.city_timezone)

    def flask_settings(self) -> dict[str, Any]:
        """The same settings under the names Flask and its extensions read."""
        secure = self.env == "production"
        return {
            "CIVIC": self,
            "TESTING": self.env == "test",
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self._engine_options(),
            "MAX_CONTENT_LENGTH": (MAX_PHOTOS * MAX_PHOTO_MEGABYTES + 1) * 1024 * 1024,
            "SESSION_COOKIE_NAME": "__Host-civic" if secure else "civic",
            "SESSION_COOKIE_SECURE": secure,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": SESSION_DAYS * 86400,
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
            "BABEL_DEFAULT_TIMEZONE": self.city_timezone,
        }

    def _engine_options(self) -> dict[str, Any]:
        """A database server may go away and come back: its connections are tried before use, and not waited for long.

        SQLite has neither. What stands in a statement is somebody's: in production no error repeats it.
        """
        options: dict[str, Any] = {"hide_parameters": self.env == "production"}
        if self.database_url.startswith("sqlite"):
            return options
        return options | {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_SECONDS}}


def from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings from environment variables.

    Raises ConfigError where production would run with a missing or weak one.
    """
    config = Config(
        env=_one_of(environ, "CIVIC_ENV", ENVIRONMENTS),
        database_url=_database_url(environ.get("DATABASE_URL", "")),
        secret_key=environ.get("SECRET_KEY", DEVELOPMENT_SECRET),
        media_url=environ.get("MEDIA_URL") or f"file://{ROOT}/instance/media",
        city_timezone=environ.get("CITY_TIMEZONE") or "Asia/Shanghai",
        public_boards=_switch(environ, "PUBLIC_BOARDS"),
        rate_limits=_switch(environ, "RATE_LIMITS"),
        trusted_proxies=_count(environ, "TRUSTED_PROXIES"),
        star_hours=_scale(environ, "STAR_HOURS", STAR_HOURS),
        backup_dir=Path(environ["BACKUP_DIR"]) if environ.get("BACKUP_DIR") else None,
        metrics_token=environ.get("METRICS_TOKEN", ""),
    )
    check(config)
    return config


def check(config: Config) -> None:
    """Refuse what cannot work anywhere, and in production what would be weak. Raises ConfigError."""
    try:
        config.timezone  # noqa: B018 - reading it is the check
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(f"CITY_TIMEZONE is not a known time zone: {config.city_timezone}") from None
    if config.metrics_token and len(config.metrics_token) < MIN_TOKEN_LENGTH:
        raise ConfigError(f"METRICS_TOKEN needs at least {MIN_TOKEN_LENGTH} characters")
    if config.env != "production":
        return
    if not config.rate_limits:
        raise ConfigError("RATE_LIMITS=off is for measurements only; production refuses it")
    if len(config.secret_key) < MIN_SECRET_LENGTH or len(set(config.secret_key)) < MIN_SECRET_ALPHABET:
        raise ConfigError(
            f"SECRET_KEY needs at least {MIN_SECRET_LENGTH} characters, {MIN_SECRET_ALPHABET} different ones; "
            'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if config.secret_key in KNOWN_SECRETS:
        raise ConfigError("SECRET_KEY is a published default; production needs its own")


def _database_url(url: str) -> str:
    if not url:
        return f"sqlite:///{ROOT}/instance/civic.db"
    for scheme in ("postgres://", "postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix(scheme) if url.startswith(scheme) else url
    if not url.startswith(DATABASES) or not _is_readable(url):
        # The address is not repeated: it may hold a password.
        raise ConfigError("DATABASE_URL must be the address of a database, postgresql://… or sqlite:///…")
    return url


def _is_readable(url: str) -> bool:
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return False
    return True


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = environ.get(name) or allowed[0]
    if value not in allowed:
        raise ConfigError(f"{name} must be one of {', '.join(allowed)}, not {value}")
    return value


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name) or "on"
    if value not in ("on", "off"):
        raise ConfigError(f"{name} must be on or off, not {value}")
    return value == "on"


def _count(environ: Mapping[str, str], name: str) -> int:
    value = environ.get(name) or "0"
    if not (value.isascii() and value.isdigit()):
        raise ConfigError(f"{name} must be a whole number, not {value}")
    return int(value)


def _scale(environ: Mapping[str, str], name: str, otherwise: tuple[int, ...]) -> tuple[int, ...]:
    """Hours such as 100,300,600: whole numbers that rise."""
    written = [part.strip() for part in environ[name].split(",")] if environ.get(name) else []
    if not all(part.isascii() and part.isdigit() and len(part) <= LONGEST_HOURS for part in written):
        raise ConfigError(f"{name} must be whole hours with commas between them, such as 100,300,600")
    scale = tuple(map(int, written)) or otherwise
    if list(scale) != sorted(set(scale)) or scale[0] < 1:
        raise ConfigError(f"{name} must rise from at least 1 hour, such as 100,300,600")
    return scale
