// A theme is there as soon as it is chosen, and what is being typed stays; the server is told, so that it stays too.
"use strict";
{
  const wear = (theme) => {
    document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll('button[name="theme"]')) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
    for (const radio of document.querySelectorAll('input[name="theme"]')) radio.checked = radio.value === theme;
  };
  const choose = async (chosen) => {
    const before = document.documentElement.dataset.theme;
    wear(chosen.value);
    const body = new URLSearchParams({ theme: chosen.value });
    const sent = { method: "POST", redirect: "manual", body };
    const answer = await fetch(chosen.form.action, sent).catch(() => null);
    if (answer?.type !== "opaqueredirect") wear(before);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('button[name="theme"]');
    if (!button) return;
    event.preventDefault();
    choose(button);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches('input[name="theme"]')) choose(event.target);
  });
}
