// The command palette (#palette): what can be done on this page, pages, tickets by ID or words. Focus stays in the
// field; the option that Enter takes is told by aria-activedescendant.
"use strict";
{
  // Milliseconds after the last key until the desk is asked.
  const PAUSE = 150;
  let waits = 0;
  let asks = new AbortController();
  let isMoved = false;

  const palette = () => document.getElementById("palette");
  const field = () => document.getElementById("palette-words");
  const group = (name) => palette().querySelector(`[data-group="${name}"]`);
  const inGroup = (name) => [...group(name).querySelectorAll("[role=option]")];
  const options = () => [...palette().querySelectorAll("[role=option]")].filter((each) => each.checkVisibility());
  const plain = (text) => text.normalize("NFKC").toLowerCase();

  const point = (option) => {
    for (const each of palette().querySelectorAll('[aria-selected="true"]')) each.setAttribute("aria-selected", "false");
    field().setAttribute("aria-activedescendant", option?.id ?? "");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
  };

  // Number what is there, and point to the first until somebody has moved on.
  const refresh = () => {
    const shown = options();
    palette().querySelectorAll("[role=option]").forEach((each, at) => { each.id = `palette-option-${at}`; });
    const held = palette().querySelector('[aria-selected="true"]');
    point(isMoved && shown.includes(held) ? held : shown[0]);
    const said = palette().querySelector("[role=status]");
    said.textContent = said.dataset.count.replace("{count}", shown.length);
  };

  const made = (text, data) => {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    Object.assign(option.dataset, data);
    const says = document.createElement("span");
    says.className = "says";
    says.textContent = text;
    option.append(says);
    return option;
  };

  // What the page offers, by its own names: buttons and links as they are, a field by its label.
  const here = () => {
    for (const each of inGroup("here")) each.remove();
    for (const each of document.querySelectorAll("main [data-command]")) {
      if (!each.checkVisibility()) continue;
      const option = made((each.labels?.[0] ?? each).textContent.trim(), { presses: each.dataset.command });
      const keys = document.querySelector(`#keys [data-to="[data-command=${each.dataset.command}]"] dd`);
      if (keys) {
        const pressed = document.createElement("span");
        pressed.className = "pressed";
        pressed.setAttribute("aria-hidden", "true");
        pressed.append(...[...keys.childNodes].map((node) => node.cloneNode(true)));
        option.append(pressed);
      }
      group("here").append(option);
    }
  };

  const narrow = (name, text) => {
    const words = plain(text).split(/\s+/u);
    let isEmpty = true;
    for (const each of inGroup(name)) {
      const all = plain(`${each.textContent} ${each.dataset.also ?? ""}`);
      each.hidden = !words.every((word) => all.includes(word));
      isEmpty &&= each.hidden;
    }
    group(name).hidden = isEmpty;
  };

  // Rows of tickets, from the page that lists them.
  const fill = async (name, address) => {
    const into = group(name);
    const { signal } = asks;
    let found = [];
    try {
      const headers = { "HX-Request": "true", "HX-Target": into.dataset.part, Accept: "text/html" };
      const answer = await fetch(address, { headers, signal });
      const leads = answer.headers.get("HX-Redirect");
      if (leads) found = [made(leads.split("/").pop(), { go: leads })];
      else if (answer.ok && !answer.redirected) {
        const read = new DOMParser().parseFromString(await answer.text(), "text/html");
        found = [...read.querySelectorAll("[role=option]")];
      }
    } catch {
      if (signal.aborted) return;
      const said = palette().querySelector("[role=status]");
      said.textContent = said.dataset.failed;
      return;
    }
    if (signal.aborted) return;
    for (const each of inGroup(name)) each.remove();
    into.append(...found);
    into.hidden = found.length === 0;
    refresh();
  };

  const update = () => {
    const text = field().value.trim();
    asks.abort();
    asks = new AbortController();
    clearTimeout(waits);
    isMoved = false;
    narrow("here", text);
    narrow("pages", text);
    group("recent").hidden = text !== "" || inGroup("recent").length === 0;
    group("search").hidden = text === "";
    if (text === "") {
      group("tickets").hidden = true;
      fill("recent", "/");
    } else {
      const address = `/tickets?${new URLSearchParams({ words: text })}`;
      const [all] = inGroup("search");
      all.dataset.go = address;
      all.querySelector(".says").textContent = all.dataset.says.replace("{words}", () => text);
      waits = setTimeout(() => fill("tickets", address), PAUSE);
    }
    refresh();
  };

  const take = (option) => {
    palette().close();
    if (option.dataset.go) location.assign(option.dataset.go);
    else if (option.dataset.opens) dialogs.open(option.dataset.opens);
    else keys.press(document.querySelector(`main [data-command="${option.dataset.presses}"]`));
  };

  const move = (by) => {
    const shown = options();
    const at = shown.findIndex((each) => each.getAttribute("aria-selected") === "true");
    isMoved = true;
    point(shown.at((at + by) % shown.length));
  };

  document.addEventListener("opened", (event) => {
    if (event.target !== palette()) return;
    field().value = "";
    here();
    update();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "palette-words") update();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "palette-words" || isComposing(event)) return;
    const option = palette().querySelector('[aria-selected="true"]');
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && option) take(option);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.("#palette [role=option]");
    if (option) take(option);
  });
}
