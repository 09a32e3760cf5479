"""Every question that the doctor asks, with what is at stake. docs/operate/doctor.md is the same list for people."""

from lightship.doctor.finding import Check, Say, Severity

CHECKS: dict[str, Check] = {}
_CRITICAL, _MAJOR, _MINOR = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR


def say(id: str) -> Say:
    return Say(CHECKS[id])


_TABLE: tuple[tuple[str, Severity, str, str, str], ...] = (
    # Hosts: is each one fit to be the only one left?
    ("hosts.count", _CRITICAL, "There are at least two hosts", "The page is gone with its only host.",
     "Add a host at another provider, in another network: docs/operate/hosts.md."),
    ("hosts.answer", _CRITICAL, "Each host answers at each of its addresses", "The name cannot be moved to this host.",
     "Start its web server, open its port, and let it answer to the page's name; or take the address out of lightship.toml."),
    ("hosts.tls", _MAJOR, "The page is read over HTTPS", "Anyone between reader and host can put words into the page.",
     "Give the host a certificate and write https:// in its url."),
    ("hosts.content", _CRITICAL, "Each host serves what was published", "Readers of this host are told something else.",
     "Run `lightship publish --host NAME --force`; if it happens again, change the host's credentials: somebody else writes there."),
    ("hosts.revision", _CRITICAL, "All hosts hold the same revision", "When the name moves here, readers go back in time.",
     "Look at the worker's log for this host; then run `lightship publish`."),
    ("hosts.pulse", _MAJOR, "The pulse on each host is fresh", "Its page turns to unknown, and witnesses take the name away from it.",
     "Start the worker: `lightship worker`."),
    ("hosts.ipv6", _MAJOR, "IPv6 is there on every host or on none", "Readers on IPv6 lose the page when the name moves.",
     "Make IPv6 work on each host, or name no IPv6 address at all."),
    ("hosts.compression", _MINOR, "Pages are sent compressed", "The page is several times larger for readers on bad networks.",
     "Switch on gzip_static, or the provider's compression: docs/operate/hosts.md."),
    ("hosts.caching", _MAJOR, "Browsers ask before they show a copy", "A browser's old copy answers for a dead host, and failover never starts.",
     "Send `Cache-Control: no-cache` with pages, and at most 30 seconds for JSON: docs/operate/hosts.md."),
    ("hosts.cors", _MAJOR, "Other hosts' pages may ask this one", "The open page cannot fetch newer state from this host.",
     "Send `Access-Control-Allow-Origin: *` with .json files: docs/operate/hosts.md."),
    ("hosts.hsts", _MINOR, "HSTS is the same on all hosts", "What a browser may do depends on which host it met last.",
     "Send the same Strict-Transport-Security header from all hosts, or from none."),
    ("hosts.alone", _CRITICAL, "The page needs nothing from anywhere else", "The page breaks, or hangs, with the other site.",
     "Publish again with this version; if the host or its CDN adds scripts, switch that off."),
    ("hosts.clock", _MINOR, "Clocks agree within a minute", "Ages on the page are wrong, and witnesses' keys are refused at 5 minutes.",
     "Run chrony or systemd-timesyncd on the machine that is off."),
    # Certificates: on every host, before it is needed.
    ("certificate.valid", _CRITICAL, "The certificate is valid for the name", "Browsers refuse the page at this host.",
     "Install a certificate for this name from a public authority: docs/operate/survive.md."),
    ("certificate.days", _CRITICAL, "The certificate lasts more than 21 days", "Browsers will refuse the page at this host.",
     "Renew it, and find out why it was not renewed by itself."),
    ("certificate.kind", _MINOR, "All hosts have the same kind of key", "Old clients that reach one host may not reach the next.",
     "Use the same kind of key (ECDSA P-256, say) for all hosts."),
    ("certificate.staple", _MAJOR, "No certificate demands stapled OCSP", "The page is refused when the authority's OCSP is down.",
     "Ask for a certificate without must-staple."),
    # The name: what stands between a reader and the host that lives.
    ("name.points", _CRITICAL, "The name points at one host", "Readers are led to where the page is not.",
     "See `lightship steer show`; then `lightship steer to HOST`."),
    ("name.servers", _MAJOR, "Every name server of the name answers", "With the others down, the name is gone.",
     "Start it, load the zone there, or take it out of the delegation."),
    ("name.ttl", _MAJOR, "The name's TTL is at most 60 seconds", "Readers stay with a dead host for as long as that.",
     "Set ttl = 30 in the page's zone in lightship.toml, and on the records as they are now."),
    ("name.negative", _MINOR, "Absence is believed for at most 60 seconds (SOA minimum)", "A name that was gone for a moment stays gone.",
     "Set the last number of the zone's SOA to 60 or less."),
    ("name.delegation", _MINOR, "The delegation is cached for an hour or more (NS TTL)", "Short name server outages reach readers.",
     "Set the TTL of the zone's NS records to 3600 or more."),
    ("name.chain", _MAJOR, "No CNAME before the name is cached for longer", "Readers stay with a dead host for as long as that.",
     "Lower the TTL of each CNAME on the way to 60, or do without them."),
    ("name.hints", _MAJOR, "No HTTPS or SVCB record carries addresses", "Browsers go where the hints say, whatever the address records say.",
     "Take ipv4hint, ipv6hint and ech out of the record, or remove it."),
    ("name.agree", _MAJOR, "All name servers say the same", "Some readers are led to the wrong host.",
     "Look at zone transfers and NOTIFY; on BIND set notify-delay 0."),
    ("name.spread", _MAJOR, "Name servers stand in two networks at least", "One network's outage takes the name away.",
     "Add a secondary at another provider."),
    ("name.independent", _CRITICAL, "Name servers' names lie outside what is watched", "When that domain is gone, so is the page's name.",
     "Use name servers that are named in another domain."),
    ("name.dnssec", _CRITICAL, "DNSSEC is whole and signed for 3 days more", "Validating resolvers, a third of all readers, see no page.",
     "Look at the signer; renew the signatures; make the parent's DS match a key."),
    ("name.caa", _MAJOR, "CAA lets each host's authority issue", "Renewal fails, and the page goes with the certificate.",
     "Add a CAA record for that authority, or take the records away."),
    ("name.resolvers", _MINOR, "Resolvers keep no longer than the TTL", "Readers behind this resolver follow later.",
     "Nothing of yours: know it. If it is your own resolver, look at its minimum TTL and serve-expired."),
    # The zone: can the name be moved at all?
    ("zone.configured", _MAJOR, "The name can be moved", "When its host dies, somebody must edit DNS by hand.",
     "Configure [pages.SLUG.zone]: docs/operate/survive.md."),
    ("zone.writes", _MAJOR, "A canary record can be written, and a wrong expectation is refused", "The name does not move.",
     "Look at the zone's key, its update policy, and whether its primary answers."),
    ("zone.compares", _MINOR, "The zone compares and sets at once", "Two witnesses that act in the same moment may both believe they won.",
     "Move the page's name to a zone with RFC 2136, Route 53, Google, Azure or Cloudflare, or have one witness write."),
    ("zone.floor", _MAJOR, "The zone can serve a TTL of 60 seconds or less", "Readers stay with a dead host for as long as that.",
     "Move the page's name to a provider without such a floor."),
    ("zone.scope", _MINOR, "The key can write nothing else in the zone", "Who steals a witness's key owns every name in the zone.",
     "Restrict the key to the page's name and what lies below it: docs/operate/survive.md."),
    ("zone.spreads", _MAJOR, "A change is at all name servers within 10 seconds", "Some readers stay with a dead host.",
     "Let the primary notify the secondaries; on BIND set notify-delay 0, on Knot zonefile-sync -1."),
    # The registry: can the name itself be lost?
    ("registry.expiry", _CRITICAL, "The domain is paid for 60 days more", "The name stops working, for everybody at once.",
     "Renew it, and switch on automatic renewal."),
    ("registry.locks", _MINOR, "The domain is locked against transfer and change", "Who gets into the registrar's account moves the name.",
     "Switch on the registrar's lock (clientTransferProhibited, clientUpdateProhibited)."),
    # Witnesses: who moves the name when nobody is awake?
    ("witnesses.count", _MAJOR, "Three witnesses look on", "Nobody moves the name at night, or one blind witness decides alone.",
     "Run `lightship witness` on three machines in three networks, and name them under [pages.SLUG.witnesses]."),
    ("witnesses.fresh", _MAJOR, "Each witness has voted lately", "Without a majority the name does not move.",
     "Start it there: `lightship witness`; look at its log, its clock and its way to the zone."),
    ("witnesses.lease", _MAJOR, "The lease can be read, and nothing is pinned", "Witnesses cannot take turns.",
     "See `lightship steer show`."),
    ("witnesses.spread", _MAJOR, "Witnesses stand in three networks, none of them a host's or the product's",
     "One network's outage blinds the majority.", "Move a witness to another provider."),
    # The vault and rehearsals: can it be put up again?
    ("vault.recipients", _CRITICAL, "Recovery keys are configured", "What is private is lost with the desk.",
     "Run `lightship init`: it makes a recovery key and prints it once."),
    ("vault.present", _CRITICAL, "Each host holds the whole vault", "Rebuilt from this host, the desk has no accounts and no subscribers.",
     "Start the worker; it copies the vault to every host."),
    ("vault.opens", _CRITICAL, "The recovery key opens the vault", "What is private is lost with the desk.",
     "Find the right key, or make a new one while the desk still lives."),
    ("drill.age", _MAJOR, "The worst day was rehearsed within 90 days", "What was never tried fails when it is needed.",
     "Run `lightship drill`."),
    # Shared fate: what goes down together?
    ("fate.address", _CRITICAL, "No address is shared", "One machine takes both down.", "Move the page to another machine."),
    ("fate.prefix", _CRITICAL, "No /24 or /48 is shared", "One rack, router or route takes both down.", "Move the page to another network."),
    ("fate.network", _CRITICAL, "No network (AS) is shared", "One network's outage or one routing mistake takes both down.",
     "Put a host at a provider that the product does not use."),
    ("fate.hosts", _CRITICAL, "Hosts stand in different networks", "One outage takes all hosts.",
     "Move one of them to another provider."),
    ("fate.cdn", _CRITICAL, "No content network is shared", "One bad day of that network takes both down.",
     "Serve at least one host without it."),
    ("fate.servers", _CRITICAL, "No name servers are shared", "When they fail, both names are gone.",
     "Delegate the page's name to name servers of another provider."),
    ("fate.servers-network", _MAJOR, "Name servers' networks are not the product's", "The product's network outage takes the page's name along.",
     "Add a name server outside the product's networks."),
    ("fate.domain", _MAJOR, "The page's domain is not the product's", "A lapse, a lock or a mistake in that domain takes both names.",
     "Use a domain of its own for the page."),
    ("fate.registrar", _MINOR, "The registrar is not the product's", "One account, or one court order, holds both names.",
     "Register the page's domain elsewhere, with another login."),
    ("fate.certificate", _MINOR, "No certificate is shared", "One revocation or one expiry takes both down.",
     "Give the page a certificate of its own."),
    ("fate.mail", _MAJOR, "Mail to staff and subscribers leaves by another network", "During the outage nobody is told.",
     "Relay through a provider that the product does not use."),
    ("fate.desk", _MAJOR, "The desk stands in another network than the product", "During the outage staff cannot sign in, and break-glass is all there is.",
     "Move the desk, or keep `lightship breakglass` ready on a laptop."),
)  # fmt: skip

CHECKS.update(
    (id, Check(id=id, severity=severity, title=title, breaks=breaks, remedy=remedy))
    for id, severity, title, breaks, remedy in _TABLE
)

GROUPS = {
    "hosts": "Hosts",
    "certificate": "Certificates",
    "name": "The name",
    "zone": "Moving the name",
    "registry": "The domain",
    "witnesses": "Witnesses",
    "vault": "The vault",
    "drill": "Rehearsals",
    "fate": "Shared fate",
}
