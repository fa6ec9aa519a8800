// What is said at the foot of the page (#live) of its connection and of changes; one thing at a time.
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

  const show = (kind, action = "", act = null) => {
    if (!box() || texts().kind === kind) return;
    const text = document.createElement("p");
    text.textContent = texts()[kind];
    box().className = `live ${kind}`;
    box().dataset.kind = kind;
    box().replaceChildren(text);
    if (act) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.textContent = texts()[action];
      button.addEventListener("click", act);
      box().append(button);
    }
    say(text.textContent);
  };

  const unsay = (kind) => {
    if (texts().kind !== kind) return;
    delete box().dataset.kind;
    box().replaceChildren();
  };

  return { secondsAfter, texts, say, show, unsay };
})();
