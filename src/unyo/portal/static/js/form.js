// Forms of tickets (data-form): counts, lists that depend on others, fields that are asked for at times, sending.
"use strict";

(() => {
  // Texts as the server counts them: line ends as one character, the yen sign's quoting undone.
  const asCounted = (text) =>
    text.replaceAll("\r\n", "\n").replaceAll("\r", "\n")
      .replace(/(?<!\u00a5)\u00a5+(['"])|\u00a5n/g, (all, quote) => quote ?? "\n");

  const length = (text, inBytes) =>
    inBytes ? new TextEncoder().encode(asCounted(text)).length : [...asCounted(text)].length;

  const fill = (pattern, values) =>
    pattern.replace(/\{(\w+)\}/g, (all, name) => values[name]);

  const number = (count) => count.toLocaleString(document.documentElement.lang);

  const { say } = foot;

  // What the page came with: people do not wait for scripts, and may have chosen something else since.
  const firstOf = (select) => ([...select.options].find((each) => each.defaultSelected) ?? select.options[0])?.value;

  // Counts: silent while there is room, said once where there is none left.
  const count = (form, input) => {
    const inBytes = "bytes" in input.dataset;
    const maximum = Number(input.dataset.maximum);
    const shown = document.createElement("p");
    shown.className = "count";
    shown.id = `count-${input.id}`;
    shown.hidden = true;
    input.after(shown);
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), shown.id].filter(Boolean).join(" "));
    let wasOver = false;
    const update = () => {
      const now = length(input.value, inBytes);
      const isOver = now > maximum;
      // Only near its end; and what is shown once stays, or a button would move away under a finger that presses it.
      shown.hidden &&= now < maximum * 0.8;
      shown.classList.toggle("over", isOver);
      const values = { count: number(now), maximum: number(maximum), over: number(now - maximum) };
      shown.textContent = fill(isOver ? form.dataset.over : inBytes ? form.dataset.bytes : form.dataset.characters, values);
      if (isOver && !wasOver) say(shown.textContent);
      wasOver = isOver;
    };
    input.addEventListener("input", update);
    update();
  };

  // A list that depends on another offers what goes with that one's value; what it held at first stays with it.
  const depend = (form, select) => {
    const parent = form.elements[select.dataset.dependsOn];
    if (!parent) return;
    const all = [...select.querySelectorAll("option")].map((option) => ({
      option,
      parent: option.parentElement.dataset.parent ?? "",
    }));
    const first = { parent: firstOf(parent), value: firstOf(select) };
    const update = () => {
      const held = select.value;
      const fits = all.filter((each) =>
        each.parent === "" ? each.option.value === "" || parent.value === first.parent : each.parent === parent.value);
      const isHeld = fits.some((each) => each.option.value === held);
      if (!isHeld && parent.value === first.parent) {
        fits.push(...all.filter((each) => each.option.value === first.value).slice(0, 1));
      }
      select.replaceChildren(...fits.map((each) => each.option));
      select.value = fits.some((each) => each.option.value === held) ? held : "";
      if (select.selectedIndex < 0) select.selectedIndex = 0;
    };
    parent.addEventListener("change", update);
    update();
  };

  // A field that is asked for only where another holds certain values: else it is put aside, not thrown away.
  const askAtTimes = (form, field) => {
    const decides = form.elements[field.dataset.askedBy];
    const input = field.querySelector("select, input, textarea");
    if (!decides) return;
    const values = field.dataset.askedFor.split(",");
    const update = () => {
      const isAsked = values.includes(decides.value);
      field.hidden = !isAsked && !field.querySelector(".fault");
      input.name = isAsked || !field.hidden ? input.id : `aside.${input.id}`;
      input.toggleAttribute("aria-required", isAsked);
      if (isAsked) input.setAttribute("aria-required", "true");
    };
    decides.addEventListener("change", update);
    update();
  };

  // A date that is not complete would be sent as none, so it is not sent at all.
  const incomplete = (form) => {
    const input = [...form.elements].find((each) => each.validity?.badInput);
    for (const each of form.querySelectorAll("[data-incomplete]")) {
      each.previousElementSibling.removeAttribute("aria-invalid");
      each.previousElementSibling.removeAttribute("aria-describedby");
      each.remove();
    }
    if (!input) return false;
    const fault = document.createElement("p");
    fault.className = "fault";
    fault.id = `incomplete-${input.name}`;
    fault.dataset.incomplete = "";
    fault.textContent = form.dataset.partial;
    input.after(fault);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", fault.id);
    input.focus();
    return true;
  };

  const typed = new WeakSet();
  const sending = new WeakMap();

  const state = (form, text, isWrong) => {
    const shown = form.querySelector("[data-state]");
    shown.textContent = text;
    shown.classList.toggle("wrong", isWrong);
    return shown;
  };

  let pressed = null;

  const busy = (form, isBusy) => {
    if (isBusy) pressed = document.activeElement;
    for (const button of form.querySelectorAll("[data-send]")) button.toggleAttribute("disabled", isBusy);
    // A button that does nothing for a while loses the focus.
    if (!isBusy && document.activeElement === document.body) pressed?.focus();
  };

  const mainOf = (xhr) => new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("main");

  // No answer, or none of ours: the same form again, with the same name of the call, so that it is saved once only.
  const retry = (form) => {
    const tries = sending.get(form) ?? 0;
    sending.set(form, tries + 1);
    busy(form, false);
    foot.wait(form, tries, () => {
      if (form.isConnected && !form.querySelector("[data-send]").disabled) form.requestSubmit();
    });
  };

  const begin = (form) => {
    form.querySelectorAll("[data-maximum]").forEach((input) => count(form, input));
    form.querySelectorAll("[data-depends-on]").forEach((select) => depend(form, select));
    form.querySelectorAll("[data-asked-by]").forEach((field) => askAtTimes(form, field));
    // What was refused, not yet chosen, or typed before this script came, is text that nobody has saved.
    const isChanged = [...form.querySelectorAll("textarea")].some((each) => each.value !== each.defaultValue);
    if ("typed" in form.dataset || document.querySelector(".summary") || isChanged) typed.add(form);
    form.addEventListener("input", () => typed.add(form));
    form.addEventListener("submit", (event) => {
      if (!incomplete(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
  };

  const begun = new WeakSet();
  htmx.onLoad((element) => {
    for (const form of document.querySelectorAll("form[data-reach]")) {
      if (begun.has(form)) continue;
      begun.add(form);
      form.querySelectorAll("[data-maximum]").forEach((input) => count(form, input));
    }
    const root = element.closest?.("form[data-form]") ?? element;
    const forms = root.matches?.("form[data-form]") ? [root] : root.querySelectorAll("form[data-form]");
    for (const form of forms) {
      if (begun.has(form)) continue;
      begun.add(form);
      begin(form);
    }
    if (forms.length) document.querySelector("[data-focus]")?.focus();
    // What was just saved is said once, not whenever the page is loaded again.
    if (document.querySelector("[data-saved]")) {
      const here = new URL(location.href);
      here.searchParams.delete("saved");
      history.replaceState(history.state, "", here);
    }
  });

  // Which form each request is of: some of htmx's events happen to what is replaced, not to what was sent.
  const sent = new WeakMap();

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    sent.set(event.detail.xhr, form);
    busy(form, true);
    say(state(form, form.dataset.sending, false).textContent);
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const form = sent.get(xhr);
    if (!form) return;
    const main = mainOf(xhr);
    if (xhr.status >= 500 || !main) {
      event.detail.shouldSwap = false;
      retry(form);
      return;
    }
    // No form any more, as where the right to write was taken away meanwhile: what was typed stays beside what it says.
    if (xhr.status >= 400 && !main.querySelector("form")) {
      event.detail.shouldSwap = false;
      busy(form, false);
      say(state(form, main.querySelector("p").textContent, true).textContent);
      return;
    }
    // What is wrong is said on the page that comes with it.
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    typed.delete(form);
  });

  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) {
    document.addEventListener(name, (event) => {
      const form = sent.get(event.detail.xhr);
      if (form) retry(form);
    });
  }

  addEventListener("beforeunload", (event) => {
    const isUnsaved = [...document.querySelectorAll("form[data-form]")].some((form) => typed.has(form));
    if (isUnsaved) event.preventDefault();
  });

  // Without htmx's way of sending there is nothing to be asked either.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) typed.delete(event.target);
  });
})();
