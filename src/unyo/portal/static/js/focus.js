// Focus is where one goes on: at what is wrong, at what was saved, at what replaced that which had it.
"use strict";
{
  const put = (element) => {
    if (!element.matches("a[href], button, input, select, summary, textarea, [tabindex]")) element.tabIndex = -1;
    element.focus();
  };
  const say = (...texts) => foot.say(texts.filter(Boolean).join(" "));
  const saved = () => document.querySelector("[data-saved]")?.textContent;
  const isLost = () => document.activeElement === null || document.activeElement === document.body;

  // A page that has just come: what it asks to be looked at, else what its address names.
  const arrive = () => {
    const asked = document.querySelector("[data-focus]");
    const named = document.getElementById(location.hash.slice(1));
    if (asked) put(asked);
    else if (named && isLost()) put(named);
  };
  document.addEventListener("DOMContentLoaded", () => {
    arrive();
    say(saved());
  });

  let had = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    had = event.detail.target.contains(document.activeElement) ? event.detail.target : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!had || !isLost()) return;
    const isPage = had === document.body;
    had = null;
    if (isPage) {
      // A page in the place of another: as one that has just come, and it says what it is.
      arrive();
      if (isLost()) put(document.getElementById("main"));
      say(saved(), document.title);
    } else {
      put(document.querySelector("#found h2, [data-focus]") ?? document.getElementById("main"));
    }
  });
}
