// Notices in a corner of the page, such as errors, and announcements for screen readers.
import { h, byId, iconButton } from "./dom.js";

const shown = new Set();

/** Shows an error until it is dismissed or times out. */
export function report(error) {
  notify(error?.message ?? String(error), "error");
}

export function notify(text, kind = "plain") {
  if (shown.has(text)) {
    return;
  }

  shown.add(text);
  const remove = () => { shown.delete(text); notice.remove(); };
  const notice = h("div", { className: `notice ${kind}`, role: kind === "error" ? "alert" : "status" },
    h("p", {}, text), iconButton("close", "Dismiss", remove));
  byId("notices").append(notice);
  setTimeout(remove, kind === "error" ? 12_000 : 5_000);
}

export function announce(text) {
  byId("announcer").textContent = text;
}
