// A form whose choices need no second press sends itself.
"use strict";
document.addEventListener("change", (event) => {
  event.target.closest?.("form[data-sends-itself]")?.requestSubmit();
});
