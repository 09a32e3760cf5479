"""What a page's owner decides on duty: in the desk and in the apply file, with the same rules."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill

from lightship.config.apply_file import read as read_file
from lightship.config.toml import parse
from lightship.core.duty.policy import Policy, Speaker
from lightship.store.journal import JournalError
from lightship.store.journal.apply import apply
from lightship.store.models import Page, Staffer, Update

PATH = "/p/acme/settings/duty/"


def policy() -> Policy:
    return Policy.of(Page.objects.get().policy)


def test_the_form_shows_what_holds_and_keeps_what_is_saved(stage: Stage, client: Client) -> None:
    form = read(client.get(PATH))
    assert (form.one("critical"), form.one("speaker"), form.one("approval_wait")) == ("20", "nobody", "5")
    template = "{symptom}. Next: {next_update}."
    more = {"critical": 15, "approval": "on", "speaker": "role", "template_investigating": template}
    assert client.post(PATH, fill(client, PATH, **more, escalation=[stage.bob.pk])).status_code == 302
    assert policy() == Policy(
        critical=15,
        approval=True,
        speaker=Speaker.ROLE,
        escalation=(str(stage.bob.pk),),
        templates={"investigating": template},
    )
    assert read(client.get(PATH)).fields["escalation"] == [str(stage.bob.pk)]
    client.post("/p/acme/open/", fill(client, "/p/acme/", components=[stage.webmail.pk], symptom="mail is late"))
    update = Update.objects.get()
    assert update.wordings.get().body.startswith("Mail is late. Next: ")
    assert update.speaker == "Duty writer"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("critical", "0", "greater than or equal to 1"), ("template_resolved", "{caus}", "Did you mean {cause}?")],
)
def test_what_cannot_be_meant_comes_back_with_the_reason(client: Client, name: str, value: str, words: str) -> None:
    refused = client.post(PATH, fill(client, PATH, **{name: value}))
    assert words in read(refused).text
    assert policy() == Policy()


def test_readers_see_the_name_that_the_writer_chose_and_never_that_of_the_account(stage: Stage, client: Client) -> None:
    Page.objects.update(policy={"speaker": "name"})
    Staffer.objects.create(user=stage.alice, public_name="Alice M.")
    for user in (stage.alice, stage.bob):
        user.first_name, browser = "", stage.signed_in(user)
        user.save()
        typed = fill(browser, "/p/acme/", components=[stage.webmail.pk], symptom="mail is late", name=f"By {user.pk}")
        browser.post("/p/acme/open/", {**typed, "separate": "on"})
    assert list(Update.objects.order_by("created_at").values_list("speaker", flat=True)) == ["Alice M.", "Duty writer"]


def test_an_apply_file_says_the_same_and_leaves_the_rest(stage: Stage) -> None:
    Page.objects.update(policy={"reports": 7})
    text = b'[page]\nscorecard = true\n[page.duty]\napproval = true\nescalation = ["bob"]\n'
    assert list(apply(read_file(parse("a.toml", text)), {"acme"}, datetime.now(UTC))) == ["described page acme"]
    assert policy() == Policy(reports=7, approval=True, escalation=(str(stage.bob.pk),))
    assert Page.objects.get().scorecard
    assert list(apply(read_file(parse("a.toml", text)), {"acme"}, datetime.now(UTC))) == []


def test_an_apply_file_with_an_account_that_is_not_there_is_refused(stage: Stage) -> None:
    text = b'[page.duty]\nescalation = ["mallory"]\n'
    with pytest.raises(JournalError, match="no account mallory"):
        list(apply(read_file(parse("a.toml", text)), {"acme"}, datetime.now(UTC)))
