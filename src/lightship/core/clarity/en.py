"""The words of English updates, by class. How a class is used: docs/extend/languages.md."""

from lightship.core.clarity.pack import Pack

_UNCHANGED = """
    news status access process address does was has his this us bus always across business less series thus perhaps during
    nothing something anything everything evening morning need speed feed exceed proceed indeed red bed shed ios dns aws sms
    gps tls https
"""
_KEEP = frozenset(_UNCHANGED.split())
_FORMS = """
    begin began begun, break broke broken, send sent, see saw seen, lose lost, find found, take took taken, bring brought,
    give gave given, rebuild rebuilt rebuilding, come came, go went gone, freez froze frozen, hang hung, fall fell fallen
"""
_ODD = {form: forms.split()[0] for forms in _FORMS.split(",") for form in forms.split()[1:]}


def stem(word: str) -> str:
    """One form for the inflections of a word; it need not be a word itself."""
    if word in _ODD:
        word = _ODD[word]
    if word in _KEEP or len(word) < 4:
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


TIMES = {
    "am or pm": "am, pm, a.m, p.m, o'clock, noon, midnight, hrs",
    "unit": "second, minute, min, hour, hr, day, week, business day, working day",
    "one": """an, another, one, two, three, four, five, six, seven, eight, nine, ten, twelve, fifteen, twenty, thirty,
        forty, forty-five, sixty, ninety, half an, a further, a couple of, few, =next""",
    "month": """january, february, march, april, may, june, july, august, september, october, november, december, jan, feb,
        mar, apr, jul, aug, sep, sept, oct, nov, dec""",
    "weekday": """monday, tuesday, wednesday, thursday, friday, saturday, sunday, today, tonight, yesterday, tomorrow, this
        morning, this afternoon, this evening, last night, noon, midnight""",
    "zone": """utc, gmt, z, bst, cet, cest, est, edt, pst, pdt, mst, mdt, cst, cdt, et, pt, ct, mt, ist, jst, aest, aedt,
        sgt, us / pacific, us / eastern, us / central, pacific time, eastern time, central time, mountain time, local time,
        our time, central european time, pacific, eastern""",
    "begin": """since, begin, start, commence, onset, from around, from approximately, first notice, first see, first
        report, first observe, as early as, time off, out since, start time, first detected, starting at, occurred at""",
    "end": """resolve, restore, recover, mitigate, end, fix, until, fully operational, back online, back up, back to normal,
        as of, closed, stabilize, stabilise, =completed, concluded, is over, was over, lasting, return to normal, normal
        operation, come back, subside, cleared, time on""",
    "ago": "ago",
    "range": "between, from",
    "past harm": """experience, affect, impact, observe, encounter, suffer, go down, become, see, could, notice, detect,
        lose, damage, cut, hit, strike, break, cause, stop, start to, drop, report, migrate, upgrade, deploy ~
        release|version|change|update|configuration, pause, suspend, release, roll out""",
    "remedy": """roll back, rollback, revert, restart, reboot, reroute, redirect, fail over, replace, restore, undo, reset,
        fix, mitigate, hotfix, repair, resolve, disable, fully deployed""",
    "in": "in, within, every, next, about, approximately, around, in about",
    "by": "by, at, before, no later than",
}
UPDATES = {
    "update": """update, report back, status report, more|further|additional|next|new
        information|detail|news|report|message|post|status|word|notice|bulletin|announcement""",
    "promise": "will, shall, going to, next, expect, plan, aim, to follow",
    "tell": """provide, share, post, give, send, issue, publish, communicate, follow, update, come, report, be, have, bring,
        keep, return, tell, say, get, announce""",
    "inform": """keep ~ update, keep ~ posted, keep ~ informed, report back, in touch, stay tuned, let ~ know, update ~ as,
        will update, will be update, update to follow, updates to come, more to come, more to follow, get back to you,
        share|tell|say|know more, tell you more, share ~ more, be back with, check back here, come back to you, follow-up
        here""",
    "soon": """shortly, soon, as soon as, as quickly as, momentarily, when we know more, as we learn, once we have, as it
        becomes, as they become, as needed, when available, once available, in due course, in the near future, periodically,
        later, asap""",
    "no update": """no further update, no more update, for further update, for more update, for update, for more
        information, for further information, for more details, view ~ update, see ~ update, refer ~ update, check ~ update,
        subscribe ~ update""",
    "estimate": """expect, eta, etr, estimate, anticipate, forecast, supposed to, should take, will take, take another, take
        up to, to last, will last, last up to, no later than, aim to have, scheduled to, hope to have, should be ~ by,
        should be ~ within, will be ~ by, will be ~ within, at the latest, predict, due to be back, likely to be ~ by,
        =projected, target ~ by, plan to have, finish ~ by, remaining ~ to take, be ~ finished, be ~ completed, be back ~
        by, be back ~ within, back ~ by, =last until, maximum, hope to""",
}
HARM = {
    "symptom": """error, fail, failure, fault, slow, slowness, slowly, slower, sluggish, delay, lag, laggy, latency,
        timeout, time out, unavailable, unavailability, unreachable, inaccessible, unable to, can not, cannot, could not,
        inability to, no longer work, no service in, unresponsive, drop, packet loss, crash, freez, hang, stuck, missing,
        incorrect, incorrectly, wrong, wrongly, duplicate, twice, stale, outdated, out of date, down for, offline,
        interrupt, intermittently, congestion, connection loss, lose, disconnect, reject, decline, time to load, blank page,
        blank screen, white screen, empty page, logged out, kick out, kick from, spin, long wait, longer than, wait time,
        held in, bounce, garbled, distort, decreased availability, reduced speed, low pressure, flicker, high number of,
        increased number of, malfunction, deny, power outage, complete outage, full outage, total outage, unexpected outage,
        redirect to, corrupt, unusable, refuse, expire, overcharge, charge twice, data loss, impossible, unstable, never
        arrive, throttle, not
        work|load|display|appear|show|receive|respond|open|start|complete|sync|process|deliver|update|reach|connect|arrive|return|function|see|render|save|send|print|play|register,
        not able|possible to, not possible, not being ~ deliver|process|update|sent|save|show|receive|create|charge|record,
        not been ~ deliver|process|update|sent|receive, no power|internet|access|sound|picture|water|signal, no dial tone,
        without power|water|internet|service|electricity|heating, is|are|was|were|been|being|go|went|currently down,
        =queued, =queueing, queue up, in the|a queue, is|are|was|were|still out, out of service|order, return
        no|nothing|empty|an, return ~ error, arrive|come late, late or never, no mobile|phone|data|network|cell|cellular
        signal|coverage|service|reception, stop after|work|respond|load|update|sync|play|send|receive, not be able to, loss
        of power|water|service|signal|connectivity|data|heating, no
        result|results|heating|heat|hot|dial|tone|response|data|network, error|code|status|http 500|502|503|504|404|429, a
        500|502|503|504|404|429, =broken, broke, keep ~ load, dead line|lines, cut off, =slower, forced to, kick ~ out,
        certificate warning, security warning, warning, in error, load slow, take longer, ring out, engaged tone, =down for,
        cut out, over and over, unplayable, rubber-band, rubberbanding, jitter, static, unintelligible, =looping, loop,
        blackout, brownout, dim, overflow, backed up, 500|502|503|504 response|error, not run, not actually, not be ~
        running""",
    "no symptom": """fail over, failover, power failure, error budget, error correction, =slowly restoring, mount ~ rollout,
        delay fuse, slow recovery|rollout|ramp""",
    "weak symptom": """issue, problem, incident, degradation, degraded, disruption, impact, trouble, difficulty,
        instability, anomaly, irregularity, situation, event, outage, interruption""",
    "power": "outage",
    "touch": """issue|problem|trouble|difficulty with|in|on, issue|problem|trouble access|load|log,
        outage|disruption|degradation|availability|performance|functionality|loss of|in|on|to|for, outage|error|failure
        affect, latency|delay|error|failure|timeout|slowness|rates in|on|for|with|to|of|when|while|across, error rate|rates
        for|in|on|with, access|accessibility|functionality to|of, available for, unable|inability|ability|attempt|try|fail
        to, can not, could not, cannot, not able to, experience with, missing in|from, work on the, =affecting, =impacting,
        that|which|has|have|also affected|impacted, =interrupting, =disrupting""",
}
GROUPS = {
    "people": """user, customer, client, people, subscriber, member, merchant, student, staff, player, tenant, account,
        visitor, reader, employee, household, home, resident, passenger, patient, partner, seller, buyer, shop, store owner,
        organization, organisation, company, caller, everyone, workspace, project, team, traveller, guest, driver,
        researcher, faculty, cardholder, viewer, developer, business, school, hospital, bill payer, admin, owner""",
    "thing": """request, transaction, call, message, order, job, instance, node, server, site, line, device, payment,
        workflow, host, database, volume, connection, query, region, store, branch, office, machine, pod, cluster, session,
        match, room, premises, cell, tower, mast, address, location, meter, repository, build, pipeline, file, document,
        endpoint, domain, mailbox, email, ticket, invoice, record, row, link, traffic, base, shard, rack, lane, station,
        terminal, atm, workload, upload, download, event, function, game, sign-in, login, attempt, api call, customer base,
        feature""",
    "generic": """service, system, platform, product, infrastructure, network, application, app, server, connection,
        connectivity, issue, problem, incident, outage, user, customer, client, everyone, thing, functionality, feature,
        access, accessibility, performance, availability, uptime, operation, our, the, a, an, this, that, these, those,
        their, your, its, it, you, us, them, some, several, multiple, many, certain, various, few, number, subset, small,
        large, all, any, other, more, affected, impacted, of, to, for, with, in, on, from, at, as, by, and, or, via, is,
        are, was, were, be, been, being, has, have, had, restore, resolve, investigate, identify, find, determine, work,
        fix, repair, continue, confirm, provide, reach, use, using, make, get, see, attempt, try, do, perform, start,
        restoration, situation, cause, root, reproduce, contact, we, they, who, which, normal, time, company, team,
        engineer, area, people, account, experience, both, available, fully, full, not, up, down, part, portion, percentage,
        site, cloud, hosting, component, environment, currently, now, still, also, may, might, can, will, tool, solution,
        only, further, additional, error, rate, elevated, increased, failure, latency, higher, high, api, apis, ongoing,
        completely, wide, range, group, region, related, entire, whole, most, majority, every, intended, understand, ensure,
        prevent, process, monitor, mitigate, isolate, diagnose, look, update, keep, bring, come, take, give, please,
        because, due, possible, different, new, current, recent, upstream, provider, supplier, internal, external,
        underlying, degraded, data, towards, through, during, deployed, report, damage, about, approximately, request,
        response, page, call, location, reason, respond, =seeing, believe, receive, return, together, closely, one, notify,
        solved""",
    "pronoun": "we, they, there, you, it, i, he, this, will, is, are, was, were, has, have, had, may, might, and we, your, us",
    "vague number": """some, certain, subset, small number, few, several, multiple, many, various, limited number, number
        of, small percentage, small group, handful, portion of, select""",
    "exact number": """all, every, only, majority, none of, entire, whole, half of, exclusively, most of, everyone, most,
        each, solely, one third, two thirds, no customer, no one""",
    "unaffected": """unaffected, unimpacted, not affect|impact, not be|been affect|impact, no impact|effect to|on|for,
        remain available|operational|unaffected|stable, limited|isolated|confined|restricted|specific to, only
        affect|impact, affect|impact only, exclusively on, still available, continue to operate|function|work normally|as,
        =works normally, everything else ~ work""",
    "region": """region, availability zone, zone, data center, datacenter, data centre, datacentre, facility, campus,
        county, district, suburb, village, town, city, street, neighbourhood, neighborhood, postcode, zip code, area code,
        coast, province, state of, branch, edge site, exchange, substation, feeder, point of presence, geographic area,
        locations, avenue, road, terminal, building, hall, residence, lane, square, park, hill, valley, island, estate,
        quarter, area, pops""",
    "place": """europe, asia, africa, oceania, america, north america, south america, latin america, eu, uk, usa, us west,
        us east, west coast, east coast, united states, united kingdom, germany, france, austria, switzerland, spain, italy,
        poland, netherlands, sweden, norway, ireland, canada, mexico, brazil, india, china, japan, singapore, australia, new
        zealand, apac, emea, middle east, hong kong, korea, london, frankfurt, paris, amsterdam, dublin, tokyo, sydney,
        mumbai, seoul, oregon, virginia, ohio, texas, california, new york, chicago, dallas, seattle, los angeles, vienna,
        berlin, munich, zurich, madrid, milan, stockholm, oslo, toronto, sao paulo, eastern us, western us, us central,
        on-campus, off-campus, worldwide, globally, nationwide, highway, hwy, downtown, north of, south of, east of, west
        of, main street, scotland, wales, england""",
    "platform": """ios, android, iphone, ipad, windows, macos, mac os, linux, chrome, firefox, safari, edge browser, desktop
        app, mobile app, web app, playstation, ps5, ps4, xbox, nintendo switch, steam, prepaid, postpaid, ipv6, ipv4, on
        mobile, mobile users, desktop users, web users, visa, mastercard, amex, outlook users""",
    "plan": """free, pro, enterprise, premium, paid, business, team, basic, trial, standard, gold, self-hosted, dedicated,
        legacy, shared hosting, fibre, fiber, dsl, cable, residential, commercial, retail, corporate, first-year, new""",
    "plan noun": "usage, tier, plan",
    "segment": """who use, who are on, that use, that are on, run on, host on, on the, located in, based in, who sign up,
        whose, connect to, connected via, using the, on plan, hosted in, served by, served from, export from, fed from, who
        have, who log in, who pay, with a, with an""",
}
PRODUCTS = {
    "product": """login, log in, log into, sign-in, sign in, sign up, sign-up, signup, authentication, registration, account
        creation, checkout, payment, billing, invoice, receipt, refund, subscription, cart, webhook, upload, download,
        email, e-mail, mail, mailbox, inbox, calendar, chat, messaging, notification, push notification, sms, voice call,
        phone call, outgoing call, incoming call, outbound call, inbound call, call center, call centre, callcenter,
        callcentre, voicemail, dashboard, website, web site, web page, homepage, portal, console, admin panel, control
        panel, web interface, web ui, search, video, streaming, playback, livestream, file storage, backup, export, import,
        dns, domain, cdn, certificate, ssl, vpn, wifi, wi-fi, wireless, internet, broadband, landline, mobile data, mobile
        network, data service, roaming, electricity, power, water, gas supply, hot water, heating, atm, card payment, online
        banking, mobile banking, direct debit, bank transfer, wire transfer, transfer, debit card, credit card, matchmaking,
        in-game, lobby, leaderboard, lecture, library, course page, learning management, printing, timetable, ticketing,
        booking, reservation, check-in, delivery, shipping, sync, replication, build, deployment, pipeline, ci, pull
        request, merge, repository, git operation, code search, clone, registry, database, log ingestion, monitoring data,
        api key, api action, api traffic, api gateway, rest api, graphql, virtual machine, block storage, object storage,
        bucket, kubernetes, web app, mobile app, desktop app, android app, ios app, iphone app, conversation, image
        generation, prompt, fine-tuning, embedding, completion, workflow, survey, geocoding, tile, profile, photo, picture,
        attachment, editor, playlist, storefront, store page, catalog, catalogue, shop, plugin, widget, integration, sso,
        single sign-on, two-factor, 2fa, one-time code, password reset, verification code, verification link, emergency
        call, television, tv, fixed line, fibre line, fiber line, meter reading, top-up, voucher, gift card, trading,
        statement, balance, loan, online store, player account, game, friend list, voice chat, recording, meeting,
        transcript, publishing, authoring, preview, media delivery, page load, job status, data center, datacenter, data
        centre, hosting server, web server, traffic light, bus, flight, prescription, patient record, appointment, =orders,
        order page|history|processing|entry, =maps, =forms, =reports page, =models, =exams, exam registration, =printing,
        =trains, train service, news feed, =feeds, =jobs, =snapshots, =instances, =comments, =containers, =packages,
        =metrics, =alerts, =volumes, =nodes, contact form, load balancers, web store, app store, self-service, phone line,
        telephone, telephony, fixed-line, mobile signal, mobile service, reading list, user interface, =logs, log
        delivery|export|search, cloud function, data export|import, direct message, live chat, file sharing|transfer|upload,
        private message, access code|control, door, elevator, lift, traffic signal, street light|lighting, sewer, tap water,
        fuel pump|card, parking, top up, fixed broadband""",
    "ignore name": """i, we, our, us, the, engineering, support, team, staff, monitoring, investigating, identified,
        resolved, update, status, post, mortem, postmortem, rca, rfo, description, summary, diagnosis, workaround, symptoms,
        impact, mitigation, none, pm, am, time, date, night, day, morning, evening, afternoon, region, zone, services,
        customer, users, team's, operations, ops, it, faq, eta, etr, noc, isp, cause, location, thank, sorry, pr, incident,
        issue, please, cloud, university, it's, estimated, unknown, ips, ip, note, http, https, all, hwy, bank, company,
        mib, gbps, tbps, mbps, kbps, gb, mb, tb, ms, vm, cpu, ram, os, url, html, json, api, apis, root, tcp, bgp, ups,
        reason, outage, technicians, crews, friday, everything, notice, information, meanwhile, otherwise, internal,
        external, sre, p1, p2, affected, products, fix, errors, maintenance, planned""",
    "vendor": """aws, amazon, azure, microsoft, google, gcp, cloudflare, fastly, akamai, linode, digitalocean, digital
        ocean, hetzner, ovh, twilio, stripe, paypal, okta, auth0, sendgrid, mailgun, heroku, equinix, verizon, at&t,
        comcast, vodafone, lumen, cogent, zayo, adyen, worldpay, snowflake, cloudfront, let's encrypt, letsencrypt, jisc""",
    "vendor noun": """service, product, customer, team, account, user, platform, region, engineer, support, marketplace,
        console, status""",
}
WORK = {
    "action": """roll back, rollback, roll ~ back, roll it back, revert, restart, reboot, reroute, re-route, reload, route ~
        to, route to, failover, dispatch, replace, migrate, drain, purge, rebuild, re-index, reindex, replay, reprocess,
        re-process, re-run, rerun, suspend, pause, blocked, scaled, add ~ capacity, add capacity, add ~ server, add ~ node,
        add ~ resource, additional capacity, resource ~ add, capacity ~ add, server ~ add, manually add, bring ~ online,
        brought ~ capacity, staff on site, on-site, onsite, on site, contact ~ support, contact their, open ~ ticket, ticket
        with, support case, escalated, rotate, reissue, re-issue, renew, reset, swap, move traffic, move ~ to, shift
        traffic, shift ~ traffic, traffic ~ move, traffic ~ shift, switched, restore ~ from, restore from backup, restore ~
        configuration, run ~ script, hotfix, deploy ~ patch, patching, apply ~ patch, increase ~ limit, increase ~ capacity,
        increase ~ timeout, raise ~ limit, increase ~ size, resize, process ~ backlog, processing ~ remaining, process the
        remaining, catch up, work through ~ backlog, flush, throttle, rate limit, limit ~ traffic, reduce ~ load, shed load,
        terminate ~ process, repair the, re-deploy, redeploy, re-enable, re-create, recreate, resync, re-sync, retry ~
        failed, resend, re-send, refund, reimburse, reconfigure, update ~ dns, update ~ configuration, change ~
        configuration, correct ~ configuration, configuration change, take ~ out of, remove ~ from, remove the, stop the,
        reimage, rebalance, promote, power cycle, warm ~ cache, warm up, undo, increase ~ memory, feature flag, delete ~
        index, vacuum, whitelist, restore a, restoring the database, tow, reseat, bypass, turn off, turn ~ off, take
        offline, quarantine, crew|technicians are working at|on|in|near|along, a script, script ~
        run|deploy|finish|correct|complete, redirect ~ traffic|request|user|call|customer|connection, splice
        the|cable|fiber|fibre, run on generator|batteries, install a|the|new|additional, disabled, we ~ disable, add ~
        storage|memory|server|capacity|node|ip, add storage, open ~ case, file ~ ticket|case, take ~ offline, repair ~
        cable|line|pipe|main|pole|transformer, withdraw, =withdrawn, put ~ back, move ~ over,
        crew|technician|electrician|engineer|staff|plumber|truck ~ site|route|dispatch|respond|scene|assign|repair|replace,
        on the|their way, isolate the|affected|faulty|failing|bad, =clearing the, we|have|been fail over, failed over,
        =failing over, failed ~ over""",
    "vague action": """investigate, look into, work on, fix, mitigation, work to, monitor, engineer, team, working with,
        solution, working hard, identify, mitigate, resolve""",
    "cause": """due to, because, because of, cause by, root cause was, root cause is, cause was, cause is, cause :, root
        cause :, result of, as a result of, resulted from, stem from, trigger by, trace to, trace back to, attribute to,
        originate, owing to, follow a, only appearing when, introduce by, introduced in, reason was, reason is, culprit, bug
        in""",
    "mechanism": """fiber|fibre|cable|line cut, cut ~ main|cable|fiber|fibre|line, damage ~
        main|cable|fiber|fibre|line|mast|pole|pipe|substation, memory leak, ddos, denial-of-service, denial of service,
        lightning ~ hit|strike|damage, fallen tree, burst pipe|main, configuration|human error,
        hardware|disk|power|cooling|controller|switch|router|drive failure, failed
        disk|drive|switch|router|controller|transformer|network|power|hard|deployment|upgrade, expired
        certificate|certificates, certificate expire, certificate ~ expired, misconfiguration, misconfigure, faulty, bad
        deploy|deployment|release|configuration|update, configuration change had|introduced|caused|broke, run out of, ran
        out of, out of disk|memory, link saturation, overheating, race condition, corrupt|corrupted index|table|database,
        ransomware, cyber attack, cyberattack, disk was full""",
    "vague cause": """issue, problem, incident, upstream, provider, supplier, third-party, third party, external, unknown,
        unexpected, technical, difficulty, outage, broad, this, that, it, these, an, a, the, our, one, of, some, being,
        currently, circumstance, reason, internal, vendor, partner, ongoing, not yet known, under, high, underlying, at, in,
        with, their, them, identified, known, found, determined, been, has, be, is, was, error, us""",
    "vague cause said": """root cause, the cause, upstream issue, upstream problem, upstream provider, third-party provider,
        external provider, technical issue, technical problem, unexpected issue, unforeseen""",
    "all of it": """all service, all system, all product, all component, everything, all application, all of our service,
        all of our system, all our service, all our system, entire platform, entire service, whole platform, the complete
        platform, all platform, every service, every system, completely down, all feature, all customer service""",
    "vendor trouble": """incident, issue, problem, outage, down, degrade, disruption, failure, trouble, experience, report,
        having, side, confirm""",
    "progress": """operating normally, working normally, functioning normally, recover, fully recovered, work as expected,
        working again, function again, operational again, up again, is up, are up, back up, back online, online again, back
        to normal, return to normal, return to baseline, to baseline, fully operational, restored, been restored,
        successfully, succeed, running normally, have stabilized, is healthy, are healthy, healthy again, caught up,
        available again, reachable again, accessible again, is back, are back, now available, flowing again, flow normally,
        handling all, complete for, drained, is clear, now clear, stopped growing, re-opened, reopened, resolved for ~
        majority, resolved for most, ~ now complete, =stable, =restored, back to full|usual, has|have resumed, =recovered,
        has ~ returned, fully available, again available|working|operational|operating|reachable|accessible, once again""",
    "intention": """to restore, to bring, to get, to return, work to, until, once, as soon as, before, expect, will be, make
        repairs, see if, try, aim, hope, effort, working towards, should be ~ soon, to be ~ restored, when""",
    "drop": "drop to, down to, reduce to, decreased to, fallen to, now at, now below, now under, so far, remain, out of",
    "passive": "been, being",
    "by whom": """provide by, run by, working with, partner with, contact, report to, waiting for, report ~ by, accord to,
        confirm by, inform by, notify by""",
    "late": "late, later than, overdue, missed, promised, owe, should have",
    "everything": "service, system, product, component, everything, application, platform",
    "claims": """resolve, confirm, report, identify, fix, inform, acknowledge, notify, tell, advise, assure, announce, is
        aware, work, is working, state, apply, implement, deploy, engineer, team, support, staff""",
    "state": """is, are, was, were, has, have, should, may, might, will, not, experience, can, cannot, remain, appear,
        return, functionality, request, endpoint, delivery, error, page, user, customer, traffic, job, processing, console,
        data, login, operate""",
}
READERS = {
    "workaround": """workaround, work around, work-around, temporary solution, in the meantime, alternatively, as an
        alternative, interim solution""",
    "none": "none, no, not, n / a, unavailable, unknown, unaware, without",
    "advise": """please, you can, users can, customers can, you may, users should, you should, customers should, recommend,
        advise, suggest, we ask, possible to, you could, try, instead, if you, should be re-try, anyone who, those who, able
        to work around, players can, students can, staff can, members can, passengers can, meanwhile""",
    "do": """refresh, use, try, clear, log out, log back, sign out, switch, reload, call, dial, download, reinstall,
        resubmit, re-run, rerun, retry, re-try, restart, reboot, mark, pay, add, change, install, upgrade, downgrade,
        disable, enable, delete, set, visit a, withdraw, boil, unplug, reconnect, choose, select, export, save, move, open
        the, go to, update to, update your, submit ~ again, print, pin, route, turn, remove, replace, request a new, fail
        over, post, browse, wait for, write, order, fetch, collect, watch, read, follow the, check in, check out, queue at,
        reset""",
    "no help": """contact support, contact us, contact our, contact customer, open a case, open a ticket, status page, stay
        tuned, bear with, subscribe, follow, refer to, check back, try again later, visit https, patience, reach out, view
        all, visit our, let us know, if you have questions, if you have any questions, for further updates, for updates, use
        this page, note that, accept our, working to, we are using, see more""",
    "apology": """sorry, apologize, apologise, apology, for your patience, your patience, for your understanding, regret,
        for bearing with""",
    "blame": """fail to notify, failed to inform, not inform, not notify, without notice, their fault, not our fault, their
        side, their end, fault of, blame, drop the ball, beyond our control, outside of our control, outside our control,
        out of our control, not under our control, waiting for them, waiting on, responsible for this, did not tell,
        negligible, did not warn, luckily, fortunately""",
    "others": """supplier, third-party, third party, upstream, external provider, external problem, external issue, external
        supplier, vendor, external partner, subcontractor, service provider""",
    "own": "we, our engineers, our team, our staff, our technicians, our crew",
    "jargon": """p0, p1, p2, p3, sev0, sev1, sev2, sev-1, sev-2, sev-0, sre, oncall, on-call, replica, failover, quorum,
        split-brain, oom, oomkilled, k8s, kubelet, etcd, pod, cronjob, backpressure, shard, master node, leader election,
        raft, p99, p95, 5xx, 4xx, heap, segfault, stack trace, null pointer, deadlock, garbage collection, hypervisor,
        kernel panic, bgp, asn, vlan, mtu, nat gateway, haproxy, nginx, envoy, istio, terraform, ansible, helm, kafka,
        redis, postgres, mysql, memcached, rabbitmq, elasticsearch, zookeeper, cassandra, consul, sidecar, canary,
        blue-green, egress, ingress, rfo, rca, mttr, noc, olt, dslam, bras, gpon, ospf, lsp, mpls, cdr, ss7, hlr, hss, dwdm,
        read replica, connection pool, thundering herd, cache stampede, circuit breaker, idempotent, sentry, pagerduty""",
    "function word": """i, he, no, after, before, between, while, when, if, once, since, until, but, so, however, although,
        though, then, there, here, today, yesterday, tomorrow, thank, sorry, should, what, where, how, each, another,
        previously, earlier, later, around, normally, luckily, fortunately, unfortunately, additionally, meanwhile, rest,
        ops, staff, support, admins, resources, script, follow, beginning, everything, mitigation, recovery, unexpected,
        description, summary, workaround, diagnosis, symptoms, estimated, crews, technicians, developers, operators, two,
        three, partial, post, despite, within, under, over, yes, date, limited, intermittent, premises, transformer,
        contractors, initial, late, early, hardware, software, traffic, checking, waiting, power, water""",
}

COMMANDS = ", ".join(f"={verb}" for verb in map(str.strip, READERS["do"].replace("\n", " ").split(",")))
"""A sentence that begins with the plain form is advice."""
PACK = Pack(
    language="en",
    phrases={**TIMES, **UPDATES, **HARM, **GROUPS, **PRODUCTS, **WORK, **READERS, "command": COMMANDS},
    stem=stem,
    contractions={"n't": "not", "'ll": "will", "'ve": "have", "'re": "are", "'m": "am", "'s": "", "'d": ""},
)
