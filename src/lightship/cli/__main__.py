"""`python -m lightship.cli`."""

from lightship.cli import main

main()
