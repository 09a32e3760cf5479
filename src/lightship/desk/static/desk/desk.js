// The desk's own script: drafts that survive, posts that say when they were not posted, times that count. All works without it.
(() => {
  "use strict";
  const UNPOSTED = "lightship:unposted";
  const DAY = 86400000;
  const key = (form) => `lightship:${form.dataset.draft}`;
  const skipped = new Set(["csrfmiddlewaretoken", "seen", "once", "go", "unsent", "was", "separate"]);

  // Storage may be off or full: then there is no draft, and nothing else changes.
  const store = (name, value) => {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(value));
    } catch { /* no storage */ }
  };
  const stored = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name) || "null");
    } catch {
      return null;
    }
  };
  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

  // Drafts. A field is stored only if its author touched it, with the default that it had then.
  const fields = (form) => [...form.elements].filter((e) => e.name && !skipped.has(e.name) && !["password", "hidden", "submit"].includes(e.type));
  const checkable = (e) => e.type === "checkbox" || e.type === "radio";
  const isText = (e) => e.matches("textarea, input[type=text], input:not([type])");
  const seen = (form) => form.elements.seen?.value ?? "";
  const initial = (e) => {
    if (checkable(e)) return e.defaultChecked;
    return e.tagName === "SELECT" ? ([...e.options].find((o) => o.defaultSelected) ?? e.options[0])?.value : e.defaultValue;
  };
  const touched = (e) => (checkable(e) ? e.checked !== e.defaultChecked : e.value !== initial(e));

  function save(form, carried) {
    const values = fields(form)
      .filter((e) => touched(e) || (carried && isText(e) && e.value))
      .map((e) => [e.name, e.value, checkable(e) ? e.checked : null, initial(e)]);
    const hasText = fields(form).some((e) => isText(e) && e.value.trim() && (carried || touched(e)));
    store(key(form), hasText ? { at: Date.now(), seen: seen(form), values } : null);
  }

  // A draft restores text. What was chosen comes back only if nobody posted since; else it is named, and the form says what is new.
  function restore(form) {
    const draft = stored(key(form));
    if (!draft || !("fresh" in form.dataset)) return;
    const newer = draft.seen !== seen(form);
    const differing = [];
    for (const [name, value, checked, before] of draft.values) {
      const field = fields(form).find((e) => e.name === name && (!checkable(e) || e.value === value));
      if (!field) continue;
      const free = !newer || (isText(field) && initial(field) === before);
      if (!free) {
        if (checked !== false) differing.push(`${label(field)}: ${isText(field) ? value : choice(field, value)}`);
        continue;
      }
      if (checked === null) field.value = value;
      else field.checked = checked;
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
    tell(form, draft.at, newer, differing);
  }

  const choice = (field, value) =>
    field.tagName === "SELECT" ? [...field.options].find((o) => o.value === value)?.textContent ?? value : field.closest("label")?.textContent.trim() ?? value;
  const label = (field) =>
    (checkable(field) ? field.closest("fieldset")?.querySelector("legend") : formLabel(field))?.textContent.trim() ?? field.name;
  const formLabel = (field) => field.labels?.[0];

  function tell(form, at, newer, differing) {
    const note = element("div", newer ? "note slow" : "note", "");
    note.setAttribute("role", "status");
    note.append(element("p", "", `This is what you typed at ${clock(at)}; it was never posted.`));
    if (newer) {
      const had = differing.length ? ` You had: ${differing.join("; ")}. Choose again if it still holds.` : "";
      note.append(element("p", "", `Somebody posted since. Only your text is back; the form says what is newest.${had}`));
    }
    const drop = Object.assign(element("button", "quiet", "Start afresh"), { type: "button" });
    drop.addEventListener("click", () => {
      store(key(form), null);
      forget(form.dataset.draft);
      form.reset();
      note.remove();
    });
    note.append(drop);
    form.prepend(note);
  }

  // Posts. Ask whether the desk can be reached before the browser leaves the page with the text on it.
  const reachable = () => fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) }).then(() => true, () => false);
  const posts = (submitter) => !submitter || submitter.name !== "go" || submitter.value === "post";

  async function send(event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.pending) {
      event.preventDefault();
      return;
    }
    const submitter = event.submitter ?? form.querySelector("button.first");
    if (!form.matches("[data-draft]") || form.dataset.asked) {
      pend(form, submitter);
      form.dataset.waits = setTimeout(() => unposted(form, submitter, "sent"), 20000);
      return;
    }
    event.preventDefault();
    save(form, "carried" in form.dataset);
    pend(form, submitter);
    const there = await reachable();
    settle(form);
    if (!there) {
      if (posts(submitter)) unposted(form, submitter, "cut");
      else bar("stale", "No connection. Your text is safe on this device.");
      return;
    }
    if (posts(submitter)) noteUnposted(form, "sent");
    bar("unposted", "");
    form.dataset.asked = "1";
    form.requestSubmit(submitter);
  }

  // A button that was pressed says so, and no button of its form can be pressed again.
  function pend(form, submitter) {
    form.dataset.pending = "1";
    if (submitter?.tagName === "BUTTON") {
      submitter.dataset.label = submitter.textContent;
      submitter.textContent = submitter.textContent.trim().length > 2 ? (form.matches("[data-draft]") && posts(submitter) ? "Posting…" : "One moment…") : submitter.textContent;
      submitter.setAttribute("aria-busy", "true");
    }
    // Not at once: a button that is disabled is not sent with its form.
    setTimeout(() => form.dataset.pending && form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true")));
  }

  function settle(form) {
    clearTimeout(form.dataset.waits);
    delete form.dataset.pending;
    delete form.dataset.asked;
    for (const button of form.querySelectorAll("button[aria-disabled], button[aria-busy]")) {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-busy");
      if (button.dataset.label) button.textContent = button.dataset.label;
      delete button.dataset.label;
    }
  }

  // What was not posted stays on the screen, on every view, until it is posted or dropped.
  function noteUnposted(form, why) {
    const name = document.querySelector("h1")?.textContent.trim() ?? "";
    store(UNPOSTED, { draft: form.dataset.draft, href: location.pathname, name, at: Date.now(), why });
  }
  function forget(draft) {
    if (stored(UNPOSTED)?.draft !== draft) return;
    store(UNPOSTED, null);
    bar("unposted", "");
  }

  const WHY = {
    cut: ["NOT POSTED: no connection.", "Your text is safe on this device.", "Retry"],
    back: ["NOT POSTED yet. The connection is back.", "Your text is here, as you left it.", "Post it now"],
    sent: ["NOT CONFIRMED: the desk did not answer.", "Your text is safe on this device. Sent again, it is not posted twice.", "Send again"],
  };
  let watch = 0;

  function unposted(form, submitter, why) {
    settle(form);
    if (form.matches("[data-draft]")) noteUnposted(form, why === "back" ? "cut" : why);
    const [title, more, button] = WHY[why];
    const retry = Object.assign(element("button", "first", button), { type: "button" });
    retry.addEventListener("click", () => {
      retry.setAttribute("aria-busy", "true");
      retry.textContent = "Trying…";
      form.requestSubmit(submitter?.isConnected ? submitter : form.querySelector("button.first"));
    });
    bar("unposted", title, more, retry);
    clearInterval(watch);
    if (why === "cut") watch = setInterval(() => back(form, submitter), 3000);
  }

  async function back(form, submitter) {
    if (form.dataset.pending || !(await reachable()) || form.dataset.pending) return;
    unposted(form, submitter, "back");
  }

  function resume() {
    const last = stored(UNPOSTED);
    if (!last) return;
    const form = [...document.querySelectorAll("form[data-draft]")].find((f) => f.dataset.draft === last.draft);
    if (Date.now() - last.at > DAY || (form && !("fresh" in form.dataset)) || !stored(`lightship:${last.draft}`)) {
      store(UNPOSTED, null); // old, or the desk has answered: what it said stands in the form
    } else if (form) {
      unposted(form, null, last.why === "cut" ? "back" : last.why);
    } else {
      const [title] = WHY[last.why] ?? WHY.cut;
      const open = Object.assign(element("a", "button", "Open it"), { href: last.href });
      bar("unposted", title, `At ${clock(last.at)}, “${last.name}”. Your text is safe on this device.`, open);
    }
  }

  function bar(kind, title, more, action) {
    const note = document.getElementById("offline");
    if (!note || (note.dataset.kind === "unposted" && kind === "stale" && !note.hidden)) return;
    if (!title) {
      if (note.dataset.kind === kind) note.hidden = true;
      if (kind === "unposted") clearInterval(watch);
      return;
    }
    note.dataset.kind = kind;
    const text = element("p", "", "");
    text.append(element("b", "", title), more ? ` ${more}` : "");
    note.replaceChildren(text, ...(action ? [action] : []));
    note.hidden = false;
  }

  // Enter in a one-line field must not post to the world.
  function hold(event) {
    const one = event.target.matches("form[data-draft] input:not([type=checkbox], [type=radio])");
    if (event.key === "Enter" && one) event.preventDefault();
  }

  // With many components: what is typed leaves those whose name or group has it.
  function filter(input) {
    const query = input.value.trim().toLowerCase();
    for (const set of input.closest("fieldset").querySelectorAll(".set")) set.hidden = !set.querySelector("label").textContent.toLowerCase().includes(query);
    for (const row of input.closest("fieldset").querySelectorAll(".row")) {
      const fold = row.closest("details.fold");
      const group = fold?.querySelector("summary").textContent.toLowerCase() ?? "";
      let shown = 0;
      for (const chip of row.children) {
        chip.hidden = Boolean(query) && !chip.textContent.toLowerCase().includes(query) && !group.includes(query);
        shown += !chip.hidden;
      }
      if (!fold) continue;
      fold.hidden = !shown;
      fold.open = query ? shown > 0 : Boolean(row.querySelector(":checked, .amiss"));
    }
  }

  function span(seconds) {
    if (seconds < 60) return `${Math.floor(seconds)} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 120) return `${minutes} min`;
    return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
  }

  function count() {
    for (const time of document.querySelectorAll("time[data-count]")) {
      const left = (Date.parse(time.dateTime) - Date.now()) / 1000;
      const due = time.dataset.count === "due";
      const text = due ? (left > 0 ? `in ${span(left)}` : `${span(-left)} late`) : `${span(Math.max(-left, 0))} ago`;
      if (time.textContent !== text) time.textContent = text;
    }
  }

  function start() {
    for (const done of document.querySelectorAll("[data-done]")) {
      store(`lightship:${done.dataset.done}`, null);
      forget(done.dataset.done);
    }
    for (const form of document.querySelectorAll("form[data-draft]")) {
      if ("carried" in form.dataset) save(form, true);
      else restore(form);
    }
    resume();
    for (const hidden of document.querySelectorAll(".only-script")) hidden.hidden = false;
    document.addEventListener("input", (event) => {
      if (event.target.matches("[data-filter]")) filter(event.target);
      else if (event.target.form?.matches("form[data-draft]")) save(event.target.form, "carried" in event.target.form.dataset);
    });
    document.addEventListener("submit", send);
    document.addEventListener("keydown", hold);
    document.addEventListener("htmx:error", () => bar("stale", "No connection: what you see may be old.", "Your text is safe on this device."));
    document.addEventListener("htmx:after:request", () => bar("stale", ""));
    addEventListener("online", () => bar("stale", ""));
    // A page shown again from the browser's memory may hold buttons that were pressed.
    addEventListener("pageshow", (event) => {
      document.querySelectorAll("form").forEach(settle);
      if (event.persisted) resume();
    });
    document.querySelector(".strip [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
    count();
    setInterval(count, 1000);
  }

  start();
})();
