// What is said of the connection: at the foot of the page (#live), one thing at a time; beside a form ([data-state]).
"use strict";
const foot = (() => {
  const WAITS = [2, 4, 8, 15, 30];
  // How long whatever got no answer waits before its next try.
  const secondsAfter = (tries) => WAITS[Math.min(tries, WAITS.length - 1)];

  const box = () => document.getElementById("live");
  const texts = () => box()?.dataset ?? {};

  const say = (text) => {
    document.getElementById("said").textContent = text;
  };

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button small";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  const show = (kind, action = "", act = null) => {
    if (!box() || texts().kind === kind) return;
    const text = document.createElement("p");
    text.textContent = texts()[kind];
    box().className = `live ${kind}`;
    box().dataset.kind = kind;
    box().replaceChildren(text);
    if (act) box().append(button(texts()[action], act));
    say(text.textContent);
  };

  const unsay = (kind) => {
    if (texts().kind !== kind) return;
    delete box().dataset.kind;
    box().replaceChildren();
  };

  // Beside a form that got no answer; it goes on when the time is over, the browser is online again, or somebody presses.
  const wait = (form, tries, goOn) => {
    const seconds = secondsAfter(tries);
    const shown = form.querySelector("[data-state]");
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      goOn();
    };
    const timer = setTimeout(done, seconds * 1000);
    addEventListener("online", done);
    shown.textContent = form.dataset.unsent.replace("{seconds}", seconds);
    shown.classList.add("wrong");
    say(shown.textContent);
    shown.append(" ", button(form.dataset.retry, done));
  };

  return { secondsAfter, texts, say, show, unsay, wait };
})();
