// The front-line kit: a button copies a text; and what is not current any more is asked for anew. All works without it.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copy]")) {
    const text = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.setAttribute("aria-label", `Copy: ${text.labels[0].textContent}`);
    button.addEventListener("click", async () => {
      text.select();
      try {
        await navigator.clipboard.writeText(text.value);
        button.textContent = "Copied";
      } catch { /* it is selected: Ctrl+C */ }
    });
  }
  const expiries = [...document.querySelectorAll("[data-until]")].map((e) => new Date(e.dataset.until) - Date.now());
  const next = Math.min(...expiries.filter((ms) => ms > 0));
  // Half a second later, so that the server's clock has passed it too.
  if (next < 864e5) setTimeout(() => location.reload(), next + 500);
})();
