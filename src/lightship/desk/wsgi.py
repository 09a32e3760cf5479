"""The desk as a WSGI application, made when a server asks for it: settings must be configured by then."""

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def application() -> WSGIHandler:
    """For servers that take a factory, such as `granian --factory`."""
    return get_wsgi_application()
