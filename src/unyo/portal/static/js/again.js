// What htmx asks for without saving (a list's filters, a memo to be edited): where no answer comes, that is said and it
// is asked again; an answer of another page, such as the sign-in, is gone to, and not put into this one.
"use strict";
(() => {
  const EVENTS = { FORM: "submit", SELECT: "change" };
  let failed = null;
  let tries = 0;
  let timer = 0;

  const isSaving = (element) => element.closest("form[data-form]") !== null;

  const stop = () => {
    clearTimeout(timer);
    removeEventListener("online", goOn);
  };

  const rest = () => {
    stop();
    failed = null;
    foot.unsay("unanswered");
  };

  const ask = () => {
    stop();
    if (failed?.isConnected) htmx.trigger(failed, EVENTS[failed.tagName] ?? "click");
    else rest();
  };

  // By itself, but for who has begun to type elsewhere: what comes might take the focus.
  const goOn = () => {
    const has = document.activeElement;
    if (has.matches("textarea") && !failed?.contains(has)) stop();
    else ask();
  };

  const wait = (element) => {
    stop();
    tries = element === failed ? tries + 1 : 0;
    failed = element;
    foot.show("unanswered", "again", ask);
    timer = setTimeout(goOn, 1000 * foot.secondsAfter(tries));
    addEventListener("online", goOn);
  };

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => {
      if (!isSaving(detail.requestConfig.elt)) wait(detail.requestConfig.elt);
    });
  }

  const pathOf = (address) => new URL(address, location).pathname;

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { xhr, requestConfig, pathInfo } = detail;
    if (isSaving(requestConfig.elt)) return;
    if (xhr.status >= 500) {
      wait(requestConfig.elt);
      return;
    }
    rest();
    const isElsewhere = pathOf(xhr.responseURL) !== pathOf(pathInfo.finalRequestPath);
    if (!isElsewhere && xhr.status < 400) return;
    detail.shouldSwap = false;
    location.assign(isElsewhere ? xhr.responseURL : pathInfo.finalRequestPath);
  });
})();
