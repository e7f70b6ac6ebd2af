/* The frame of every page: opened menus close again, messages are said aloud. Every page works without it. */
"use strict";
(() => {
  const menus = () => document.querySelectorAll(".top details[open]");

  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  let fading;
  window.overlap = {
    /* Show a short message and let screen readers say it. */
    say(message, lasting = false) {
      const live = document.getElementById("live");
      clearTimeout(fading);
      live.textContent = message;
      if (!lasting) fading = setTimeout(() => { live.textContent = ""; }, 6000);
    },
  };

  /* Moments are written in UTC; the time of this machine comes with them. */
  const tellLocal = (root) => {
    for (const moment of root.querySelectorAll("time[datetime]:not([title])")) {
      const date = new Date(moment.dateTime);
      if (!Number.isNaN(date.valueOf())) moment.title = date.toLocaleString(document.documentElement.lang);
    }
  };
  tellLocal(document);
  document.addEventListener("htmx:afterSettle", (event) => tellLocal(event.target));
})();
