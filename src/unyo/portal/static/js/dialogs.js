// Dialogs: what says data-opens opens one, data-closes or a press beside it closes it, and focus goes back by itself.
"use strict";
const dialogs = {
  open(id) {
    for (const each of document.querySelectorAll("dialog[open]")) each.close();
    const dialog = document.getElementById(id);
    dialog.showModal();
    dialog.dispatchEvent(new Event("opened", { bubbles: true }));
  },
  toggle(id) {
    const dialog = document.getElementById(id);
    if (dialog.open) dialog.close();
    else dialogs.open(id);
  },
};
document.addEventListener("click", (event) => {
  const opens = event.target.closest?.("button[data-opens]");
  if (opens) {
    // A menu has done its work; focus goes back to what opens it.
    const menu = opens.closest("details");
    menu?.querySelector("summary").focus();
    menu?.removeAttribute("open");
    dialogs.open(opens.dataset.opens);
  }
  const dialog = event.target.closest?.("dialog[open]");
  if (dialog && (event.target === dialog || event.target.closest("[data-closes]"))) dialog.close();
});
