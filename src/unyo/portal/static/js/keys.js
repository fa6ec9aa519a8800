// Keyboard shortcuts: the help sheet (#keys) says which there are, and what each does.
"use strict";
const keys = (() => {
  // Milliseconds within which the second of two keys may follow the first.
  const PATIENCE = 1500;
  const NAMES = { ArrowDown: "↓", ArrowUp: "↑" };
  const TYPED = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])";
  let before = "";
  let forgets = 0;

  const isOn = () => localStorage.getItem("single-keys") !== "off";

  // The field of a dialog that has just closed has the focus still, until the page is drawn anew.
  const isTyped = (element) => element.matches?.(TYPED) && element.checkVisibility();

  const table = () => [...document.querySelectorAll("#keys [data-keys]")]
    .map((row) => ({ ...row.dataset, keys: row.dataset.keys.split("|") }));

  // A key that is held with Ctrl, or with ⌘ where there is one: Ctrl edits texts there. Others are the browser's.
  const named = (event) => {
    const key = NAMES[event.key] ?? event.key;
    if (event.altKey) return "";
    if (!event.ctrlKey && !event.metaKey) return key;
    const held = document.getElementById("keys")?.dataset.held;
    const isHeld = held === "⌘" ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    return isHeld && !event.shiftKey ? `${held}+${key.length === 1 ? key.toUpperCase() : key}` : "";
  };

  const press = (element) => {
    if (element.matches("input, textarea, select")) {
      element.scrollIntoView({ block: "center" });
      element.focus();
    } else {
      element.focus();
      element.click();
    }
  };

  // Arrows are left to the page where no ticket of a list has the focus.
  const step = (by, key) => {
    const rows = [...document.querySelectorAll("main [data-row]")].filter((row) => row.checkVisibility());
    const at = rows.indexOf(document.activeElement.closest("[data-row]"));
    if (rows.length === 0 || (at < 0 && key.length === 1 && Object.values(NAMES).includes(key))) return false;
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1);
    rows[next].querySelector("a").focus();
    rows[next].scrollIntoView({ block: "nearest" });
    return true;
  };

  const send = () => {
    const form = document.activeElement.closest("main form");
    const button = form?.querySelector("button:not([type=button])");
    if (!form || button?.disabled) return false;
    form.requestSubmit(button);
    return true;
  };

  const does = {
    go: ({ to }) => { location.assign(to); return true; },
    press: ({ to }) => {
      const found = document.querySelector(to);
      if (found) press(found);
      return Boolean(found);
    },
    open: ({ to }) => { dialogs.toggle(to); return true; },
    step: ({ to }, key) => step(Number(to), key),
    send,
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isComposing(event)) return;
    const key = named(event);
    if (!key) return;
    const isHeld = key.includes("+") && key.length > 1;
    if (!isHeld && (!isOn() || isTyped(event.target) || document.querySelector("dialog[open]"))) return;
    const said = before && !isHeld ? `${before} ${key}` : key;
    const rows = table();
    clearTimeout(forgets);
    before = "";
    const found = rows.find((row) => row.does && row.keys.includes(said));
    if (found) {
      if ((!event.repeat || found.does === "step") && does[found.does](found, key)) event.preventDefault();
    } else if (rows.some((row) => row.keys.some((each) => each.startsWith(`${said} `)))) {
      before = said;
      forgets = setTimeout(() => { before = ""; }, PATIENCE);
    }
  });

  document.addEventListener("opened", (event) => {
    if (event.target.id === "keys") document.getElementById("keys-on").checked = isOn();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-on") localStorage.setItem("single-keys", event.target.checked ? "on" : "off");
  });

  return { press };
})();
