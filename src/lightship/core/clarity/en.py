"""The words of English updates, by class. How a class is used: docs/extend/languages.md."""

from lightship.core.clarity.pack import Pack

_FORMS = """
    begin began begun, break broke broken, send sent, see saw seen, lose lost, find found, take took taken, bring brought,
    give gave given, rebuild rebuilt rebuilding, come came, go went gone, freez froze frozen, hang hung, fall fell fallen
"""
_ODD = {form: forms.split()[0] for forms in _FORMS.split(",") for form in forms.split()[1:]}


def stem(word: str) -> str:
    """One form for the inflections of a word; it need not be a word itself."""
    if word in _ODD:
        word = _ODD[word]
    word = "re" + word[3:] if word.startswith("re-") else word
    if word == "news" or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ied", "ed"):
        short = word[: -len(ending)]
        if word.endswith(ending) and len(short) > 2 and not short.endswith("e") and any(letter in "aeiouy" for letter in short):
            word = short + ("y" if ending == "ied" else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


PHRASES = {
    "am or pm": "am, pm, a.m, p.m, o'clock, noon, midnight, hrs",
    "unit": "second, minute, min, hour, hr, day, week, business|working day",
    "one": """an, another, one, two, three, four, five, six, seven, eight, nine, ten, twelve, fifteen, twenty, thirty, forty,
        forty-five, sixty, ninety, half an, a further, a couple of, few, =next""",
    "month": """january, february, march, april, may, june, july, august, september, october, november, december, jan, feb,
        mar, apr, jul, aug, sep, sept, oct, nov, dec""",
    "weekday": """monday, tuesday, wednesday, thursday, friday, saturday, sunday, today, tonight, yesterday, tomorrow, this
        morning|afternoon|evening, last night, noon, midnight""",
    "zone": """utc, gmt, z, bst, cet, cest, est, edt, pst, pdt, mst, mdt, cst, cdt, et, pt, ct, mt, ist, jst, aest, aedt,
        sgt, us / pacific|eastern|central, pacific|eastern|central|mountain|local|our time, central european time,
        pacific, eastern""",
    "begin": """since, begin, start, commence, onset, from around|approximately, first notice|see|report|observe|
        detected, as early as, time off, out since, start time, starting|occurred at""",
    "end": """resolve, restore, recover, mitigate, fix, until, fully operational, back online|up, back|return to normal, as
        of, closed, stabilize, stabilise, =completed, concluded, is|was over, lasting, normal operation, come back, subside,
        cleared, time on, =ended, end at""",
    "ago": "ago",
    "range": "between, from",
    "past harm": """experience, affect, impact, observe, encounter, suffer, go down, become, see, could, notice, detect,
        lose, damage, cut, hit, strike, break, cause, stop, start to, drop, report, migrate, upgrade, deploy ~ release|
        version|change|update|configuration, pause, suspend, release, roll out""",
    "remedy": """roll back, rollback, revert, restart, reboot, reroute, redirect, fail over, replace, restore, undo, reset,
        fix, mitigate, hotfix, repair, resolve, disable, fully deployed""",
    "in": "in, within, every, next, about, approximately, around, in about",
    "by": "by, at, before, no later than",
    "update": """update, report back, status report, more|further|additional|next|new information|detail|news|report|
        message|post|status|word|notice|bulletin|announcement, bulletin""",
    "promise": "will, shall, going to, next, expect, plan, aim, to follow",
    "tell": """provide, share, post, give, send, issue, publish, communicate, follow, update, come, report, be, have, bring,
        keep, return, tell, say, get, announce""",
    "inform": """keep ~ update|posted|informed, report back, in touch, stay tuned, let ~ know, update ~ as, will update,
        will be update, update to follow, updates to come, more to come|follow, get|come back to you, share|tell|say|
        know more, tell you more, share ~ more, be back with""",
    "soon": """shortly, soon, as soon as, as quickly as, momentarily, when we know more, as we learn, once we have, as it
        becomes, as they become, as needed, when|once available, in due course, in the near future, periodically, later,
        asap""",
    "no update": """no further update, no more update, for further update|information, for more update|information|
        details, for update, view|see|refer|check|subscribe ~ update""",
    "estimate": """expect, eta, etr, estimate, anticipate, supposed|scheduled|hope to, should take, will take|last, take
        another, take|last up to, to last, aim|hope|plan to have, at the latest, =projected, target|finish|back ~ by,
        remaining ~ to take, be ~ finished|completed, be back ~ by|within, =last until, should|will be ... by|within,
        maximum""",
    "symptom": """error, fail, failure, fault, slow, slowness, slower, =slowly, sluggish, delay, latency, timeout, time|is|
        are|was|were|still out, unavailable, unavailability, unreachable, inaccessible, unable|inability|redirect|
        forced to, can|could not, cannot, unresponsive, drop, packet|connection|data loss, crash, freez, hang, stuck,
        missing, incorrect, incorrectly, wrong, wrongly, duplicate, stale, outdated, out of date|service|order, offline,
        interrupt, intermittently, congestion, lose, disconnect, reject, decline, blank|white|black|empty page|screen,
        logged|kick|cut out|off|from, kick ~ out, spin, long wait|queue|queues|delays, longer than, wait time, take
        longer|several|minutes|hours, bounce, decreased availability, flicker, high|increased number of, malfunction,
        deny, unusable, refuse, overcharge, charge twice, unstable, throttle, power|complete|full|total|unexpected
        outage, corrupt, not work|load|display|appear|show|receive|respond|open|start|complete|sync|process|
        deliver|update|reach|connect|arrive|return|function|see|render|save|send|print|play|register|run|
        actually|possible, not able|possible to, not be able to, not be ~ running, not be|been|being ~ deliver|process|
        update|sent|save|show|receive|create|charge, no power|internet|access|sound|picture|water|signal|
        response|data|heating|result|results|dial|hot, no mobile|phone|data|network|cell signal|coverage|service|
        reception, without power|water|internet|service|electricity|heating, is|are|was|were|been|being|go|went|
        currently down, =queued, =queueing, queue|backed up, held in, in the|a queue, return no|nothing|empty|an, return
        ~ error, arrive|come late, never arrive, stop after|work|respond|load|update|sync|play|send|receive, loss of
        power|water|service|signal|connectivity|data|heating, error|code|status|http 500|502|503|504|404|429,
        500|502|503|504|404|429 response|error, =broken, broke, keep ~ load, certificate|security warning, warning, in
        error, =down for, =looping, blackout, lag, late, no ~ network|signal|connection, running ~ behind, behind schedule,
        read-only, read only, high ping, maintenance|error page, twice, no longer work|appear|show|available|visible,
        prevent ~ from, slowdown, =dead, silent, takes forever""",
    "no symptom": """fail over, failover, power failure, error budget|correction, =slowly restoring, mount ~ rollout, delay
        fuse, slow recovery|rollout|ramp""",
    "weak symptom": """issue, problem, incident, degradation, degraded, disruption, impact, trouble, difficulty, instability,
        anomaly, irregularity, situation, event, outage, interruption""",
    "touch": """issue|problem|trouble|difficulty with|in|on, issue|problem|trouble access|load|log, outage|
        disruption|degradation|availability|performance|functionality|loss of|in|on|to|for, outage|error|failure
        affect, latency|delay|error|failure|timeout|slowness|rates in|on|for|with|to|of|when|while|across,
        error rate|rates for|in|on|with, access|accessibility|functionality to|of, available for, unable|inability|
        ability|attempt|try|fail to, can|could not, cannot, not able to, experience with, missing in|from, =affecting,
        =impacting, that|which|has|have|also affected|impacted, =interrupting, =disrupting""",
    "people": """user, customer, client, people, member, merchant, student, staff, player, tenant, account, visitor, reader,
        employee, household, home, resident, passenger, partner, shop, store owner, organization, company, caller, everyone,
        workspace, project, team, driver, developer, business, school, bill payer, subscriber, organisation, admin""",
    "thing": """request, transaction, call, message, order, job, instance, node, server, site, line, device, payment,
        workflow, host, database, volume, connection, query, region, store, branch, office, machine, pod, cluster, session,
        room, cell, mast, address, location, meter, repository, build, pipeline, file, document, endpoint, domain, mailbox,
        email, ticket, invoice, record, link, traffic, base, terminal, atm, workload, upload, download, event, function,
        game, sign-in, login, attempt, api call, customer base, feature""",
    "generic": """service, system, platform, product, infrastructure, network, application, app, server, connection,
        connectivity, issue, problem, incident, outage, user, customer, client, everyone, thing, functionality, feature,
        access, accessibility, performance, availability, uptime, operation, our, the, a, an, this, that, these, those,
        their, your, its, it, you, us, them, some, several, multiple, many, certain, various, few, number, subset, small,
        large, all, any, other, more, affected, impacted, of, to, for, with, in, on, from, at, as, by, and, or, via, is, are,
        was, were, be, been, being, has, have, had, restore, resolve, investigate, identify, find, determine, work, fix,
        repair, continue, confirm, provide, reach, use, using, make, get, see, attempt, try, do, perform, start, restoration,
        situation, cause, root, reproduce, contact, we, they, who, which, normal, time, company, team, engineer, area,
        people, account, experience, both, available, fully, full, not, up, down, part, portion, percentage, site, cloud,
        hosting, component, environment, currently, now, still, also, may, might, can, will, tool, solution, only, further,
        additional, error, rate, elevated, increased, failure, latency, higher, high, api, apis, ongoing, completely, wide,
        range, group, region, related, entire, whole, most, majority, every, intended, understand, ensure, prevent, process,
        monitor, mitigate, isolate, diagnose, look, update, keep, bring, come, take, give, please, because, due, possible,
        different, new, current, recent, upstream, provider, supplier, internal, external, underlying, degraded, data,
        towards, through, during, deployed, report, damage, about, approximately, request, response, call, location, reason,
        respond, =seeing, believe, receive, return, together, closely, one, notify, solved""",
    "pronoun": "we, they, there, you, it, i, he, this, will, is, are, was, were, has, have, had, may, might, and we, your, us",
    "vague number": """some, certain, subset, small number|percentage|group, few, several, multiple, many, various, limited
        number, number|portion of""",
    "exact number": """all, every, only, majority, none|half|most of, entire, whole, exclusively, everyone, most, each,
        solely, one third, two thirds, no customer|one""",
    "common": "the, and, is, are, we, our, with, for, this, of, to, that, have, has, be, at, from, will, not, =been, it",
    "hit": "affected, impacted",
    "unaffected": """unaffected, unimpacted, not|only affect|impact, not be|been affect|impact, no impact|effect to|on|
        for, remain available|operational|unaffected|stable, limited|isolated|confined|restricted|specific to, affect|
        impact only, exclusively on, still available, continue to operate|function|work normally|as, =works normally,
        everything else ~ work""",
    "region": """region, availability zone, zone, data center|centre, datacenter, datacentre, facility, campus, county,
        district, city, street, neighbourhood, coast, substation, geographic area, locations, avenue, road, terminal,
        building, residence, park, island, area, ward""",
    "place": """europe, asia, africa, america, north|south|latin america, eu, uk, usa, us west|east, west|east coast,
        united states|kingdom, germany, france, austria, switzerland, spain, portugal, italy, poland, netherlands, ireland,
        canada, india, china, japan, singapore, australia, new zealand|york, hong kong, korea, london, frankfurt, paris,
        amsterdam, dublin, tokyo, sydney, virginia, ohio, texas, california, vienna, berlin, eastern|western us, on-campus,
        off-campus, worldwide, globally, nationwide, hwy, north|south|east|west of, north|south|east|west|northern|
        southern|eastern|western campus|region|side|wing, emea, apac, european, american, asian, nordics""",
    "platform": """ios, android, iphone, ipad, windows, macos, mac os, linux, chrome, firefox, safari, edge browser,
        playstation, ps5, ps4, xbox, nintendo switch, steam, prepaid, postpaid, ipv6, ipv4, on mobile, visa, mastercard,
        amex, outlook users""",
    "plan": """free, pro, enterprise, premium, paid, business, team, basic, trial, standard, gold, self-hosted, dedicated,
        legacy, shared hosting, fibre, fiber, dsl, cable, residential, commercial, retail, corporate, first-year, new""",
    "plan noun": "usage, tier, plan",
    "segment": """who use|have|pay, who|that are on, that use, run|host on, on the|plan, located|based|hosted in, who
        sign up, whose, connect to, connected via, using the, served by|from, export|fed from, who log in, with a|an""",
    "product": """login, log in|into|ingestion|delivery|export|search, sign-in, sign in|up, sign-up, signup,
        authentication, registration, account creation, checkout, payment, billing, invoice, receipt, refund, subscription,
        cart, webhook, upload, download, email, e-mail, mail, mailbox, inbox, calendar, chat, messaging, notification, sms,
        voice|phone|outgoing|incoming|outbound|inbound|emergency call, call center|centre, callcenter, callcentre,
        voicemail, dashboard, website, web site|page|interface|ui|app|store|server, homepage, portal, console, admin|
        control panel, search, video, streaming, playback, livestream, file storage|sharing|transfer, export, import, dns,
        domain, cdn, certificate, ssl, vpn, wifi, wi-fi, wireless, internet, broadband, landline, mobile data|network|
        signal|service|app|banking, data service|center|centre|export|import, datacenter, roaming, electricity, power,
        water, gas supply, heating, atm, card payment, online banking|store, direct debit|message, bank|wire transfer,
        transfer, debit|credit|gift card, matchmaking, in-game, lobby, leaderboard, lecture, library, course|store page,
        timetable, ticketing, reservation, check-in, delivery, shipping, sync, replication, build, deployment, pipeline, ci,
        pull request, merge, repository, git operation, clone, registry, database, monitoring data, api key|action|traffic|
        gateway, rest api, graphql, virtual machine, block|object storage, bucket, kubernetes, desktop|android|ios|iphone
        app, conversation, image generation, completion, workflow, profile, attachment, editor, storefront, catalog, shop,
        plugin, widget, integration, sso, single sign-on, two-factor, 2fa, one-time code, password reset, verification code|
        link, television, tv, fixed|phone|fibre|fiber line, fixed-line, meter reading, top-up, top up, balance, game,
        friend|reading list, recording, publishing, authoring, preview, media delivery, page load, job status, hosting
        server, =orders, order page|history|processing|entry, =maps, map tiles|view, =forms, =models, =exams, exam
        registration, =printing, =trains, =feeds, =jobs, =snapshots, =instances, =comments, =containers, =packages, =metrics,
        =alerts, =volumes, =nodes, =logs, contact form, load balancers, app store, telephone, telephony, user interface,
        cloud function, geocoding, =backups, backup job, scheduled report, booking, meeting""",
    "ignore name": """engineering, support, staff, investigating, identified, resolved, update, status, post, postmortem,
        rca, rfo, description, summary, diagnosis, workaround, symptoms, impact, mitigation, none, pm, am, time, date, night,
        day, morning, evening, afternoon, region, zone, users, operations, ops, it, faq, eta, etr, noc, isp, cause, thank,
        sorry, pr, please, cloud, university, estimated, ip, note, http, company, vm, url, reason, outage, technicians,
        crews, everything, notice, information, meanwhile, otherwise, fix, errors, maintenance, planned, cpu, ram, html,
        json, tcp, api, apis, services, issue, incident""",
    "vendor": """aws, amazon, azure, microsoft, google, gcp, cloudflare, fastly, akamai, linode, digitalocean, digital ocean,
        hetzner, ovh, twilio, stripe, paypal, okta, auth0, sendgrid, mailgun, heroku, equinix, verizon, at&t, comcast,
        vodafone, lumen, adyen, snowflake, cloudfront""",
    "vendor noun": """service, product, customer, team, account, user, platform, region, engineer, support, marketplace,
        console, status""",
    "action": """rollback, roll|put ~ back, roll back, revert, restart, reboot, reroute, reload, route ~ to, route to,
        failover, dispatch, replace, migrate, drain, purge, rebuild, reindex, replay, reprocess, rerun, suspend, pause,
        =blocked, scaled, add ~ capacity|server|node|resource|storage|memory|ip, add capacity|storage, additional
        capacity, resource|capacity|server|storage ~ add, manually add, bring ~ online, brought ~ capacity, staff on site,
        contact ~ support, contact their, open|file ~ ticket|case, ticket with, support case, rotate, reissue, renew, swap,
        move|shift|route traffic, move ~ to|over, traffic ~ move|shift, shift|limit ~ traffic, switched, restore ~ from|
        configuration, restore from backup, run ~ script, a script, script ~ run|deploy|finish|correct|complete, hotfix,
        deploy|apply ~ patch, patching, increase|raise ~ limit|capacity|timeout|size|memory, resize, process|clear|
        work ~ backlog, processing ~ remaining, process the remaining, clear ~ queue|cache, =clearing|repair the, flush,
        throttle, reduce ~ load, terminate ~ process, redeploy, re-enable, recreate, resync, retry ~ failed, resend, refund,
        reconfigure, update|change|correct ~ dns|configuration, take ~ offline|out, remove ~ from, delete ~ index, turn
        off, turn ~ off, take offline, crew|technicians are working at|on|in|near|along, redirect ~ traffic|request|
        user|call|customer|connection, run on generator|batteries, install a|the|new|additional, disabled, we ~
        disable|reset, repair ~ cable|line|pipe|main|pole|transformer, withdraw, =withdrawn, crew|technician|
        electrician|engineer|staff|plumber|truck ~ site|route|dispatch|respond|scene|assign|repair|replace, on
        the|their way, isolate the|affected|faulty|failing|bad, we|have|been fail over, failed|=failing over, failed
        ~ over, staff ~ site, undo, =resetting, been reset, reset the|all|affected, escalated""",
    "vague action": """investigate, look into, work on|to, fix, mitigation, monitor, engineer, team, working with|hard,
        solution, identify, mitigate, resolve""",
    "cause": """due|trace|attribute|owing to, because, because|result of, cause by|was|is|:, root cause was|is|:, as
        a result of, resulted|stem from, trigger|introduce by, trace back to, originate, follow a, only appearing when,
        introduced|bug in, reason was|is, culprit""",
    "mechanism": """fiber|fibre|cable|line cut, cut ~ main|cable|fiber|fibre|line, damage ~ main|cable|fiber|fibre|
        line|mast|pole|pipe|substation, memory leak, ddos, denial-of-service, denial of service, lightning ~ hit|strike|
        damage, fallen tree, burst pipe|main, configuration|human error, hardware|disk|power|cooling|controller|
        switch|router|drive failure, failed disk|drive|switch|router|controller|transformer|network|power|hard|
        deployment|upgrade, expired certificate|certificates, certificate expire, certificate ~ expired, misconfiguration,
        misconfigure, faulty, configuration change had|introduced|caused|broke, run|ran out of, out of disk|memory,
        corrupt|corrupted index|table|database, disk ~ full, after a|an ~ deployed|released|changed|upgraded|
        migrated|installed|applied, bad deploy|release|update""",
    "vague cause": """issue, problem, incident, upstream, provider, supplier, third-party, third party, external, unknown,
        unexpected, technical, difficulty, outage, broad, a, the, being, reason, internal, vendor, partner, ongoing, under,
        high, underlying, at, in, found, error, of, one, some, an, with, our""",
    "vague cause said": """root|the cause, upstream issue|problem|provider, third-party|external provider, technical
        issue|problem, unexpected issue, unforeseen""",
    "all of it": """all service|system|product|component|application|platform|feature, everything, all of our service|
        system, entire platform|service, every service|system, completely down, all customer service""",
    "vendor trouble": """incident, issue, problem, outage, down, degrade, disruption, failure, trouble, experience, report,
        having, side, confirm""",
    "progress": """recover, work as expected, up|online|healthy|flowing|once|working|function|operational|available|
        reachable|accessible again, is up|healthy|back|clear, are up|healthy|back, back up|online, back to normal|
        full|usual, return to normal|baseline, to baseline, fully operational|available, restored, successfully, succeed,
        have stabilized, caught up, now available|clear, handling all, stopped growing, re-opened, resolved for ~ majority,
        resolved for most, ~ now complete, =stable, has|have resumed, has ~ returned, again available|working|operational|
        operating|reachable|accessible, operating|working|functioning|running|flow normally, =restored, recovery is|at""",
    "intention": """to restore|bring|get|return, work to, until, as soon as, before, expect, will be, make repairs, see
        if, try, aim, hope, effort, working towards, should be ~ soon, to be ~ restored, when, once the|we|a|it|this|
        power""",
    "drop": "drop|down|reduce|decreased|fallen to, now at|below|under, so far, remain, out of",
    "passive": "been, being",
    "by whom": """provide|run|confirm|inform|notify by, working|partner with, contact, report|accord to, waiting for,
        report ~ by""",
    "late": "late, later than, overdue, missed, promised, owe, should have",
    "everything": "service, system, product, component, everything, application, platform",
    "claims": """resolve, confirm, report, identify, fix, inform, acknowledge, notify, tell, is aware|working, work, state,
        apply, implement, deploy, engineer, team, support, staff""",
    "state": """is, are, was, were, has, have, should, may, might, will, not, experience, can, cannot, remain, appear,
        return, functionality, request, endpoint, delivery, error, page, user, customer, traffic, job, processing, console,
        data, login, operate, continue""",
    "workaround": """workaround, work around, work-around, temporary|interim solution, in the meantime, alternatively, as an
        alternative""",
    "none": "none, no, not, n / a, unavailable, unknown, unaware, without",
    "advise": """please, you can|may|should|could, users|customers can|should, recommend, advise, suggest, we ask,
        possible to, try, instead, if you, should be re-try, anyone|those who, able to work around, players|students|
        staff|members|passengers can, meanwhile""",
    "do": """refresh, use, try, clear, log out|back, sign out, switch, reload, call, dial, download, reinstall, resubmit,
        re-run, retry, restart, reboot, pay, add, change, upgrade, disable, enable, delete, set, visit a, boil, unplug,
        reconnect, choose, select, export, save, move, open|follow the, go to, update to|your, submit ~ again, print,
        browse, wait for, collect, check in|out, reset, install, mark ~ as""",
    "no help": """contact support|us|our|customer, open a case|ticket, status page, bear with, subscribe, follow, refer
        to, check back, try again later, visit https|our, patience, reach out, view all, let us know, if you have questions,
        for updates""",
    "apology": "sorry, apologize, apologise, apology, for your patience|understanding, your patience, regret, for bearing with",
    "blame": """fail to notify, failed to inform, not inform|notify, without notice, their fault|side|end, not our fault,
        fault of, blame, beyond|outside our control, outside|out of our control, did not tell|warn""",
    "others": """supplier, third-party, third party, upstream, external provider|problem|issue|supplier|partner, vendor,
        subcontractor, service provider""",
    "own": "we, our engineers|team|staff|technicians|crew",
    "jargon": """p0, p1, p2, sev0, sev1, sev2, sev-1, sev-2, sre, oncall, on-call, replica, failover, quorum, oom, oomkilled,
        k8s, etcd, =pod, backpressure, shard, p99, p95, 5xx, 4xx, heap, deadlock, garbage collection, hypervisor, kernel
        panic, bgp, asn, haproxy, nginx, kafka, redis, postgres, mysql, elasticsearch, ingress, egress, canary, rfo, rca,
        mttr, olt, dslam, bras, gpon, mpls""",
    "function word": """i, he, no, after, before, between, while, when, if, once, since, until, but, so, however, although,
        though, then, there, here, today, yesterday, tomorrow, should, what, where, how, each, another, earlier, later,
        around, normally, unfortunately, meanwhile, ops, staff, support, script, follow, beginning, everything, mitigation,
        recovery, summary, workaround, estimated, crews, technicians, post, despite, under, limited, intermittent, traffic,
        power, water, progress, investigation""",
}

# A sentence that begins with the plain form is advice.
COMMANDS = ", ".join(f"={verb.strip()}" for verb in PHRASES["do"].split(","))
PACK = Pack(
    language="en",
    phrases={**PHRASES, "command": COMMANDS},
    stem=stem,
    abbreviations=frozenset({"a.m", "p.m", "approx", "e.g", "i.e", "etc", "no", "vs"}),
    contractions={
        "can't": "can not",
        "won't": "will not",
        "n't": "not",
        "'ll": "will",
        "'ve": "have",
        "'re": "are",
        "'m": "am",
        "'s": "",
        "'d": "",
    },
)
