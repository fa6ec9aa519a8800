// Menus made of <details>: Escape, a click elsewhere and focus elsewhere close them.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || isComposing(event)) return;
  const open = event.target.closest?.("details.drop[open], details.me[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.stopPropagation();
});
// They cover what comes after them: neither a press elsewhere nor Tab leaves them open.
for (const name of ["click", "focusin"]) {
  document.addEventListener(name, (event) => {
    for (const open of document.querySelectorAll("details.drop[open], details.me[open]")) {
      const covers = getComputedStyle(open.lastElementChild).position !== "static";
      if (!open.contains(event.target) && (name === "click" || covers)) open.open = false;
    }
  });
}
