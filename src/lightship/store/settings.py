"""Django's settings, made from lightship.toml. What is not named here is Django's default."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

from lightship.config import Config

_DESK = "lightship.desk"
"""A name only: this room is below the desk, which Django loads by these names."""
_DESK_FOLDER = Path(__file__).parent.parent / "desk"


def configure(config: Config) -> None:
    """Set Django up for this process, before any model is imported. A second call does nothing."""
    if not settings.configured:
        settings.configure(**made(config))
        django.setup()


def made(config: Config) -> dict[str, Any]:
    url = urlsplit(config.desk.url)
    return {
        "LIGHTSHIP": config,
        "SECRET_KEY": config.desk.secret,
        "ALLOWED_HOSTS": [url.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"],
        "ROOT_URLCONF": f"{_DESK}.urls",
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
            "lightship.store",
        ],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            f"{_DESK}.restricted.restricted",
            f"{_DESK}.middleware.desk_headers",
            f"{_DESK}.middleware.within_size",
            f"{_DESK}.access.Access",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [_DESK_FOLDER / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "libraries": {"desk": f"{_DESK}.tags"},
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        f"{_DESK}.middleware.everywhere",
                    ],
                },
            }
        ],
        "DATABASES": {"default": database(config)},
        "LOGIN_URL": "sign-in",
        "TIME_ZONE": "UTC",
        "USE_I18N": False,
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [_DESK_FOLDER / "static"],
        "WHITENOISE_USE_FINDERS": True,
        **_security(https=url.scheme == "https"),
        "LOGGING_CONFIG": None,
    }


def _security(*, https: bool) -> dict[str, Any]:
    """Passwords, cookies, headers and limits. On plain http, as on one machine, nobody could sign in with a secure cookie."""
    return {
        "PASSWORD_HASHERS": [
            "django.contrib.auth.hashers.ScryptPasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        ],
        "PASSWORD_RESET_TIMEOUT": 3600,  # of sign-in links: seconds
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "SECURE_HSTS_SECONDS": 31_536_000 if https else 0,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if https else None,
        "CSRF_FAILURE_VIEW": f"{_DESK}.session.stale_form",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 4 * 1024 * 1024,
    }


def database(config: Config) -> dict[str, Any]:
    """Django's DATABASES entry. SQLite takes its write lock at BEGIN, so that two writers wait instead of failing."""
    configured = config.desk.database
    if configured.engine == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": configured.name,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": configured.name,
        "USER": configured.user,
        "PASSWORD": configured.password,
        "HOST": configured.host,
        "PORT": configured.port,
        "OPTIONS": dict(configured.options),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
