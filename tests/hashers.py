"""Passwords of tests: dozens of sign-ins are tried, and the price of each guess is not what they test."""

from django.contrib.auth.hashers import ScryptPasswordHasher


class QuickScrypt(ScryptPasswordHasher):
    work_factor = 2**4
