// Menus made of <details>: Escape and a click elsewhere close them.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details.drop[open], details.me[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.stopPropagation();
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open], details.me[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
