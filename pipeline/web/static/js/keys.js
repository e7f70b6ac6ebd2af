/* Keys of the review region. They work only while the region, or something in it that is no text field, has focus;
   the map comes from the page, so a person may change every key or turn all of them off. */
"use strict";
(() => {
  const region = () => document.getElementById("review");
  const act = (name) => document.querySelector(`#review [data-action="${name}"]`);
  let waiting = "";

  const types = (element) =>
    element.isContentEditable ||
    ["TEXTAREA", "SELECT"].includes(element.tagName) ||
    (element.tagName === "INPUT" && !["radio", "checkbox"].includes(element.type));

  /* Visit the differences, or the matched words, one after another. */
  const step = (selector, by) => {
    const marks = [...document.querySelectorAll(`#comparison ${selector}`)].filter((mark) => mark.offsetParent !== null);
    if (!marks.length) return;
    const groups = [...new Set(marks.map((mark) => mark.dataset.difference || mark.id))];
    const now = document.querySelector("#comparison .current");
    const at = now && now.matches(selector) ? groups.indexOf(now.dataset.difference || now.id) : by > 0 ? -1 : 0;
    const next = groups[(at + by + groups.length) % groups.length];
    for (const mark of document.querySelectorAll("#comparison .current")) mark.classList.remove("current");
    const shown = marks.filter((mark) => (mark.dataset.difference || mark.id) === next);
    for (const mark of shown) mark.classList.add("current");
    shown[0].scrollIntoView({ block: "nearest" });
    window.overlap.say(shown.map((mark) => mark.textContent.trim()).join(" → "));
  };

  const choose = (element) => {
    if (element.type === "radio") {
      element.checked = true;
      element.focus();
      element.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    if (types(element)) { element.focus(); return; }
    if (element.tagName === "DETAILS") {
      element.open = true;
      element.querySelector("summary").focus();
      return;
    }
    if (element.dataset.jump !== undefined) {
      element.scrollIntoView({ block: "start" });
      element.focus();
      return;
    }
    element.click();
  };

  const special = {
    "next-difference": () => step("[data-difference]", 1),
    "previous-difference": () => step("[data-difference]", -1),
    "next-match": () => step(".run.same, .run.lit", 1),
    search: () => document.getElementById("search-all")?.focus(),
    help: () => document.getElementById("key-sheet")?.showModal(),
  };

  const press = (event) => {
    const here = region();
    const target = event.target;
    if (!here || !here.dataset.keys || document.querySelector("dialog[open]")) return;
    if (target !== here && !here.contains(target)) return;
    if (event.key === "Escape") {
      if (target !== here) here.focus();
      waiting = "";
      return;
    }
    const field = types(target);
    const quick = target === here || (target.tagName === "INPUT" && !field);
    if (event.key === "Enter" && !event.altKey && (event.ctrlKey || event.metaKey || (quick && !event.shiftKey))) {
      event.preventDefault();
      act("save")?.click();
      return;
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key.length !== 1) return;
    const map = JSON.parse(here.dataset.keys);
    if (waiting) {
      const place = waiting[event.key];
      waiting = "";
      if (place) { event.preventDefault(); location.assign(place); }
      return;
    }
    const name = map[event.key];
    if (!name) return;
    event.preventDefault();
    if (name === "go") { waiting = JSON.parse(here.dataset.places); return; }
    if (special[name]) { special[name](); return; }
    const element = act(name);
    if (element) choose(element);
  };

  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    const closing = event.target.closest("dialog [data-close]");
    if (closing) { closing.closest("dialog").close(); region()?.focus(); }
    if (event.target.closest("[data-help]")) { event.preventDefault(); special.help(); }
  });
})();
