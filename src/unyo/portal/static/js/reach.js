// Forms that the browser itself sends (data-reach): first it is asked whether the desk is there, so that a lost
// connection is said beside what was typed, and the form is sent when it is back.
"use strict";

(() => {
  const PATIENCE = 5000;

  const isThere = async () => {
    try {
      return (await fetch("/livez", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })).ok;
    } catch {
      return false;
    }
  };

  const send = async (form, submitter) => {
    const shown = form.querySelector("[data-state]");
    for (let tries = 0; form.isConnected && !(await isThere()); tries += 1) {
      await new Promise((resolve) => { foot.wait(form, tries, resolve); });
    }
    if (!form.isConnected) return;
    shown.classList.remove("wrong");
    shown.textContent = form.dataset.sending;
    foot.say(shown.textContent);
    form.dataset.reach = "there";
    form.requestSubmit(submitter);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-reach]");
    if (!form || event.defaultPrevented || form.dataset.reach === "there") return;
    event.preventDefault();
    if (form.dataset.reach === "asked") return;
    form.dataset.reach = "asked";
    send(form, event.submitter);
  });

  // A page that is come back to is as it was left.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll('form[data-reach="there"]')) {
      form.dataset.reach = "";
      form.querySelector("[data-state]").textContent = "";
    }
  });

  // Text that nobody has saved: typed, or shown again with what is wrong.
  const isUnsaved = (form) =>
    form.dataset.reach !== "there" && [...form.querySelectorAll("textarea")].some((each) =>
      each.value !== each.defaultValue || (each.value !== "" && form.querySelector('[role="alert"], [aria-invalid]')));

  addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("form[data-reach]")].some(isUnsaved)) event.preventDefault();
  });
})();
