"""Text that can be read out on a telephone: no address, code, abbreviation or markup is left in it."""

import re
import unicodedata
from datetime import datetime
from functools import lru_cache

from lightship.core.kit.plain import MONTHS, SPACED, plain, zone

ADDRESS = "the address on our status page"
_SHORT = {
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "and so on",
    "approx.": "about",
    "ca.": "about",
    "incl.": "including",
    "excl.": "without",
    "vs.": "against",
    "resp.": "or",
    "w/o": "without",
    "w/": "with",
    "asap": "as soon as we can",
    "&": "and",
    "→": "to",
    "≥": "at least",
    "≤": "at most",
    "%": " percent",
    "ok": "okay",
}
_UNITS = {
    "ms": "milliseconds",
    "s": "seconds",
    "sec": "seconds",
    "min": "minutes",
    "mins": "minutes",
    "h": "hours",
    "hrs": "hours",
    "kb": "kilobytes",
    "mb": "megabytes",
    "gb": "gigabytes",
    "tb": "terabytes",
}
_ZONES = {
    "UTC": "universal time",
    "GMT": "universal time",
    "CET": "Central European time",
    "CEST": "Central European summer time",
    "BST": "British summer time",
    "EST": "Eastern time",
    "EDT": "Eastern time",
    "PST": "Pacific time",
    "PDT": "Pacific time",
}
# Letters that are said one by one though they have a vowel. Others in capitals are words that somebody shouts.
_SPELLED = """
    ACL API ASN AWS AZ CDE CEO CLI CPE CPU CTO ECC EDI ERP ETA EU FAQ GPU GUI IAM ID IDE IDP IMAP IO IOPS IOT IP IPS IPTV ISP IT
    LDAP LTE MFA NAS NAT OCR OIDC OS OTP PHP PKI POP QA RDP SLA SLO SSO UDP UI UK UPS URI URL US USA UX VAT VOIP VPC
"""
_LETTERS = frozenset(_SPELLED.split())
_WEB = re.compile(
    r"(?:\w{2,12}://|www\.)\S+|[^\s@]{1,64}@[\w.-]{1,190}|\b(?:[\w-]{1,63}\.){1,6}[a-z]{2,18}\b(?:[:/]\S*)?"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d{1,5})?\b|\b(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{1,4}\b|(?<!\S)/[\w.-]{1,60}/[\w./-]*"
)
_CODE = re.compile(
    r"\b(?:[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,8}|0x[0-9a-fA-F]+|(?=[a-f-]{0,40}\d)(?=[\d-]{0,40}[a-fA-F])[0-9a-fA-F-]{8,})\b"
)
_ABBREVIATION = re.compile("|".join(rf"(?<!\w){re.escape(short)}(?!\w)" for short in _SHORT), re.IGNORECASE)
_AMOUNT = re.compile(rf"(?<=\d)\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b", re.IGNORECASE)
_ZONE = re.compile(rf"(?<=\d\d)\s?({'|'.join(_ZONES)})\b")
_CAPITALS = re.compile(r"\b([A-Z]{2,6})(s?)\b")
_DIGIT, _NUMBER = re.compile(r"\d"), re.compile(r"\S*\d\S*")
_HYPHEN, _DENSE = re.compile(r"(?<=[^\s-])-(?=[^\s-])"), re.compile("[\u2e80-\U0010ffff]+")
_REST = (
    (re.compile(r"\bv(?:er)?\.?\s?(?=\d)", re.IGNORECASE), "version "),
    (re.compile(r"(?<!\d)[~≈](?=\d)"), "about "),
    (re.compile(r"#(?=\d)"), "number "),
    (re.compile(r"(?<!\S)\.(?=\w)"), "dot "),
    (re.compile(r"(?<=[A-Za-z])[-_]?0*(?=\d)|(?<=\d)[-_](?=[A-Za-z])|_"), " "),
    (re.compile(r"(?<=\w)\s?/\s?(?=\w)"), " or "),
    (re.compile(r"(?<=\w)-(?=[A-Za-z]+ \d)"), " "),
    (re.compile(r"\s[–—-]+\s"), ", "),
    (re.compile(r"(?<=\w)::?(?=[A-Za-z])|[|{}\[\]<>=\\^+@#*]"), " "),
)


@lru_cache(maxsize=1024)
def speakable(source: str) -> str:
    """As somebody would say it."""
    text = _WEB.sub(_address, _ABBREVIATION.sub(lambda match: _SHORT[match[0].lower()], plain(source)))
    text = _CODE.sub("a code", text)
    text = _ZONE.sub(lambda match: f" {_ZONES[match[1]]}", text)
    text = _AMOUNT.sub(lambda match: f" {_UNITS[match[1].lower()]}", text)
    for pattern, replacement in _REST:
        text = pattern.sub(replacement, text)
    text = _CAPITALS.sub(_spelled, text)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("So", "Sk", "Cf", "Co", "Cn"))
    return SPACED.sub("", " ".join(text.split()))


def _address(match: re.Match[str]) -> str:
    rest = match[0].rstrip(".,;:!?)")
    return ADDRESS + match[0][len(rest) :]


def _spelled(match: re.Match[str]) -> str:
    letters = match[1]
    if letters not in _LETTERS and re.search("[AEIOUY]", letters):
        return match[0]
    return " ".join(letters) + match[2]


def weight(text: str) -> int:
    """How many words it is to a speaker: a number has one for each digit, and two letters without spaces between words (as in
    Chinese) are one."""
    digits = len(_DIGIT.findall(text)) - len(_NUMBER.findall(text))
    dense = sum(len(run) // 2 for run in _DENSE.findall(text))
    return len(text.split()) + digits + len(_HYPHEN.findall(text)) + dense


def spoken_time(at: datetime, now: datetime, zone_name: str) -> str:
    """`half past three in the afternoon, Vienna time`, with the day where it is another one."""
    local, called = zone(zone_name)
    there = at.astimezone(local)
    day = f" on {there.day} {MONTHS[there.month - 1]}" if there.date() != now.astimezone(local).date() else ""
    return f"{_hour(there.hour, there.minute)}{day}, {called or 'universal time'}"


_NUMBERS = """
    twelve one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen
"""
_ONES = _NUMBERS.split()


def _hour(hour: int, minute: int) -> str:
    if minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    part = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
    this, after = _ONES[hour % 12], _ONES[(hour + 1) % 12]
    if minute == 45:  # a quarter to noon is still in the morning
        return f"a quarter to {after} {part}"
    quarters = {0: this, 15: f"a quarter past {this}", 30: f"half past {this}"}
    return f"{quarters.get(minute) or f'{this} {_minutes(minute)}'} {part}"


def _minutes(minute: int) -> str:
    if minute < 10:
        return f"oh {_ONES[minute]}"
    if minute < 20:
        return _ONES[minute]
    tens = ("twenty", "thirty", "forty", "fifty")[minute // 10 - 2]
    return f"{tens}-{_ONES[minute % 10]}" if minute % 10 else tens
