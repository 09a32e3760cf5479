"""Django's settings, made from lightship.toml. Call `configure` once, before any model is imported."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

from lightship.config import Config

_DESK = "lightship.desk"
"""Named only: settings lie below the desk, which Django loads by these names."""
_DESK_FOLDER = Path(__file__).parent.parent / "desk"
_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    f"{_DESK}.middleware.desk_headers",
    f"{_DESK}.middleware.within_size",
)


def configure(config: Config) -> None:
    """Set Django up for this process; a second call does nothing."""
    if not settings.configured:
        settings.configure(**made(config))
        django.setup()


def made(config: Config) -> dict[str, Any]:
    url = urlsplit(config.desk.url)
    https = url.scheme == "https"
    return {
        "LIGHTSHIP": config,
        "SECRET_KEY": config.desk.secret,
        "DEBUG": False,
        "ALLOWED_HOSTS": [url.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"],
        "ROOT_URLCONF": f"{_DESK}.urls",
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
            "lightship.store",
        ],
        "MIDDLEWARE": list(_MIDDLEWARE),
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [_DESK_FOLDER / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "libraries": {"desk": f"{_DESK}.templatetags.desk"},
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        f"{_DESK}.middleware.everywhere",
                    ],
                },
            }
        ],
        "DATABASES": {"default": database(config)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "LOGIN_URL": "sign-in",
        "LOGIN_REDIRECT_URL": "home",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "USE_I18N": False,
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [_DESK_FOLDER / "static"],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
        **_guarded(https=https),
        "LOGGING_CONFIG": None,
    }


def _guarded(*, https: bool) -> dict[str, Any]:
    """Passwords, cookies, headers, limits. On plain http, as on one machine, cookies marked secure would let nobody sign in."""
    return {
        "PASSWORD_HASHERS": [
            "django.contrib.auth.hashers.ScryptPasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        ],
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_AGE": 60 * 60 * 24 * 14,
        "SECURE_HSTS_SECONDS": 31_536_000 if https else 0,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if https else None,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "CSRF_FAILURE_VIEW": f"{_DESK}.auth.session.stale_form",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 4 * 1024 * 1024,
    }


def database(config: Config) -> dict[str, Any]:
    """Django's DATABASES entry. SQLite takes its write lock at BEGIN, so that two writers wait instead of failing."""
    base = config.desk.database
    if base.engine == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": base.name,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": base.name,
        "USER": base.user,
        "PASSWORD": base.password,
        "HOST": base.host,
        "PORT": base.port,
        "OPTIONS": dict(base.options),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
