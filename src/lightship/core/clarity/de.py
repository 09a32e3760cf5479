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


TIMES = {
    "am or pm": "uhr, h",
    "unit": "sekunde, minute, min, stunde, std, tag, tage, woche, werktag",
    "one": "einer, einen, eine, zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn, zwölf, fünfzehn, zwanzig, dreißig, eine halbe, "
    "einer halben, eine weitere, wenigen, paar",
    "month": "januar, februar, märz, april, mai, juni, juli, august, september, oktober, november, dezember, jänner, feber, jan, feb, "
    "apr, jun, jul, aug, sep, okt, nov, dez",
    "weekday": "montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonnabend, sonntag, heute, gestern, morgen, mitternacht, "
    "mittag",
    "zone": "mez, mesz, utc, gmt, cet, cest, ortszeit, z",
    "begin": "seit, ab etwa, begann, begonnen, beginn, beginnend, gegen, aufgetreten, seit etwa, erstmals",
    "end": "behoben, gelöst, wiederhergestellt, beendet, ende, bis, wieder erreichbar, wieder verfügbar, wieder normal, "
    "abgeschlossen, wieder da, wieder online, wieder in betrieb, beseitigt, wieder hergestellt, entstört",
    "ago": "her, zuvor",
    "range": "zwischen, von",
    "past harm": "kam es, beeinträchtigt, betroffen, sehen wir, beobachten wir, wurde, war, waren, kam, stellten wir fest",
    "in": "in, innerhalb, binnen, alle, spätestens, gegen, etwa",
    "by": "um, bis, vor, gegen, spätestens",
}
UPDATES = {
    "update": "meldung, update, statusmeldung, information, informationen, neuigkeit, nachricht von uns, details, aktualisierung, "
    "infos, stand, zwischenstand, neues, bescheid",
    "promise": "folgen, folgt, nächste, nächster, nächstes, nächsten, werden, melden, informieren, geben, wieder, weitere",
    "tell": "melden, informieren, geben, folgen, bereitstellen, berichten",
    "inform": "melden uns, wir melden ~ uns, melden ~ wieder, auf dem laufenden, informieren sie, halten ~ informiert, informieren wir, "
    "kommen ~ auf sie zu, berichten wir, geben ~ bekannt, geben ~ bescheid, melden wir uns",
    "soon": "in kürze, bald, demnächst, sobald, baldmöglichst, so schnell wie möglich, zeitnah, schnellstmöglich, zu gegebener zeit, "
    "umgehend, so bald wie möglich, später",
    "no update": "keine weitere meldung, keine weiteren, für weitere informationen, weitere informationen finden, "
    "informationen finden sie, siehe",
    "estimate": "voraussichtlich, erwarten, rechnen mit, schätzen, vermutlich, wird ~ dauern, dauert noch, dauert etwa, planen, prognose, "
    "soll ~ bis, sollte ~ bis, sollten ~ bis",
}
HARM = {
    "symptom": "fehler, *fehler, fehlermeldung, *fehlermeldung, fehlschlagen, schlagen ~ fehl, schlagen fehl, fehlgeschlagen, langsam, "
    "verlangsamt, "
    "verzögern, verzögert, verzögerung, *verzögerung, *verzögerungen, verspätet, verspätung, *latenz, latenzen, zeitüberschreitung, "
    "zeitüberschreitungen, timeout, nicht erreichbar, unerreichbar, nicht verfügbar, nicht möglich, nicht mehr möglich, können ~ nicht, "
    "können ~ kein, können ~ keine, kann nicht, kann ~ nicht, nicht nutzbar, nicht anmelden, lassen sich nicht, lassen ~ nicht, "
    "lädt nicht, laden nicht, lädt, öffnet nicht, startet nicht, starten nicht, funktioniert nicht, funktionieren nicht, geht nicht, "
    "antwortet nicht, reagiert nicht, kommen ~ verspätet, kommen nicht an, nicht zugestellt, nicht angezeigt, werden nicht, wird nicht, "
    "brechen ~ ab, bricht ~ ab, abbrechen, abbruch, *abbruch, *abbrüche, abbrüche, stürzt ~ ab, absturz, abstürze, trennen, getrennt, "
    "unterbrochen, abgelehnt, "
    "weisen ~ zurück, zurückgewiesen, leere seite, weiße seite, weißer bildschirm, keine treffer, keine ergebnisse, liefert keine, "
    "ohne strom, ohne wasser, ohne internet, ohne gas, ohne heizung, kein strom, kein wasser, kein internet, kein mobilfunk, kein netz, "
    "kein empfang, kein ton, kein bild, kein zugriff, keinen zugriff, ausgefallen, fallen ~ aus, fällt ~ aus, fällt aus, ausfällt, "
    "ausfallen, totalausfall, hängt, hängen, eingefroren, falsch, falsche, doppelt, doppelte, fehlt, fehlen, fehlende, veraltet, verloren, "
    "datenverlust, paketverlust, *verlust, abgemeldet, warnung, *warnung, wartezeit, *wartezeiten, überlastet, überlastung, offline, "
    "instabil, ruckelt, gestört, unvollständig, beschädigte daten, gesperrt, antwortet mit, 500, 502, 503, 504, 404",
    "weak symptom": "problem, störung, *störung, *störungen, vorfall, einschränkung, *einschränkungen, *einschränkung, beeinträchtigung, "
    "beeinträchtigt, "
    "beeinträchtigungen, schwierigkeit, unregelmäßigkeit, unterbrechung, unterbrechungen, lage, ausfall, sache",
    "touch": "problem mit, probleme mit, problem bei, probleme bei, störung bei, störung der, störung des, störung im, störung beim, "
    "ausfall der, ausfall des, ausfall von, "
    "fehler bei, fehler beim, fehler in, fehler im, verzögerungen bei, verzögerung bei, verzögerungen beim, betrifft, betreffen, "
    "betroffen sind, betroffen ist, betroffen, einschränkungen bei, einschränkungen im, einschränkungen beim, zugriff auf, zugang zu, "
    "beeinträchtigt, problem mit der, problem mit dem, ausfall bei",
}
GROUPS = {
    "people": "kunde, kunden, nutzer, *nutzer, benutzer, anwender, *kunden, mitglied, studierende, studenten, schüler, händler, haushalt, "
    "haushalte, teilnehmer, spieler, fluggäste, fahrgäste, patienten, mieter, mandanten, konten, firmen, unternehmen, besucher, "
    "mitarbeiter, bewohner, betriebe, versicherte, leser, anschlüsse, abonnenten, verbraucher, gäste",
    "thing": "anfrage, anfragen, transaktion, *aufrufe, aufrufe, nachricht, bestellung, bestellungen, auftrag, server, *server, leitung, "
    "leitungen, gerät, geräte, *geräte, "
    "zahlung, zahlungen, filiale, filialen, standort, standorte, anschluss, knoten, instanz, instanzen, datei, dateien, shops, "
    "dienste, masten, zähler, endpunkte, domains, postfächer, konten, räume, zellen, server, sendungen, bestellungen, züge, jobs",
    "generic": "dienst, dienste, diensten, service, system, systeme, systemen, plattform, produkt, infrastruktur, netzwerk, anwendung, "
    "anwendungen, server, verbindung, problem, störung, kunde, kunden, nutzer, alle, allen, einige, einigen, mehrere, mehreren, "
    "manche, manchen, viele, wenige, unsere, unserer, unserem, unser, der, die, das, den, dem, des, ein, eine, einer, einem, einen, "
    "zu, bei, in, im, von, vom, und, oder, mit, für, auf, an, am, teilweise, derzeit, aktuell, zurzeit, momentan, es, kann, können, "
    "kommen, ist, sind, wird, werden, wurde, sie, wir, uns, ihr, ihre, weiteren, anderen, bereich, bereiche, teil, funktion, "
    "funktionen, leistung, verfügbarkeit, erreichbarkeit, betrieb, zugriff, nicht, auch, noch, wieder, ursache, fehler, untersuchen, "
    "beheben, lösung, team, technik, techniker, umgebung, komponenten, technisch, technische, technischen, technisches, "
    "intern, interne, extern, externe, externen, externer, anbieter, dienstleister, lieferant, lieferanten, beeinträchtigung, "
    "einschränkung, ausfall, betroffen, zum, zur, beim, aus, als, weil, da",
    "vague number": "einige, einigen, mehrere, mehreren, manche, manchen, bestimmte, einzelne, einzelnen, viele, vielen, wenige, wenigen, "
    "ein teil, teilweise, vereinzelt, diverse, verschiedene, zahlreiche, kleine anzahl, geringe anzahl",
    "exact number": "alle, allen, aller, sämtliche, nur, ausschließlich, jede, jeder, jeden, jedes, mehrheit, die hälfte, keine kunden, die meisten, "
    "gesamte, gesamten, ganze, ganzen, überwiegende teil, lediglich",
    "unaffected": "nicht betroffen, nicht beeinträchtigt, weiterhin verfügbar, weiterhin erreichbar, laufen weiter, funktioniert weiterhin, "
    "funktionieren weiterhin, keine auswirkung, unbeeinträchtigt, beschränkt auf, begrenzt auf, betrifft nur, betrifft ausschließlich, "
    "davon unberührt",
    "region": "region, bezirk, stadtteil, landkreis, landkreises, kreis, gemeinde, ort, rechenzentrum, zone, verfügbarkeitszone, campus, "
    "standort, norden, "
    "süden, osten, westen, gebäude, *straße, straße, *gasse, *platz, umspannwerk, bundesland, viertel, gebiet, raum, großraum, kanton, "
    "wohnheim, *wohnheimen",
    "place": "europa, europäisch, asien, afrika, amerika, nordamerika, südamerika, usa, eu, deutschland, österreich, schweiz, frankreich, italien, "
    "spanien, polen, wien, berlin, hamburg, münchen, köln, frankfurt, stuttgart, zürich, bern, genf, graz, linz, salzburg, innsbruck, tirol, "
    "kärnten, steiermark, vorarlberg, burgenland, niederösterreich, oberösterreich, bayern, hessen, sachsen, thüringen, "
    "niedersachsen, brandenburg, nordrhein-westfalen, baden-württemberg, rheinland-pfalz, saarland, bremen, schleswig-holstein, "
    "mecklenburg-vorpommern, sachsen-anhalt, tokio, london, paris, amsterdam, dublin, bundesweit, landesweit, weltweit, österreichweit, "
    "deutschlandweit, leipzig, dresden, hannover, nürnberg, düsseldorf, dortmund, essen, liechtenstein, südtirol",
    "platform": "android, ios, iphone, iphones, ipad, windows, macos, linux, chrome, firefox, safari, android-*, windows-*, ios-*, "
    "playstation, xbox, prepaid, prepaid-*, ipv6, ipv4, mac-*",
    "plan": "kostenlose, kostenlosen, premium, geschäfts, privat, gewerbliche, geschäftliche, private",
    "plan noun": "tarif, tarife, konten, zugang",
    "segment": "mit, die ~ nutzen, in, am, an",
}
PRODUCTS = {
    "product": "anmeldung, *anmeldung, anmelden, anzumelden, login, registrierung, registrieren, bezahlung, bezahlen, zahlung, *zahlung, "
    "zahlungen, *zahlungen, rechnung, rechnungen, "
    "überweisung, überweisungen, lastschrift, lastschriften, online-banking, onlinebanking, mobile-banking, geldautomat, geldautomaten, "
    "kontostand, guthaben, bestellung, bestellungen, *bestellung, warenkorb, shop, *shop, webshop, webseite, website, homepage, portal, "
    "*portal, *portals, e-mail, e-mails, mail, mails, mailversand, mailserver, *server, webmail, postfach, postfächer, kalender, chat, "
    "nachrichtenversand, push-nachrichten, "
    "benachrichtigung, benachrichtigungen, sms, anruf, anrufe, telefonie, telefonieren, telefon, festnetz, mobilfunk, mobile daten, "
    "internet, breitband, "
    "wlan, vpn, strom, stromversorgung, wasser, wasserleitung, trinkwasser, gas, fernwärme, heizung, warmwasser, fernsehen, tv, notruf, "
    "video, "
    "videos, *player, wiedergabe, streaming, upload, uploads, download, downloads, dateiablage, speicher, objektspeicher, backup, "
    "datensicherung, datenbank, datenbanken, suche, *suche, karte, karten, *karten, kartendaten, bericht, berichte, export, import, "
    "schnittstelle, api-*, rest-api, webhook, webhooks, "
    "dns, domain, domains, zertifikat, virtuelle maschinen, virtuelle server, cluster, kubernetes, drucken, drucker, druckdienst, "
    "bibliothek, *katalog, prüfung, prüfungen, *prüfung, vorlesung, stundenplan, lernplattform, moodle, spielersuche, spiel, spiele, "
    "bestenliste, lobby, "
    "lobby-*, ticket, tickets, *tickets, buchung, buchungen, reservierung, einchecken, check-in, fahrplan, fahrkarten, flüge, termin, "
    "termine, "
    "terminbuchung, formular, formulare, *app, app, *-app, bildschirm, code, codes, passwort, passwörter, zähler, "
    "zwei-faktor, bestätigungscode, paket, sendungsverfolgung, versand, lieferung, "
    "kasse, kassen, terminal, terminals, bonusprogramm, depot, handel, wertpapierhandel, kreditkarte, kreditkarten, telefonzentrale, "
    "hotline, callcenter, *zugang, dokument, dokumente, *programm, windows-*, profil, kommentare, synchronisierung, builds, pipeline",
    "vendor": "aws, amazon, azure, microsoft, google, cloudflare, fastly, akamai, telekom, vodafone, hetzner, ovh, twilio, stripe, paypal, okta, "
    "sparkassen, visa, mastercard, sap, datev, github, magenta, swisscom, ionos",
    "ignore name": "uhr, mez, mesz, utc, wir, sie, api, http, https, url, ip, id, it, edv, pr",
}
WORK = {
    "action": "neu gestartet, neu starten, starten ~ neu, starten wir ~ neu, neustart, zurückgerollt, zurückrollen, rollback, rollen ~ zurück, "
    "rückgängig, zurückgenommen, nehmen ~ zurück, nahmen ~ zurück, ziehen ~ zurück, umgeschaltet, schalten ~ um, umgestellt, stellen ~ um, "
    "umgeleitet, leiten ~ um, umleiten, ausgewichen, getauscht, tauschen, tauscht, austauschen, ausgetauscht, ersetzt, ersetzen, ergänzt, "
    "erweitert, erweitern, zusätzliche kapazität, mehr kapazität, eingespielt, spielen ~ ein, wieder ein, wiedereingespielt, "
    "aus der sicherung, aus dem backup, techniker sind, techniker ist, techniker unterwegs, trupp, entstörtrupp, vor ort, unterwegs, "
    "repariert, reparieren, reparatur, deaktiviert, deaktivieren, abgeschaltet, schalten ~ ab, gesperrt haben, isoliert, gedrosselt, "
    "bauen ~ auf, neu aufgebaut, neu auf, nachgeholt, arbeiten ~ ab, abgearbeitet, rückstau, rückstand, verschoben, verlagert, "
    "verlagern, migriert, skript, korrigiert, korrigieren, zurückgesetzt, setzen ~ zurück, geleert, leeren, ticket beim, ticket eröffnet, "
    "eskaliert, hotfix, notstromaggregat, aggregat, erneuert, erneuern, bagger sind, spleißen, graben, entfernt, "
    "freigegeben, angepasst, erhöht, nachgeliefert, erstattet, erstatten, neu verlegt, verlegen",
    "vague action": "untersuchen, untersucht, prüfen, prüft, gehen ~ nach, arbeiten an, arbeiten mit, arbeiten daran, analysieren, "
    "analysiert, hochdruck, wird gearbeitet, beobachten, überwachen, überwacht, mit nachdruck, "
    "arbeiten dauern an",
    "cause": "wegen, aufgrund, auf grund, ursache war, ursache ist, ursache :, grund war, grund ist, grund :, war der grund, ausgelöst durch, "
    "verursacht durch, "
    "infolge, weil, durch einen, durch eine, durch ein, bedingt durch, zurückzuführen auf, von einem, von einer, ein bagger, defekt, "
    "ein blitz, "
    "stromausfall in, stromausfall im, fehlkonfiguration, speicherleck, konfiguration war, hat ~ beschädigt, kabelschaden, "
    "rohrbruch, blitzschlag, unwetter, ddos, hochwasser, abgelaufenes zertifikat, hardwaredefekt, deshalb",
    "vague cause": "problem, störung, störungen, technisch, technische, technischer, technischen, unbekannt, unbekannte, externer, externen, extern, "
    "dienstleister, anbieter, lieferant, zulieferer, gefunden, identifiziert, bekannt, ermittelt, wird, wurde, noch, einer, eines, einem, "
    "einen, eine, der, die, das, den, dem, des, unsere, unserer, unserem, bei, wir, sie, es, ist, sind, ausfall, derzeit, aktuell, "
    "probleme, schwierigkeiten, ein, sich, in, im, uns, allen, war, waren, und, nicht",
    "vague cause said": "ursache wurde, die ursache, technische störung, technischen störung, technisches problem, technische probleme, "
    "technischer probleme, externer dienstleister, "
    "externen dienstleister, unvorhergesehen",
    "vendor trouble": "ausfall, ausgefallen, störung, problem, gestört, nicht erreichbar",
    "progress": "wieder normal, wieder online, wieder erreichbar, wieder verfügbar, funktioniert wieder, funktionieren wieder, läuft wieder, "
    "laufen wieder, laufen ~ wieder, läuft alles wieder, läuft ~ normal, wieder stabil, wieder hergestellt, wiederhergestellt, läuft stabil, "
    "laufen stabil, wieder in betrieb, geht wieder, gehen wieder, wieder möglich, wieder versorgt, vollständig hergestellt, fließt wieder, "
    "kommen wieder an, wieder da, lädt wieder",
    "drop": "gesunken auf, sinkt auf, gefallen auf, nur noch, reduziert auf, noch etwa, liegt bei, unter",
    "claims": "meldet, melden, bestätigt, hat ~ behoben, berichtet",
    "all of it": "alle dienste, alle systeme, sämtliche dienste, sämtliche systeme, alles, alle produkte, alle komponenten, "
    "die gesamte plattform, gesamte plattform, alle unsere dienste, komplett",
    "everything": "dienste, dienst, systeme, system, plattform, alles, produkte",
}
READERS = {
    "workaround": "umgehung, workaround, abhilfe, umgehungslösung, zwischenlösung, behelfslösung, ausweichmöglichkeit",
    "none": "keine, kein, nicht, noch nicht, derzeit keine, unbekannt, leider keine, ohne",
    "advise": "bitte, sie können, sie stattdessen, können sie, empfehlen, raten, stattdessen, nutzen sie, verwenden sie, versuchen sie, wer, "
    "weichen sie, solange, ersatzweise, alternativ",
    "do": "nutzen, nutzen sie, verwenden, verwenden sie, versuchen, laden sie, neu laden, aktualisieren sie, leeren sie, melden sie sich ab, "
    "abmelden, neu anmelden, "
    "wechseln, rufen sie, anrufen, wählen sie, starten sie, neu starten, installieren, abkochen, abrufen, benutzen, ausweichen, "
    "zahlen, bezahlen sie, speichern, exportieren, öffnen sie",
    "no help": "kontaktieren sie, wenden sie sich, support, kundendienst, um verständnis, um geduld, um entschuldigung, verzeihung, "
    "statusseite, später erneut, haben sie geduld",
    "apology": "entschuldigen, entschuldigung, um verzeihung, verzeihung, tut uns leid, bedauern, um verständnis, ihre geduld, um geduld, "
    "für ihr verständnis",
    "late": "verspätet, zu spät, später als, hätten ~ melden, versprochen, überfällig, versäumt",
    "blame": "außerhalb unserer, nicht in unserer, externer dienstleister, externen dienstleister, externen dienstleisters, "
    "unser dienstleister, unser lieferant, "
    "unseres lieferanten, unseres dienstleisters, liegt nicht bei uns, nicht unsere schuld, schuld, nicht informiert, ohne ankündigung, "
    "drittanbieter, anbieter verursacht, verantwortung liegt, nicht beeinflussen",
    "own": "wir, unsere techniker, unser team, unsere technik",
    "jargon": "p0, p1, p2, sev1, sev2, sre, replika, failover, quorum, oom, k8s, pod, pods, shard, sharding, p99, p95, 5xx, heap, deadlock, "
    "hypervisor, bgp, vlan, mtu, haproxy, nginx, kafka, redis, postgres, mysql, elasticsearch, ingress, canary, dslam, olt, bras, mpls, "
    "rfo, rca, noc, "
    "verbindungspool, lastverteiler, backpressure",
    "function word": "der, die, das, wir, es, bei, und, oder, nicht, auch, noch, wieder, heute, zurzeit, daran, dafür, damit, dazu, hier, "
    "nun, jetzt, sehr, mehr, so, wie, was, wer, wo, dass",
}

PACK = Pack(
    language="de", phrases={**TIMES, **UPDATES, **HARM, **GROUPS, **PRODUCTS, **WORK, **READERS}, stem=stem, names=False
)
