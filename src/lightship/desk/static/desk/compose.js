// The text of a form, written from its facts while they are typed. Without it the desk writes an empty text when it is posted.
(() => {
  "use strict";
  const PAUSE = 400;
  const OURS = "Written from the facts as you type. Change it as you like.";
  const YOURS = "Yours now: nothing writes over it.";

  function begin(form) {
    const { body, composed, timed } = form.elements;
    const part = (name) => form.querySelector(`[data-${name}]`);
    const state = part("state"), again = part("again"), findings = part("findings"), override = part("override");
    let timer, asked = 0;

    function show() {
      state.textContent = composed.checked ? OURS : YOURS;
      again.hidden = composed.checked;
    }

    async function ask() {
      const number = ++asked;
      try {
        const answer = await fetch(form.dataset.compose, { method: "POST", body: new FormData(form), redirect: "error" });
        const written = await answer.json();
        if (number !== asked) return;
        // Never under the cursor of whoever stands in the text and is about to type.
        if (composed.checked && document.activeElement !== body) {
          body.value = written.body;
          timed.value = written.due;
        }
        findings.innerHTML = written.findings;
        override.hidden = !written.vague;
      } catch { /* not reached, or signed out: it is written when it is posted */ }
    }

    function soon() {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    }

    form.addEventListener("input", (event) => {
      if (event.target === body) composed.checked = !body.value.trim();
      show();
      soon();
    });
    again.addEventListener("click", () => {
      composed.checked = true;
      show();
      ask();
    });
    // A question leads to its field, wherever that is folded away.
    findings.addEventListener("click", (event) => {
      const field = document.getElementById(event.target.closest("a")?.hash.slice(1) || " ");
      if (!field) return;
      event.preventDefault();
      field.closest("details")?.setAttribute("open", "");
      field.scrollIntoView({ block: "center" });
      (field.matches("input, textarea, select") ? field : field.querySelector("input, textarea, select"))?.focus();
    });
    if (!body.value.trim()) composed.checked = true;
    show();
    if (composed.checked && !("fresh" in form.dataset && form.dataset.draft.startsWith("open:"))) ask();
  }

  for (const form of document.querySelectorAll("form[data-compose]")) begin(form);
})();
