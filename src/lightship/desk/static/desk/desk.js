// The desk's own script: drafts that survive, times that count, a notice when there is no connection. All works without it.
(() => {
  "use strict";
  const NOTE = "Not sent: no connection. Your text is kept on this device.";
  const key = (form) => `lightship:${form.dataset.draft}`;
  const skipped = new Set(["csrfmiddlewaretoken", "seen", "once", "go", "unsent"]);

  // Storage may be off or full: then there is no draft, and nothing else changes.
  const store = (name, value) => {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch { /* no storage */ }
  };
  const stored = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name) || "null");
    } catch {
      return null;
    }
  };

  const fields = (form) => [...form.elements].filter((e) => e.name && !skipped.has(e.name) && e.type !== "password" && e.type !== "hidden");
  const checkable = (e) => e.type === "checkbox" || e.type === "radio";

  function save(form) {
    const values = fields(form)
      .filter((e) => (checkable(e) ? e.checked !== e.defaultChecked || e.checked : e.value !== e.defaultValue))
      .map((e) => [e.name, e.value, checkable(e) ? e.checked : null]);
    const hasText = [...form.querySelectorAll("textarea, input[type=text]")].some((e) => e.value.trim() && e.value !== e.defaultValue);
    store(key(form), hasText ? JSON.stringify({ at: Date.now(), values }) : null);
  }

  function restore(form) {
    const draft = stored(key(form));
    if (!draft || !("fresh" in form.dataset)) return;
    const same = (e, name, value) => e.name === name && (!checkable(e) || e.value === value);
    for (const [name, value, checked] of draft.values) {
      const field = fields(form).find((e) => same(e, name, value));
      if (!field) continue;
      if (checked === null) field.value = value;
      else field.checked = checked;
      field.closest("details")?.setAttribute("open", "");
    }
    tell(form, draft.at);
  }

  function tell(form, at) {
    const note = document.createElement("p");
    note.className = "note";
    note.setAttribute("role", "status");
    const clock = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    note.textContent = `This is what you typed at ${clock}; it was never posted. `;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "quiet";
    drop.textContent = "Start afresh";
    drop.addEventListener("click", () => {
      store(key(form), null);
      form.reset();
      note.remove();
    });
    note.append(drop);
    form.prepend(note);
  }

  // Ask whether the desk can be reached before the browser leaves the page with the text on it.
  async function send(event) {
    const form = event.target;
    if (!form.matches("form[data-draft]") || form.dataset.asked) {
      delete form.dataset.asked;
      return;
    }
    event.preventDefault();
    if (form.dataset.asking) return;
    save(form);
    form.dataset.asking = "1";
    const submitter = event.submitter;
    try {
      await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) });
    } catch {
      offline(NOTE);
      return;
    } finally {
      delete form.dataset.asking;
    }
    offline("");
    form.dataset.asked = "1";
    form.requestSubmit(submitter);
  }

  function offline(message) {
    const note = document.getElementById("offline");
    if (!note) return;
    note.textContent = message;
    note.hidden = !message;
  }

  // Enter in a one-line field must not post to the world.
  function hold(event) {
    const one = event.target.matches("form[data-draft] input:not([type=checkbox], [type=radio])");
    if (event.key === "Enter" && one) event.preventDefault();
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
    for (const done of document.querySelectorAll("[data-done]")) store(`lightship:${done.dataset.done}`, null);
    for (const form of document.querySelectorAll("form[data-draft]")) restore(form);
    document.addEventListener("input", (event) => event.target.form?.matches("form[data-draft]") && save(event.target.form));
    document.addEventListener("submit", send);
    document.addEventListener("keydown", hold);
    document.addEventListener("htmx:error", () => offline("No connection: what you see may be old. Your text is kept on this device."));
    document.addEventListener("htmx:after:request", () => offline(""));
    addEventListener("online", () => offline(""));
    // A page shown again from the browser's memory may hold buttons that were pressed.
    addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.asked));
    document.querySelector(".strip [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
    count();
    setInterval(count, 1000);
  }

  start();
})();
