// Passwords can be shown while they are typed, and are hidden again before they are sent.
"use strict";
{
  const show = (eye, shown) => {
    document.getElementById(eye.dataset.shows).type = shown ? "text" : "password";
    eye.setAttribute("aria-pressed", String(shown));
  };
  document.addEventListener("click", (event) => {
    const eye = event.target.closest?.("[data-shows]");
    if (eye) show(eye, eye.getAttribute("aria-pressed") === "false");
  });
  document.addEventListener("submit", (event) => {
    for (const eye of event.target.querySelectorAll("[data-shows]")) show(eye, false);
  });
}
