// Passwords can be shown while they are typed, and are hidden again before they are sent.
"use strict";
for (const eye of document.querySelectorAll("[data-shows]")) {
  const input = document.getElementById(eye.dataset.shows);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    eye.setAttribute("aria-pressed", String(shown));
  };
  eye.hidden = false;
  eye.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false));
}
