// Forms that hold more than the desk reads of one (data-most, in bytes) are not sent: nothing would come back of them.
"use strict";
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.most) return;
  const sent = new URLSearchParams(new FormData(form)).toString().replaceAll("%0A", "%0D%0A");
  if (sent.length <= Number(form.dataset.most)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const shown = form.querySelector("[data-state]");
  shown.textContent = form.dataset.large;
  shown.classList.add("wrong");
  foot.say(shown.textContent);
  const [longest] = [...form.querySelectorAll("textarea")].sort((one, other) => other.value.length - one.value.length);
  longest.focus();
}, true);
