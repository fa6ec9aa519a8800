// Pages that show what changes elsewhere as it happens (data-live on <main>); nothing typed, open or focused is lost.
"use strict";

(() => {
  // Milliseconds. A list is fetched anew no more often than LEAST, and not by all who look at it at the same moment.
  const LEAST = 3000;
  const SPREAD = { list: 400, ticket: 100 };
  const MARKED = 4000;
  const LONGEST_WAIT = 30000;
  const PARTS = "[data-row], .glance > div, .facts > div, .sums > div, .steps > li, .timeline > li";

  const page = () => document.getElementById("main")?.dataset ?? {};
  const asOf = () => document.getElementById("as-of");
  const isEditing = () => "liveEditing" in page();
  const isSaving = () => document.querySelector('form[data-reach="there"], [data-send]:disabled') !== null;

  let source = null;
  let at = "";
  let tries = 0;
  let again = 0;
  let soon = 0;
  let soonPresent = 0;
  let last = 0;
  let told = 0;
  let presentAsked = 0;
  let isOver = false;
  let isFreshening = false;
  let isBehind = false;

  const end = () => {
    isOver = true;
    close();
    foot.show("over", "load", () => location.reload());
  };

  // The stream. Hidden pages have none, as a browser opens few connections to a host; but who edits stays there.
  const address = () => {
    const { live } = page();
    if (!live || (document.hidden && !isEditing())) return "";
    return `/events?ticket=${encodeURIComponent(live)}${isEditing() ? "&editing=1" : ""}`;
  };

  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
    at = "";
  };

  const connect = () => {
    const to = isOver ? "" : address();
    if (source && at === to) return;
    close();
    if (!to) return;
    at = to;
    const mine = new EventSource(to);
    source = mine;
    mine.addEventListener("begun", (event) => {
      tries = 0;
      foot.unsay("lost");
      const isList = page().live === "list";
      if (event.data && (isList ? Number(event.data) >= Number(asOf().value) : isNews(event.data))) hear(event.data);
      freshenPresentSoon();
    });
    mine.addEventListener("changed", (event) => {
      if (!event.data || isNews(event.data)) hear(event.data);
    });
    mine.addEventListener("present", freshenPresentSoon);
    // Newer pages are told instead; this one is again when somebody looks at it.
    mine.addEventListener("crowded", close);
    mine.addEventListener("error", () => {
      const isRefused = mine.readyState === EventSource.CLOSED;
      mine.close();
      if (mine === source) lost(to, isRefused);
    });
  };

  const lost = async (to, isRefused) => {
    source = null;
    tries += 1;
    if (tries > 1) foot.show("lost");
    again = setTimeout(connect, Math.min(1000 * 2 ** (tries - 1), LONGEST_WAIT) * (0.5 + Math.random() / 2));
    if (isRefused && (await isShut(to))) end();
  };

  // An event source does not tell how it was answered.
  const isShut = async (to) => {
    const stop = new AbortController();
    try {
      const answer = await fetch(to, { redirect: "manual", headers: { "Unyo-By-Itself": "1" }, signal: stop.signal });
      return answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404;
    } catch {
      return false;
    } finally {
      stop.abort();
    }
  };

  const isNews = (version) => Number(version) > Number(asOf()?.value);

  const hear = (version) => {
    told = version;
    freshenSoon();
  };

  // A part of this page as the server would make it now; null where that is not to be had.
  const fetchPart = async (part) => {
    const service = asOf()?.dataset.in;
    const query = new URLSearchParams(location.search);
    query.delete("saved");
    const headers = { "HX-Request": "true", "HX-Target": part, "Unyo-By-Itself": "1" };
    try {
      const answer = await fetch(`${location.pathname}?${query}`, { headers, redirect: "manual" });
      if (answer.type === "opaqueredirect") end();
      if (answer.status !== 200) return null;
      const made = document.createElement("template");
      made.innerHTML = await answer.text();
      // What goes elsewhere, or takes the focus, is for those who asked for it themselves.
      made.content.querySelectorAll("[hx-swap-oob]").forEach((each) => each.remove());
      made.content.querySelectorAll("[autofocus]").forEach((each) => each.removeAttribute("autofocus"));
      const its = made.content.querySelector("#as-of")?.dataset.in ?? service;
      if (its === service) return made;
      end();
    } catch {
      // The stream finds out too, and tries again.
    }
    return null;
  };

  const isTouched = (input) => {
    if (input.type === "hidden") return false;
    if (input.type === "checkbox" || input.type === "radio") return input.checked !== input.defaultChecked;
    if (input.tagName === "SELECT") {
      return input.selectedIndex !== Math.max(0, [...input.options].findIndex((each) => each.defaultSelected));
    }
    return input.value !== input.defaultValue;
  };

  const touched = (target) =>
    [...target.querySelectorAll("input, textarea, select")].filter((each) => each.form?.method === "post" && isTouched(each));

  // Whether somebody is in the middle of something in a part of the page.
  const isBusy = (target) => {
    const has = document.activeElement;
    const selected = getSelection();
    return document.querySelector("dialog[open]") !== null
      || (target.contains(has) && has.matches("select, textarea, input"))
      || touched(target).length > 0
      || target.querySelector('details.drop[open], details.step-form[open], [role="alert"], [aria-invalid]') !== null
      || (!selected.isCollapsed && target.contains(selected.anchorNode));
  };

  const freshenSoon = (least = 0) => {
    isBehind = true;
    if (soon) return;
    const isList = page().live === "list";
    const wait = least + Math.random() * (isList ? SPREAD.list : SPREAD.ticket);
    soon = setTimeout(() => {
      soon = 0;
      freshen();
    }, Math.max(wait, isList ? last + LEAST - Date.now() : 0));
  };

  const freshen = async (isAsked = false) => {
    // One's own change is told too, and may be told before its answer is here: then there is nothing to say of it.
    if (isSaving()) {
      freshenSoon(LEAST);
      return;
    }
    if (page().live !== "list" && !isNews(told)) {
      isBehind = false;
      foot.unsay("changed");
      return;
    }
    if (isEditing()) {
      foot.show("meanwhile");
      return;
    }
    const { livePart } = page();
    const target = document.getElementById(livePart);
    if (!target || !isBehind || isFreshening) return;
    if (isBusy(target) && !isAsked) {
      if (page().live !== "list") foot.show("changed", "show", () => freshen(true));
      return;
    }
    isFreshening = true;
    isBehind = false;
    last = Date.now();
    const from = location.href;
    const made = await fetchPart(livePart);
    isFreshening = false;
    if (!target.isConnected) return;
    if (made === null || location.href !== from || (isBusy(target) && !isAsked)) {
      if (!isOver) freshenSoon(made === null ? LEAST : 0);
      return;
    }
    swap(target, made);
    foot.unsay("changed");
    if (isBehind) freshenSoon();
  };

  const freshenPresentSoon = () => {
    if (!document.getElementById("present") || soonPresent) return;
    // Who goes from the page to the form is gone for a moment.
    soonPresent = setTimeout(async () => {
      soonPresent = 0;
      presentAsked += 1;
      const mine = presentAsked;
      const made = await fetchPart("present");
      const shown = document.getElementById("present");
      // Answers overtake each other.
      if (mine === presentAsked && made && shown && shown.textContent.trim() !== made.content.textContent.trim()) {
        shown.replaceChildren(made.content);
      }
    }, 300);
  };

  // Keys by which pieces of a part are found again in its successor.
  const count = (key, seen) => {
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return `${key} ${seen.get(key)}`;
  };

  const keyed = (target, selector, keyOf) => {
    const seen = new Map();
    return new Map([...target.querySelectorAll(selector)].map((each) => [count(keyOf(each), seen), each]));
  };

  const nameOf = (piece) =>
    [
      piece.closest("section")?.getAttribute("aria-labelledby") ?? "",
      piece.dataset.key || piece.id || piece.querySelector("dt, article")?.getAttribute("aria-label")
        || piece.querySelector("dt, span")?.textContent || "",
    ].join(" ");

  // How long ago something was is not what changes.
  const textOf = (piece) => {
    const copy = piece.cloneNode(true);
    copy.querySelectorAll("time, form, .acts").forEach((each) => each.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  };

  const texts = (target) => new Map([...keyed(target, PARTS, nameOf)].map(([key, piece]) => [key, textOf(piece)]));

  const folds = (target) =>
    keyed(target, "details", (each) => {
      const summary = each.querySelector("summary");
      return `${nameOf(each.closest(PARTS) ?? each)} ${(summary?.querySelector("h2") ?? summary)?.textContent.trim()}`;
    });

  const inputs = (target) =>
    keyed(target, "input, textarea, select", (each) => {
      const form = each.form;
      const which = ["operation", "step", "number"].map((name) => form?.elements[name]?.value ?? "").join(" ");
      return `${form?.getAttribute("action")} ${which} ${each.name}`;
    });

  const stops = (target) =>
    keyed(target, "a, button, summary", (each) =>
      `${nameOf(each.closest(PARTS) ?? each)} ${each.tagName} ${each.getAttribute("href") ?? each.textContent.trim()}`);

  // What has the focus, as something that finds its successor.
  const placeOf = (target, element) => {
    if (element.id) return (now) => now.querySelector(`#${CSS.escape(element.id)}`);
    const [key] = [...stops(target)].find(([, each]) => each === element) ?? [];
    return (now) => stops(now).get(key);
  };

  const swap = (target, made) => {
    const before = texts(target);
    const open = [...folds(target)].map(([key, each]) => [key, each.open]);
    const typed = [...inputs(target)].filter(([, each]) => touched(target).includes(each));
    const has = document.activeElement;
    const successor = target.contains(has) ? placeOf(target, has) : () => null;
    const { scrollX, scrollY } = window;
    htmx.swap(target, made.innerHTML, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    const folded = folds(target);
    for (const [key, isOpen] of open) if (folded.has(key)) folded.get(key).open = isOpen;
    restore(target, typed);
    successor(target)?.focus({ preventScroll: true });
    scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
    mark(target, before);
  };

  // What was typed goes into the same inputs; a text that has none any more stays to be copied.
  const restore = (target, typed) => {
    const now = inputs(target);
    for (const [key, old] of typed) {
      const input = now.get(key);
      if (input && "checked" in old && (old.type === "checkbox" || old.type === "radio")) {
        input.checked = old.checked;
      } else if (input) {
        input.value = old.value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      } else if (old.tagName === "TEXTAREA") {
        const label = document.createElement("label");
        const kept = document.createElement("textarea");
        kept.className = "input";
        kept.readOnly = true;
        kept.value = old.value;
        label.append(foot.texts().typed, kept);
        target.prepend(label);
      }
    }
  };

  const mark = (target, before) => {
    const fresh = [...keyed(target, PARTS, nameOf)].filter(([key, piece]) => before.get(key) !== textOf(piece));
    for (const [, piece] of fresh) {
      piece.classList.add("fresh");
      setTimeout(() => piece.classList.remove("fresh"), MARKED);
    }
    if (fresh.length || before.size !== texts(target).size) foot.say(foot.texts().updated);
  };

  // Whoever has left what they were in the middle of, a dialog included, sees what they missed.
  for (const name of ["focusout", "close"]) {
    document.addEventListener(name, () => {
      setTimeout(() => {
        if (isBehind && !isEditing()) freshenSoon();
      });
    }, true);
  }
  document.addEventListener("visibilitychange", connect);
  addEventListener("focus", connect);
  addEventListener("online", connect);
  // A page that is kept to be gone back to holds no connection, and is told again when it is shown.
  addEventListener("pagehide", close);
  addEventListener("pageshow", connect);
  // A form that htmx has sent brings another page into this one.
  htmx.onLoad((element) => {
    if (element === document.body || element.contains(document.getElementById("main"))) connect();
  });
})();
