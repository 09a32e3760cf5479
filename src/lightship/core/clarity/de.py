"""The words of German updates, by class. How a class is used: docs/extend/languages.md."""

from lightship.core.clarity.pack import Pack

_ENDINGS = ("ungen", "ung", "ern", "est", "end", "en", "em", "er", "es", "st", "et", "te", "e", "n", "s", "t")
_FORMS = """
    brechen brach brachen abgebrochen, fallen fiel fielen ausgefallen, schlagen schlug schlugen, gehen ging gingen,
    weisen wies wiesen, kommen kam kamen, laufen lief liefen, sein ist sind war waren, haben hat hatte hatten,
    werden wird wurde wurden, können kann konnte konnten, lassen lässt ließ ließen, ziehen zog zogen, trennen trennte
"""
_ODD = {form: forms.split()[0] for forms in _FORMS.split(",") for form in forms.split()}


def stem(word: str) -> str:
    """One form for the inflections of a word; it need not be a word itself."""
    if word in _ODD:
        return _ODD[word]
    if len(word) < 5:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


PHRASES = {
    "am or pm": "uhr, h",
    "unit": "sekunde, min, std, tag, tage, woche, werktag, minute, minuten, stunden",
    "one": """einer, einen, zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn, zwölf, fünfzehn, zwanzig, dreißig, eine
        halbe|weitere, einer halben, wenigen, paar, ein""",
    "month": """januar, februar, märz, april, mai, juni, juli, august, september, oktober, november, dezember, jänner, feber,
        jan, feb, apr, jun, jul, aug, sep, okt, nov, dez""",
    "weekday": """montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonnabend, sonntag, heute, gestern, morgen,
        mitternacht, mittag""",
    "zone": "mez, mesz, utc, gmt, cet, cest, ortszeit, z",
    "begin": "seit, ab|seit etwa, begann, begonnen, beginn, beginnend, gegen, aufgetreten, erstmals, die nach, nach",
    "end": """behoben, gelöst, wiederhergestellt, beendet, wieder erreichbar|verfügbar|normal|da|online|hergestellt,
        abgeschlossen, wieder in betrieb, beseitigt, entstört, ende der|des, um ... ende""",
    "ago": "her, zuvor",
    "range": "zwischen, von",
    "past harm": "beeinträchtigt, betroffen, sehen|beobachten wir, wurde, war, kam, stellten wir fest, beschädigt, ausgelöst",
    "remedy": """neu gestartet, zurückgerollt, rollback, umgeschaltet, umgeleitet, getauscht, ersetzt, behoben, repariert,
        wiederhergestellt, zurückgenommen, eingespielt, deaktiviert""",
    "in": "in, innerhalb, binnen, alle, spätestens, gegen, etwa",
    "by": "um, bis, vor, gegen, spätestens",
    "update": """meldung, update, statusmeldung, information, informationen, neuigkeit, nachricht von uns, details,
        aktualisierung, infos, stand, zwischenstand, neues, bescheid""",
    "promise": "folgen, nächste, nächster, werden, melden, informieren, geben, wieder, weitere",
    "tell": "melden, informieren, geben, folgen, bereitstellen, berichten",
    "inform": """melden uns, wir melden ... uns, melden ... wieder, auf dem laufenden, informieren sie|wir, halten ...
        informiert, kommen ... auf sie zu, berichten wir, geben ... bekannt, geben ... bescheid, melden wir uns""",
    "soon": """in kürze, bald, demnächst, sobald, baldmöglichst, so schnell wie möglich, zeitnah, schnellstmöglich, zu
        gegebener zeit, umgehend, so bald wie möglich, später""",
    "no update": "keine weiteren, für weitere informationen, weitere informationen finden, informationen finden sie, siehe",
    "estimate": """voraussichtlich, erwarten, rechnen mit, schätzen, vermutlich, wird ... dauern, dauert noch|etwa, planen,
        prognose, soll ... bis, sollten ... bis""",
    "intention": "um ... zu, bis, sobald, arbeiten an, wird ... werden, soll, hoffen, voraussichtlich, damit, zu beheben",
    "symptom": """fehlermeldung, *fehlermeldung, fehlschlagen, schlagen ... fehl, schlagen fehl, fehlgeschlagen, langsam,
        verlangsamt, verzögern, verzögert, *verzögerung, verspätet, *latenz, latenzen, zeitüberschreitung, timeout, nicht
        erreichbar|verfügbar|möglich|nutzbar|anmelden|zugestellt|angezeigt, unerreichbar, nicht mehr möglich, können
        ... nicht, können ... kein, kann|laden|öffnet|startet|funktioniert|geht|reagiert|werden nicht, lassen sich
        nicht, lassen ... nicht, lädt, antwortet nicht|mit, kommen ~ verspätet, kommen nicht an, brechen ... ab, bricht ...
        ab, abbrechen, abbruch, *abbruch, *abbrüche, abbrüche, stürzt ... ab, absturz, abstürze, trennen, getrennt,
        unterbrochen, abgelehnt, weisen ... zurück, zurückgewiesen, leere|weiße seite, weißer bildschirm, keine treffer|
        ergebnisse, liefert keine, ohne strom|wasser|internet|gas|heizung, kein strom|wasser|internet|mobilfunk|netz|
        empfang|ton|bild|zugriff, ausgefallen, fällt ... aus, fällt aus, ausfällt, ausfallen, totalausfall, hängt,
        eingefroren, falsch, doppelt, fehlende, veraltet, verloren, datenverlust, paketverlust, *verlust, abgemeldet,
        warnung, *warnung, wartezeit, *wartezeiten, überlastet, offline, instabil, ruckelt, gestört, unvollständig,
        beschädigte daten, gesperrt, 500, 502, 503, 504, 404, fehler|meldung 500|502|503|504|404, fehlern, mit|einen|
        einem|eine fehler, *fehlern, *fehlerrate, *fehlerraten, nicht ... einchecken|öffnen|anmelden|laden|nutzen|
        abrufen|telefonieren|bezahlen|drucken|senden|empfangen|starten|erreichen|buchen|aufladen|sehen|speichern,
        =down, kaputt, lahmgelegt, =tot, nicht ... erreichbar|verfügbar|möglich|funktionieren, funktioniert|geht|lädt|
        startet ... nicht, dauert|dauern ... länger, längere|lange ladezeiten""",
    "weak symptom": """problem, störung, *störung, vorfall, einschränkung, *einschränkungen, beeinträchtigung, schwierigkeit,
        unregelmäßigkeit, unterbrechung, lage, ausfall, sache""",
    "touch": """problem|probleme mit|bei, störung bei|der|des|im|beim, ausfall der|des|von|bei, fehler bei|beim|
        in|im, verzögerungen bei|beim, betrifft, betreffen, betroffen sind, betroffen, einschränkungen bei|im|beim,
        zugriff auf, zugang zu, beeinträchtigt, problem mit der|dem""",
    "people": """kunde, nutzer, *nutzer, benutzer, anwender, *kunden, mitglied, studierende, studenten, schüler, händler,
        haushalt, teilnehmer, spieler, fluggäste, fahrgäste, patienten, mieter, mandanten, konten, firmen, unternehmen,
        besucher, mitarbeiter, bewohner, betriebe, versicherte, leser, anschlüsse, abonnenten, verbraucher, gäste""",
    "thing": """anfrage, transaktion, *aufrufe, aufrufe, nachricht, bestellung, auftrag, server, *server, leitung, gerät,
        *geräte, zahlung, filiale, standort, anschluss, knoten, instanz, datei, shops, dienste, masten, zähler, endpunkte,
        domains, postfächer, konten, räume, zellen, sendungen, züge, jobs""",
    "generic": """dienst, dienste, diensten, service, system, systeme, plattform, produkt, infrastruktur, netzwerk,
        anwendung, server, verbindung, problem, störung, kunde, nutzer, alle, einige, mehrere, manche, viele, wenige, unsere,
        der, die, das, den, dem, des, ein, eine, einer, einem, zu, bei, in, im, von, vom, und, oder, mit, für, auf, an, am,
        teilweise, derzeit, aktuell, zurzeit, momentan, es, kann, kommen, ist, wird, sie, wir, uns, ihr, ihre, weiteren,
        anderen, bereich, teil, funktion, funktionen, leistung, verfügbarkeit, erreichbarkeit, betrieb, zugriff, nicht, auch,
        noch, wieder, ursache, fehler, untersuchen, beheben, lösung, team, technik, umgebung, komponenten, technisch, intern,
        interne, extern, externe, anbieter, dienstleister, lieferant, lieferanten, beeinträchtigung, einschränkung, ausfall,
        betroffen, zum, zur, beim, aus, als, weil, da""",
    "vague number": """einige, mehrere, manche, bestimmte, einzelne, viele, wenige, ein teil, teilweise, vereinzelt, diverse,
        verschiedene, zahlreiche, kleine|geringe anzahl""",
    "exact number": """alle, aller, sämtliche, nur, ausschließlich, jede, jeder, mehrheit, die hälfte|meisten, keine kunden,
        gesamte, gesamten, ganze, überwiegende teil, lediglich""",
    "common": """der, die, das, und, ist, wir, unser, mit, für, nicht, auf, ein, eine, wird, es, zu, den, dem, im, von, bei,
        sie, um, bitte, seit, noch""",
    "hit": "betroffen, betroffenen, beeinträchtigten",
    "unaffected": """nicht betroffen|beeinträchtigt, weiterhin verfügbar|erreichbar, laufen weiter, funktioniert weiterhin,
        keine auswirkung, unbeeinträchtigt, beschränkt|begrenzt auf, betrifft nur|ausschließlich, davon unberührt""",
    "region": """region, bezirk, stadtteil, landkreis, landkreises, gemeinde, rechenzentrum, verfügbarkeitszone, campus,
        norden, süden, *straße, straße, *gasse, *platz, umspannwerk, bundesland, viertel, großraum, kanton, wohnheim,
        *wohnheimen, raum, kreis, standort, osten, westen, gebiet, gebäude, terminal, halle, turm, am""",
    "place": """europa, europäisch, asien, afrika, amerika, nordamerika, südamerika, usa, eu, deutschland, österreich,
        schweiz, frankreich, italien, spanien, polen, wien, berlin, hamburg, münchen, köln, frankfurt, stuttgart, zürich,
        bern, genf, graz, linz, salzburg, innsbruck, tirol, kärnten, steiermark, vorarlberg, burgenland, niederösterreich,
        oberösterreich, bayern, hessen, sachsen, thüringen, niedersachsen, brandenburg, nordrhein-westfalen,
        baden-württemberg, rheinland-pfalz, saarland, bremen, schleswig-holstein, mecklenburg-vorpommern, sachsen-anhalt,
        tokio, london, paris, amsterdam, dublin, bundesweit, landesweit, weltweit, österreichweit, deutschlandweit, leipzig,
        dresden, hannover, nürnberg, düsseldorf, dortmund, essen, liechtenstein, südtirol""",
    "platform": """android, ios, iphone, ipad, windows, macos, linux, chrome, firefox, safari, android-*, windows-*, ios-*,
        playstation, xbox, prepaid, prepaid-*, ipv6, ipv4, mac-*""",
    "plan": "kostenlose, premium, geschäfts, privat, gewerbliche, geschäftliche",
    "plan noun": "tarif, konten, zugang",
    "segment": "die ... nutzen",
    "product": """anmeldung, *anmeldung, anzumelden, login, registrierung, bezahlung, zahlung, *zahlung, rechnung,
        überweisung, lastschrift, lastschriften, online-banking, onlinebanking, mobile-banking, geldautomat, geldautomaten,
        kontostand, guthaben, bestellung, *bestellung, warenkorb, shop, *shop, webshop, webseite, website, homepage, portal,
        *portal, e-mail, mail, mailversand, mailserver, *server, webmail, postfach, postfächer, kalender, chat,
        nachrichtenversand, push-nachrichten, benachrichtigung, sms, anruf, telefonie, telefonieren, telefon, festnetz,
        mobilfunk, mobile daten, internet, breitband, wlan, vpn, strom, stromversorgung, wasser, wasserleitung, trinkwasser,
        gas, fernwärme, heizung, warmwasser, fernsehen, tv, notruf, video, *player, wiedergabe, streaming, upload, download,
        dateiablage, speicher, objektspeicher, backup, datensicherung, datenbank, suche, *suche, karte, *karten, kartendaten,
        bericht, export, import, schnittstelle, api-*, rest-api, webhook, dns, domain, domains, zertifikat, virtuelle
        maschinen|server, cluster, kubernetes, drucken, druckdienst, bibliothek, *katalog, prüfung, *prüfung, vorlesung,
        stundenplan, lernplattform, moodle, spielersuche, spiel, bestenliste, lobby, lobby-*, ticket, tickets, *tickets,
        buchung, reservierung, einchecken, check-in, fahrplan, fahrkarten, flüge, termin, termine, terminbuchung, formular,
        *app, app, *-app, bildschirm, code, passwort, passwörter, zähler, zwei-faktor, bestätigungscode, paket,
        sendungsverfolgung, versand, lieferung, kasse, terminal, bonusprogramm, depot, handel, wertpapierhandel, kreditkarte,
        kreditkarten, telefonzentrale, hotline, callcenter, *zugang, dokument, *programm, windows-*, profil, kommentare,
        synchronisierung, builds, pipeline, netz, *netz, mobilfunknetz, *signal, mast, *automat, *automaten, index,
        spielserver, flug, *flüge""",
    "vendor": """aws, amazon, azure, microsoft, google, cloudflare, fastly, akamai, telekom, vodafone, hetzner, ovh, twilio,
        stripe, paypal, okta, sparkassen, visa, mastercard, sap, datev, github, magenta, swisscom, ionos""",
    "others": "dienstleister, lieferant, lieferanten, drittanbieter, zulieferer, externer, anbieter",
    "ignore name": "uhr, mez, mesz, utc, wir, sie, api, http, url, ip, id, it, edv, pr",
    "action": """neu gestartet|starten|aufgebaut|auf|verlegt, starten ... neu, starten wir ... neu, neustart,
        zurückgerollt, zurückrollen, rollback, rollen ... zurück, rückgängig, zurückgenommen, nehmen ... zurück, nahmen ...
        zurück, ziehen ... zurück, umgeschaltet, schalten ... um, umgestellt, stellen ... um, umgeleitet, leiten ... um,
        umleiten, ausgewichen, getauscht, tauschen, austauschen, ausgetauscht, ersetzt, ergänzt, erweitert, erweitern,
        zusätzliche|mehr kapazität, eingespielt, spielen ... ein, wiedereingespielt, aus der sicherung, aus dem backup,
        techniker sind|unterwegs, trupp, entstörtrupp, vor ort, unterwegs, repariert, deaktiviert, abgeschaltet, schalten
        ... ab, gesperrt haben, isoliert, gedrosselt, bauen ... auf, nachgeholt, arbeiten ... ab, abgearbeitet, rückstau,
        rückstand, verschoben, verlagert, verlagern, migriert, skript, korrigiert, zurückgesetzt, setzen ... zurück, geleert,
        ticket beim|eröffnet, eskaliert, hotfix, notstromaggregat, aggregat, erneuert, erneuern, bagger sind, spleißen,
        graben, entfernt, freigegeben, angepasst, erhöht, nachgeliefert, erstattet, verlegen, =leeren, reparatur läuft|hat|
        wurde|arbeiten, cache ... geleert""",
    "vague action": """untersuchen, prüfen, gehen ... nach, arbeiten an|mit|daran, analysieren, hochdruck, wird gearbeitet,
        beobachten, überwachen, mit nachdruck, arbeiten dauern an""",
    "cause": """wegen, aufgrund, auf grund, ursache|grund war|:, war der grund, ausgelöst|verursacht|bedingt durch,
        infolge, weil, durch einen|ein, zurückzuführen auf, von einem|einer, stromausfall in|im""",
    "mechanism": """bagger ... beschädigt, blitz ... beschädigt, sturm ... beschädigt, fehlkonfiguration, speicherleck,
        kabelschaden, *bruch der leitung, rohrbruch, blitzschlag, blitzeinschlag, ddos, ddos-*, abgelaufenes zertifikat,
        zertifikat ... abgelaufen, hardwaredefekt, softwarefehler, konfigurationsfehler, bedienungsfehler, konfiguration war,
        stromausfall, festplattenfehler, defekte|defekter|defektes|defekten, fehlerhafte|fehlerhaftes|fehlerhaften|
        fehlerhafter update|version|konfiguration|updates""",
    "vague cause": """problem, störung, technisch, unbekannt, externer, extern, dienstleister, anbieter, lieferant,
        zulieferer, gefunden, identifiziert, bekannt, ermittelt, wird, noch, einer, eines, einem, der, die, das, den, dem,
        des, unsere, bei, wir, sie, es, ist, ausfall, derzeit, aktuell, probleme, schwierigkeiten, ein, sich, in, im, uns,
        allen, und, nicht""",
    "vague cause said": """ursache wurde, die ursache, technische störung|probleme, technisches problem, externer
        dienstleister, unvorhergesehen""",
    "vendor trouble": "ausfall, ausgefallen, störung, problem, gestört, nicht erreichbar",
    "progress": """wieder normal|online|erreichbar|verfügbar|stabil|hergestellt|möglich|versorgt|da, funktioniert|
        geht|gehen|fließt|lädt wieder, läuft|laufen wieder|stabil, laufen ... wieder, läuft alles wieder, läuft ...
        normal, wiederhergestellt, wieder in betrieb, vollständig hergestellt, kommen wieder an""",
    "drop": "gesunken|sinkt|gefallen|reduziert auf, nur noch, noch etwa, liegt bei, unter",
    "claims": "meldet, bestätigt, hat ... behoben, berichtet",
    "all of it": "sämtliche dienste|systeme, alles, die gesamte plattform, gesamte plattform, komplett",
    "everything": "dienste, dienst, systeme, system, plattform, alles, produkte",
    "workaround": "umgehung, workaround, abhilfe, umgehungslösung, zwischenlösung, behelfslösung, ausweichmöglichkeit",
    "none": "keine, nicht, noch nicht, derzeit|leider keine, unbekannt, ohne",
    "advise": """bitte, sie können|stattdessen, können|nutzen|verwenden|versuchen|weichen sie, empfehlen, raten,
        stattdessen, wer, solange, ersatzweise, alternativ""",
    "do": """laden|aktualisieren|leeren|rufen|wählen|starten|bezahlen sie, neu laden|anmelden|starten, melden sie
        sich ab, abmelden, =nutzen, =verwenden, =versuchen, =wechseln, =anrufen, =abkochen, =abrufen, =benutzen, =ausweichen,
        =zahlen, =installieren, =speichern, =exportieren, =öffnen, =laden, =drucken""",
    "command": """=nutzen|verwenden|versuchen|wechseln|rufen|benutzen|laden|installieren|speichern|öffnen|starten|
        leeren|melden|kochen|wählen|zahlen sie""",
    "no help": """kontaktieren sie, wenden sie sich, support, kundendienst, um verständnis|geduld|entschuldigung,
        verzeihung, statusseite, später erneut, haben sie geduld""",
    "apology": """entschuldigen, um verzeihung|verständnis|geduld, verzeihung, tut uns leid, bedauern, ihre geduld, für ihr
        verständnis""",
    "late": "verspätet, zu spät, später als, hätten ... melden, versprochen, überfällig, versäumt",
    "blame": """außerhalb unserer, nicht in unserer, externer dienstleister, externen dienstleisters, unser dienstleister|
        lieferant, unseres lieferanten|dienstleisters, liegt nicht bei uns, nicht unsere schuld, schuld, nicht informiert|
        beeinflussen, ohne ankündigung, drittanbieter, anbieter verursacht, verantwortung liegt""",
    "own": "wir, unsere techniker, unser team",
    "jargon": """p0, p1, p2, sev1, sev2, sre, replika, failover, quorum, oom, k8s, pod, pods, shard, sharding, p99, p95, 5xx,
        heap, deadlock, hypervisor, bgp, vlan, mtu, haproxy, nginx, kafka, redis, postgres, mysql, elasticsearch, ingress,
        canary, dslam, olt, bras, mpls, rfo, rca, noc, verbindungspool, lastverteiler, backpressure""",
    "function word": "heute, daran, dafür, damit, dazu, hier, nun, jetzt, sehr, mehr, so, wie, was, wer, wo, dass",
}

PACK = Pack(
    language="de",
    phrases=PHRASES,
    stem=stem,
    names=False,
    abbreviations=frozenset({"ca", "z.b", "u.a", "bzw", "nr", "usw", "str"}),
)
