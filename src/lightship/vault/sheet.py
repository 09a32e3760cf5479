"""The recovery sheet: one printed page with all that a person needs to bring the desk back."""

import io
from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import segno

from lightship import __version__
from lightship.config import Config, HostConfig, PageConfig
from lightship.config.files import write_new
from lightship.signing import verify_key
from lightship.vault import BELOW, SECRET, key_in, vault_place

SHEET = "recovery-sheet.html"

STYLE = """
@page { size: A4; margin: 10mm 14mm }
* { box-sizing: border-box }
body { font: 9.5pt/1.3 system-ui, "Liberation Sans", Arial, sans-serif; color: #000; background: #fff;
  max-width: 182mm; margin: 0 auto }
h1 { font-size: 18pt; line-height: 1.1; margin: 0 0 1mm } h2 { font-size: 11pt; margin: 3.5mm 0 1mm }
p { margin: 0 0 1.5mm } ol { margin: 0; padding-left: 6mm } li { margin-bottom: 1mm }
code { font: 8.5pt/1.35 "Liberation Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
pre { margin: .8mm 0; padding: 1mm 2mm; background: #eee; white-space: pre-wrap; print-color-adjust: exact }
.key { display: flex; gap: 6mm; align-items: center; border: 2pt solid #000; padding: 3mm; break-inside: avoid }
.key code { font-size: 13pt; font-weight: bold; line-height: 1.6; word-spacing: .3em }
.key svg { flex: none; width: 34mm; height: 34mm }
table { border-collapse: collapse; width: 100% }
th, td { border: .5pt solid #000; padding: .8mm 1.5mm; text-align: left; vertical-align: top }
th { font-size: 8.5pt } td.blank { width: 30% } .line { border-bottom: .5pt solid #000; display: inline-block; min-width: 75mm }
.small { font-size: 8.5pt } li, tr { break-inside: avoid }
"""


def place_of(config: Config, host: HostConfig) -> str:
    """Where the host's copy of the vault lies; empty where there is none."""
    return f"{host.url}/{BELOW}" if config.vault.public else str(vault_place(config, host) or "")


def hand_over(key: str, config: Config, folder: Path, now: datetime) -> str:
    """Write the sheet with the new key. Returns the text that shows the key, this once."""
    file = folder / SHEET
    file.unlink(missing_ok=True)  # an old sheet: its key was never used, or has just been replaced
    write_new(file, sheet(config, key, now))
    code = io.StringIO()
    segno.make(key, error="m").terminal(code, compact=True, border=2)
    return (
        f"\n{code.getvalue()}\n  {grouped(key)}\n\n"
        "This is the recovery key. It is shown once and kept nowhere: with it and any host's copy of the vault, everything\n"
        f"private comes back. Print {file}, keep it off this machine, and delete the file.\n"
    )


def command(url: str, place: str) -> str:
    """What comes back from that host and the copy of the vault at `place`."""
    option = f" --vault {place}" if place and not place.startswith(url) else ""
    return f"lightship restore {url} --key recovery.txt{option}"


def grouped(key: str) -> str:
    """The key in groups of letters, as a person types it. Spaces and case do not count."""
    head, letters = key[: len(SECRET)], key[len(SECRET) :]
    return " ".join([head, *(letters[at : at + 6] for at in range(0, len(letters), 6))])


def sheet(config: Config, key: str, now: datetime) -> str:
    """The sheet as HTML that prints on A4. `key` empty: a sheet for a person who has the key on another one."""
    recovery = str(key_in(key).to_public()) if key else ", ".join(config.vault.recovery)
    pages = config.pages.values()
    places = [(host, place_of(config, host)) for page in pages for host in page.hosts]
    places.sort(key=lambda pair: pair[1].startswith("/"))  # folders last: they help only a person at their machine
    names = ", ".join(urlsplit(page.url).netloc for page in pages)
    run = (f"<pre><code>{escape(command(host.url, place))}</code></pre>" for host, place in places)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Recovery sheet: {escape(names)}</title><style>{STYLE}</style>
<h1>Recovery sheet: {escape(names)}</h1>
<p>For the day on which the desk is gone: the machine on which staff write what the status page says. The page itself still
stands, on the hosts below. With this sheet you can write on it again, within minutes.</p>
{_key(key, recovery)}
<h2>Do this</h2>
<ol>
<li>Take any machine with Linux, Python 3.11 or newer and the Internet. Make an empty folder and go there.</li>
<li>Install Lightship {__version__} or newer, from our copy of it: <span class="line">&nbsp;</span></li>
<li>Put the key above into a file <code>recovery.txt</code>:
scan the code with a phone, or type it. Spaces and case do not count.</li>
<li>Run this; if it fails, the next. One is enough.{"".join(run)}</li>
<li>Run <code>lightship up</code>. It prints a link: open it, post. Hosts take it from there.</li>
</ol>
<p>A host asks for a password? Its login is in the table. For <code>s3://</code> first set <code>AWS_ACCESS_KEY_ID</code>,
<code>AWS_SECRET_ACCESS_KEY</code> and, unless it is AWS, <code>AWS_ENDPOINT_URL</code>. A vault can also be copied here by any
program, or carried on a disk: then say <code>--vault FOLDER</code>. <b>No key, or no vault?</b> Leave out
<code>--key</code> and <code>--vault</code>: all that is public comes back, accounts do not. <b>Only in a hurry to say one
thing?</b> <code>lightship breakglass</code> needs no desk.</p>
<h2>Where everything lies</h2>
<table><tr><th>host<th>its copy of the vault<th>who pays, where the login is (by pen)</tr>
{"".join(_row(host, place) for host, place in places)}</table>
<h2>Check that it is ours</h2>
{"".join(_identity(page) for page in pages)}
<h2>Once it runs again</h2>
<ol class="small">
<li>Point <code>desk.url</code> in <code>lightship.toml</code> to the new machine; tell staff. Their old passwords hold.</li>
<li>Was the old machine stolen or broken into? Change every host's login, then run
<code>lightship recovery new</code>; make new page keys.</li>
<li>Never start the old desk again. Hosts refuse it, but people do not.</li>
<li>Print a new sheet when hosts or names change: <code>lightship recovery --sheet FILE</code>.</li>
</ol>
<p class="small">Printed {now:%Y-%m-%d}. Opens what is encrypted to <code>{escape(recovery)}</code>. Keep it like
cash: two places, neither of them the desk's machine. Who has it and a copy of the vault can read everything private.</p>
"""


def _key(key: str, recovery: str) -> str:
    if not key:
        where = "The key is on another sheet, whose last lines name"
        return f'<div class="key"><p>{where}<br><code>{escape(recovery)}</code></p></div>'
    code = segno.make(key, error="m").svg_inline(scale=4, border=1, omitsize=True)
    return f'<div class="key">{code}<div><p><b>The recovery key</b></p><code>{escape(grouped(key))}</code></div></div>'


def _row(host: HostConfig, place: str) -> str:
    copy = f"<code>{escape(place)}</code>" if place else "none"
    return f'<tr><td>{escape(host.name)}<br>{escape(host.url)}<td>{copy}<td class="blank"></tr>'


def _identity(page: PageConfig) -> str:
    name, key = urlsplit(page.url).netloc, verify_key(page).text
    return f"<p>{escape(name)}, {escape(page.url)}: public key <code>{escape(key)}</code></p>"
