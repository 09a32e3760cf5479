"""What Alice wrote on ten bad days at a fictional provider: (name, component numbers, status, facts, five updates)."""

from typing import NamedTuple

from lightship.core.model import ComponentStatus as S
from lightship.core.model import Status as T


class Tale(NamedTuple):
    name: str
    touches: tuple[int, ...]
    state: S
    symptom: str
    scope: str
    doing: str
    workaround: str
    said: tuple[tuple[T, str], ...]


TALES = (
    Tale(
        "Webmail is down for customers on the Graz servers",
        (0, 3),
        S.MAJOR,
        "Signing in to webmail ends with error 503. No mail is lost: it waits in the queue and will be delivered.",
        "About 6,200 mailboxes on mail-07 to mail-18",
        "Moving the twelve affected servers to spare hardware; four are done.",
        "Any mail program still works: [how to set one up](https://help.harbour.example/imap).",
        (
            (T.INVESTIGATING, "Webmail sign-in fails for some customers since 13:41. Two engineers are looking at it."),
            (T.INVESTIGATING, "Only servers in Graz are affected. Phones and desktop programs can read and send mail."),
            (T.IDENTIFIED, "A storage controller in Graz has failed. **Mail-07 to mail-18** are affected, all others work."),
            (
                T.IDENTIFIED,
                "The replacement controller did not take over as it should. We move the servers to other hardware instead.",
            ),
            (T.IDENTIFIED, "Four of twelve servers have moved and answer normally. Each of the others takes about 20 minutes."),
        ),
    ),
    Tale(
        "New domains take hours to become reachable",
        (12,),
        S.DEGRADED,
        "Domains registered since this morning do not resolve yet. Existing domains are not touched.",
        "412 new .at and .eu domains",
        "Working through the backlog at 90 zones a minute.",
        "",
        (
            (T.INVESTIGATING, "Several customers report that domains bought today do not resolve."),
            (T.INVESTIGATING, "Orders arrive at the registries, but our name servers do not load the zones."),
            (T.IDENTIFIED, "One malformed record stopped the nightly import at 04:12, and nothing after it was loaded."),
            (T.IDENTIFIED, "The record is taken out and the import runs again, oldest order first."),
            (T.MONITORING, "Half the backlog is through. Your domain will answer without any action on your side."),
        ),
    ),
    Tale(
        "Some backups of last night are missing",
        (24, 25),
        S.PARTIAL,
        "The nightly copy of 3 % of web space did not finish. Older copies can be restored as always.",
        "Web space on cluster B, night of 21 to 22 November",
        "Taking the missing copies now, with lower priority than visitors.",
        "If you plan a risky change today, make a copy yourself first: Panel, Backups, *Copy now*.",
        (
            (T.INVESTIGATING, "Our morning check found that 311 backup jobs have no result."),
            (T.IDENTIFIED, "The backup store reached its quota at 02:50. Jobs after that were turned away."),
            (T.IDENTIFIED, "The quota is raised. The missing jobs are queued behind today's regular ones."),
            (T.IDENTIFIED, "140 of 311 copies are made. No disk is lost and no restore was refused."),
            (T.MONITORING, "260 of 311 copies are made; the last ones are large and will need until the evening."),
        ),
    ),
    Tale(
        "Card payments are declined in the shop",
        (28,),
        S.PARTIAL,
        "Paying by card ends with “declined by bank”. Bank transfer and direct debit work.",
        "All cards of one network, since an update at the payment provider",
        "The provider is rolling its update back.",
        "Pay by bank transfer; services are not suspended meanwhile.",
        (
            (T.INVESTIGATING, "Declined payments rose from 2 % to 41 % within ten minutes."),
            (T.INVESTIGATING, "We see it with one card network only and have called the provider."),
            (T.IDENTIFIED, "The provider confirms: a certificate was exchanged too early."),
            (T.IDENTIFIED, "They return to the old certificate, region by region. Ours is third in line."),
            (T.IDENTIFIED, "No service will be suspended for late payment before Friday."),
        ),
    ),
    Tale(
        "Control panel answers slowly",
        (18,),
        S.DEGRADED,
        "Pages of the panel take 8 to 20 seconds. Websites and mail are not affected.",
        "Everyone who signs in to the panel",
        "Adding two more database replicas.",
        "The API answers at normal speed and can do everything the panel does.",
        (
            (T.INVESTIGATING, "The panel is slow since about 11:00, and we do not know why yet."),
            (T.INVESTIGATING, "A report that counts all files of a customer runs a hundred times more often than usual."),
            (T.IDENTIFIED, "A script of one reseller asks for that report every second. We have asked them to stop."),
            (T.IDENTIFIED, "The report is now limited to one a minute for each account."),
            (T.MONITORING, "Median time to answer went from 14 to 3 seconds; 1 second is normal."),
        ),
    ),
    Tale(
        "Virtual servers in Linz lose packets",
        (8, 9),
        S.PARTIAL,
        "Between 5 and 15 % of packets to and from Linz are lost. Connections are slow, some break off.",
        "IPv4 and IPv6 through the northern uplink",
        "Taking the northern uplink out of service, prefix by prefix.",
        "",
        (
            (T.INVESTIGATING, "Monitoring in three cities sees packet loss towards Linz."),
            (T.IDENTIFIED, "A line card in our northern router reports checksum errors."),
            (T.IDENTIFIED, "Traffic for a third of the prefixes now goes south, and these show no more loss."),
            (T.IDENTIFIED, "The southern uplink is at 70 %. We move the rest after the evening peak is clear."),
            (T.IDENTIFIED, "A technician with a new card is on the way from Vienna, two hours by train."),
        ),
    ),
    Tale(
        "Text messages for two-step sign-in arrive late",
        (20,),
        S.DEGRADED,
        "Codes by text message take up to ten minutes, and have then often expired.",
        "Numbers of one Austrian network",
        "Sending through a second carrier.",
        "Use an authenticator app or one of your printed codes.",
        (
            (T.INVESTIGATING, "Support hears of codes that come too late, all on one network."),
            (T.IDENTIFIED, "Our carrier has a queue of 20,000 messages after maintenance on their side."),
            (T.IDENTIFIED, "Codes are now valid for 15 minutes instead of five."),
            (T.IDENTIFIED, "The second carrier accepts our traffic; first tests arrive within four seconds."),
            (T.MONITORING, "All codes go through the second carrier since 13:20."),
        ),
    ),
    Tale(
        "Statistics of websites stop at midnight",
        (19,),
        S.DEGRADED,
        "Visitor numbers in the panel end at 00:00. Log files are complete.",
        "All websites",
        "Counting the logs of today again.",
        "",
        (
            (T.INVESTIGATING, "No visits are shown for today on any website."),
            (T.IDENTIFIED, "The counting job met a date it could not read and gave up quietly."),
            (T.IDENTIFIED, "The job is repaired and has a test for that date."),
            (T.IDENTIFIED, "Numbers until 06:00 are there again."),
            (T.MONITORING, "Numbers until 12:00 are there; the rest follows within the hour."),
        ),
    ),
    Tale(
        "Outgoing mail is delayed to one large provider",
        (2,),
        S.DEGRADED,
        "Mail to addresses at Blaupost arrives 30 to 90 minutes late. It is not returned and not lost.",
        "Messages to blaupost.example only",
        "Talking with their postmaster, sending slower meanwhile.",
        "For urgent messages use another address of the recipient.",
        (
            (T.INVESTIGATING, "Messages to Blaupost are answered with “try again later”."),
            (T.IDENTIFIED, "One hacked website sent 40,000 messages there. It is closed, its queue is deleted."),
            (T.IDENTIFIED, "Their limit for our addresses is still in force; we have asked to lift it."),
            (T.IDENTIFIED, "The postmaster answered and checks our logs."),
            (T.IDENTIFIED, "The limit was doubled. The queue shrinks by 300 messages a minute."),
        ),
    ),
    Tale(
        "Object storage refuses uploads over 100 MB",
        (26,),
        S.PARTIAL,
        "Uploads of large files end with 413 after the last byte. Reading and small files work.",
        "Bucket gateway in Vienna",
        "Replacing the gateways one after another with last week's version.",
        "Upload in parts: most clients do so with a part size of 64 MB.",
        (
            (T.INVESTIGATING, "Two customers report refused uploads; we can reproduce it."),
            (T.IDENTIFIED, "Since today's release one gateway reads its limit in kilobytes where bytes are meant."),
            (T.IDENTIFIED, "We return to the version of last week. First gateway done."),
            (T.IDENTIFIED, "Three of eight gateways are done; try again and you may be lucky."),
            (T.IDENTIFIED, "Five of eight gateways are done. The rest follows in half an hour."),
        ),
    ),
)

# name, component, worst, minutes, days ago, cause
PAST = (
    ("Database server db-14 restarted", 10, S.MAJOR, 11, 1, "A kernel fault; the host was replaced the same evening."),
    ("Spam filter too strict", 4, S.DEGRADED, 190, 3, "A rule update counted every link to a map as spam."),
    ("FTP refused passwords with umlauts", 7, S.PARTIAL, 75, 5, "A library update changed the default encoding."),
    ("Panel showed old invoices", 27, S.DEGRADED, 42, 8, "A cache kept pages for a day instead of a minute."),
    ("Vienna data centre on generator", 8, S.DEGRADED, 128, 10, "Power failed in the whole district; no server went down."),
    ("Certificates renewed late", 14, S.PARTIAL, 260, 13, "The renewal job waited for a lock that nobody held."),
)

GROUPS = ("Mail", "Web hosting", "Domains", "Panel and sign-in", "Storage and billing")
NAMES = (
    ("Webmail", "IMAP and POP", "Outgoing mail", "Incoming mail", "Spam filter", "Mailing lists"),
    ("Web servers", "FTP and SSH", "Virtual servers", "Network in Linz", "Databases", "PHP workers"),
    ("Registration", "Name servers", "Certificates", "Redirects", "Transfers", "Zone editor"),
    ("Control panel", "Statistics", "Two-step sign-in", "Single sign-on", "API", "Support desk"),
    ("Backups", "Restores", "Object storage", "Invoices", "Card payments", "Orders"),
)
