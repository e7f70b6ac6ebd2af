/* On a narrow screen the filters wait behind their heading; without scripts they stand open. */
"use strict";
(() => {
  if (!matchMedia("(max-width: 61.99rem)").matches) return;
  for (const filters of document.querySelectorAll(".filters > details")) filters.open = false;
})();
