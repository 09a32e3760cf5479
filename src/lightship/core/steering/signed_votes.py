"""A vote as one witness shows it to others: signed, for a page, by its name."""

import base64

from lightship.core.site.manifest import Sign, Verify
from lightship.core.steering.records import Vote, vote_in, vote_out


def signed_vote_out(vote: Vote, page: str, by: str, sign: Sign) -> bytes:
    """`PAGE WITNESS VOTE`, and its signature in base64 on a line of its own."""
    text = f"{page} {by} {vote_out(vote)}"
    return f"{text}\n{base64.b64encode(sign(text.encode())).decode()}\n".encode()


def signed_vote_in(body: bytes, page: str, by: str, verify: Verify) -> Vote | None:
    """None for what this witness did not sign for this page."""
    text, _, signature = body.decode("utf-8", "replace").rstrip("\n").rpartition("\n")
    try:
        genuine = verify(text.encode(), base64.b64decode(signature, validate=True))
    except ValueError:
        return None
    start = f"{page} {by} "
    return vote_in(text.removeprefix(start)) if genuine and text.startswith(start) else None
