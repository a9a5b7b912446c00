// Modal dialogs: the browser's own, which keep the focus inside and give it back.
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
      // A click on the dialog itself is one on what lies behind it: its content covers it.
      if (event.target === dialog || event.target.closest("[data-close]")) {
        dialog.close();
      }
    });
  }
}

/** Asks a question; true if the user says so. */
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
