"""Every address of the desk."""

from django.urls import URLPattern, path

from lightship.desk import session
from lightship.desk.views import doctor, duty, history, home, hosts, incident, structure
from lightship.desk.views import doctor, first_word, front_line, history, home, hosts, incident, staff, structure
from lightship.desk.views import doctor, history, home, hosts, incident, scorecard, structure
from lightship.desk.views import doctor, endings, history, home, hosts, incident, published, structure
from lightship.desk.views import doctor, history, home, hosts, incident, nudges, reached, structure
from lightship.desk.views import doctor, history, home, hosts, incident, kit, structure

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("healthz", doctor.healthz, name="healthz"),
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-in/link/<str:uid>/<str:token>/", session.by_link, name="sign-in-link"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("password/", session.password, name="password"),
    path("report/<str:token>/", front_line.by_link, name="report"),
    path("front-line/", front_line.pages, name="front-line-pages"),
    path("staff/", staff.staffers, name="staff"),
    path("staff/<int:pk>/", staff.staffer, name="staffer"),
    path("go/<str:token>/", nudges.go, name="go"),
    path("reached/", reached.reached, name="reached"),
    path("p/<slug:slug>/on-it/<slug:id>/", nudges.on_it, name="on-it"),
    path("p/<slug:slug>/", home.page, name="page"),
    path("p/<slug:slug>/live/", home.live_part, name="live"),
    path("p/<slug:slug>/open/", incident.open_incident, name="open"),
    path("p/<slug:slug>/incidents/<slug:id>/", incident.incident, name="incident"),
    path("p/<slug:slug>/incidents/<slug:id>/said/", incident.timeline_part, name="timeline"),
    path("p/<slug:slug>/incidents/<slug:id>/published/", published.incident_part, name="published"),
    path("p/<slug:slug>/incidents/<slug:id>/withdraw/", endings.withdraw, name="withdraw"),
    path("p/<slug:slug>/incidents/<slug:id>/merge/", endings.merge, name="merge"),
    path("p/<slug:slug>/incidents/<slug:id>/levels/", endings.levels, name="levels"),
    path("p/<slug:slug>/incidents/<slug:id>/name/", incident.rename, name="rename"),
    path("p/<slug:slug>/kit/", kit.kit, name="kit"),
    path("p/<slug:slug>/incidents/<slug:id>/kit/", kit.incident_kit, name="incident-kit"),
    path("p/<slug:slug>/updates/<slug:id>/", incident.correct, name="correct"),
    path("p/<slug:slug>/plan/", incident.plan, name="plan"),
    path("p/<slug:slug>/incidents/<slug:id>/turn/", incident.begin_or_finish, name="begin-or-finish"),
    path("p/<slug:slug>/incidents/<slug:id>/move/", incident.move, name="move"),
    path("p/<slug:slug>/parts/", structure.components, name="components"),
    path("p/<slug:slug>/parts/shift/", structure.shift, name="shift"),
    path("p/<slug:slug>/parts/<slug:id>/", structure.component, name="component"),
    path("p/<slug:slug>/groups/<slug:id>/", structure.group, name="group"),
    path("p/<slug:slug>/settings/", structure.settings, name="settings"),
    path("p/<slug:slug>/history/", history.history, name="history"),
    path("p/<slug:slug>/journal/", history.journal, name="journal"),
    path("p/<slug:slug>/scorecard/", scorecard.scorecard, name="scorecard"),
    path("p/<slug:slug>/scorecard.<str:kind>", scorecard.export, name="scorecard-export"),
    path("p/<slug:slug>/hosts/", hosts.hosts, name="hosts"),
    path("p/<slug:slug>/doctor/", doctor.doctor, name="doctor"),
    path("p/<slug:slug>/drills/", doctor.drills, name="drills"),
    path("p/<slug:slug>/hosts/live/", hosts.hosts_part, name="hosts-live"),
    path("p/<slug:slug>/elsewhere/", history.notice, name="other-desk"),
    path("p/<slug:slug>/elsewhere/take-in/", history.take_in, name="take-in"),
    *duty.ADDRESSES,
    path("p/<slug:slug>/first-word/", first_word.part, name="first-word"),
    path("p/<slug:slug>/alerts/start/", first_word.start, name="alert-start"),
    path("p/<slug:slug>/alerts/<slug:id>/close/", first_word.close, name="alert-close"),
    path("p/<slug:slug>/front-line/", front_line.by_account, name="front-line"),
    path("p/<slug:slug>/front-line/links/", front_line.links, name="front-line-links"),
]
