/* Sends decisions without leaving the page, shows the next pair at once, and never loses one: an attempt stays in this
   browser until the server has it. Without this script the same forms are sent in the ordinary way. */
"use strict";
(() => {
  const STORE = "overlap.attempts";
  const region = () => document.getElementById("review");
  const words = (name) => region()?.dataset[name] || document.querySelector(`[data-${name}]`)?.dataset[name] || "";
  let ahead = null;

  const attempts = () => { try { return JSON.parse(localStorage.getItem(STORE)) || []; } catch { return []; } };
  const keep = (list) => { try { localStorage.setItem(STORE, JSON.stringify(list)); } catch { /* a full or closed store */ } };
  const remember = (attempt) => keep([...attempts().filter((one) => one.key !== attempt.key), attempt]);
  const forget = (key) => keep(attempts().filter((one) => one.key !== key));

  const focusRegion = () => (region() || document.getElementById("main")).focus({ preventScroll: true });

  /* Put the content of another page of this app in place of this one. */
  const show = (page, address, push = true) => {
    const fresh = page.querySelector("main > .wrap");
    if (!fresh) { location.assign(address); return; }
    document.querySelector("main > .wrap").replaceWith(document.adoptNode(fresh));
    document.title = page.title;
    document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers") || "{}");
    if (push) history.pushState({ overlap: true }, "", address);
    window.htmx?.process(document.querySelector("main"));
    window.scrollTo(0, 0);
    begin();
  };

  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  /* Fetch the pair that comes next while this one is read. */
  const look = async () => {
    ahead = null;
    const address = region()?.dataset.ahead;
    if (!address) return;
    try {
      const answer = await fetch(address);
      if (answer.status === 200) ahead = { page: parse(await answer.text()) };
      if (ahead) ahead.pair = ahead.page.getElementById("review")?.dataset.pair;
    } catch { ahead = null; }
  };

  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF-Token"] || "";

  const post = (attempt, accept = "application/json") => {
    const body = new URLSearchParams(attempt.body);
    body.delete("csrf");
    return fetch(attempt.address, {
      method: "POST",
      body,
      headers: { Accept: accept, "X-CSRF-Token": token() },
      redirect: "follow",
    });
  };

  /* Returns true when the server has answered for good, whatever the answer. */
  const settle = async (attempt, stay) => {
    let answer;
    try { answer = await post(attempt); } catch {
      window.overlap.say(words("offline"), true);
      return false;
    }
    if (answer.status === 401) {
      window.overlap.say(words("signedout"), true);
      document.getElementById("signed-out")?.removeAttribute("hidden");
      return false;
    }
    if (answer.status >= 500) { window.overlap.say(words("failed"), true); return false; }
    if (answer.status === 403) { window.overlap.say(words("refused"), true); return false; }
    const told = await answer.json().catch(() => ({}));
    forget(attempt.key);
    if (answer.status === 409) {
      /* Nothing was stored yet; the same form asked for as a page says what the others did. */
      const page = await post(attempt, "text/html");
      show(parse(await page.text()), location.href, false);
      return true;
    }
    if (stay) { window.overlap.say(told.saved || told.error?.message || ""); return true; }
    if (!answer.ok) { window.overlap.say(told.error?.message || words("failed"), true); return true; }
    if (ahead && ahead.pair && ahead.pair === told.pair) {
      show(ahead.page, told.next);
      tell(told);
    } else {
      await go(told.next);
    }
    window.overlap.say(told.saved);
    return true;
  };

  const go = async (address) => {
    const answer = await fetch(address);
    show(parse(await answer.text()), answer.url);
  };

  /* A page fetched ahead does not know yet what was saved since. */
  const tell = (told) => {
    const place = document.getElementById("saved-line");
    if (place && told.saved) {
      place.querySelector(".saved").textContent = told.saved;
      place.querySelector("[name=decision]").value = told.decision;
      place.hidden = false;
    }
    const position = document.getElementById("position-text");
    if (position && told.position) position.textContent = told.position;
    const progress = document.getElementById("position-bar");
    if (progress && told.of) { progress.max = told.of; progress.value = told.done; }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-send]")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const data = new FormData(form, event.submitter);
    const attempt = {
      key: data.get("key"),
      address: form.getAttribute("action"),
      body: [...data].map(([name, value]) => [name, String(value)]),
      person: region()?.dataset.person,
    };
    remember(attempt);
    if (!(await settle(attempt, false))) waitAndRetry();
    delete form.dataset.busy;
  });

  let timer;
  const waitAndRetry = () => { clearTimeout(timer); timer = setTimeout(retry, 5000); };
  const retry = async () => {
    const person = region()?.dataset.person;
    let left = false;
    for (const attempt of attempts()) {
      if (!person || attempt.person !== person) continue;
      const here = attempt.body.find(([name]) => name === "pair")?.[1] === region()?.dataset.pair;
      if (!(await settle(attempt, !here))) left = true;
    }
    if (left) waitAndRetry();
  };
  window.addEventListener("online", retry);

  /* While a pair is read, its claim is renewed; when the page is left, the claim is given back. */
  let renewing;
  const renew = () => {
    clearInterval(renewing);
    const claim = region()?.dataset.claim;
    if (!claim) return;
    renewing = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      const body = new URLSearchParams({ pair: region().dataset.pair, queue: region().dataset.queue });
      fetch("/queue/renew", { method: "POST", body, headers: { "X-CSRF-Token": token(), Accept: "application/json" } }).catch(() => {});
    }, 240000);
  };

  const begin = () => {
    if (!region()) { document.getElementById("main").focus(); return; }
    focusRegion();
    renew();
    look();
  };

  window.addEventListener("popstate", () => location.reload());
  if (region()) {
    if (region().dataset.queue) focusRegion();
    renew();
    look();
  }
  retry();
})();
