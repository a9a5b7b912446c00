// Native modal dialogs, which trap the focus and restore it.
import { byId } from "./dom.js";

export const anyOpen = () => document.querySelector("dialog[open]") !== null;

export function show(id) {
  if (!anyOpen()) {
    byId(id).showModal();
  }
}

export function setUpDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", event => {
      // The content covers the dialog, so a click on the dialog element itself hits the backdrop.
      if (event.target === dialog || event.target.closest("[data-close]")) {
        dialog.close();
      }
    });
  }
}

/** Asks for confirmation; true if the user confirms. */
export function confirm(text) {
  const dialog = byId("confirm");
  byId("confirm-text").textContent = text;
  return new Promise(resolve => {
    const yes = () => { answer = true; dialog.close(); };
    let answer = false;
    byId("confirm-yes").addEventListener("click", yes, { once: true });
    dialog.addEventListener("close", () => {
      byId("confirm-yes").removeEventListener("click", yes);
      resolve(answer);
    }, { once: true });
    show("confirm");
  });
}
