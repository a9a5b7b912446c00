// Keyboard shortcuts. Outside application mode browsers reserve some keys, so those have an alternative with Alt.
import { h, byId } from "./dom.js";
import { anyOpen, show } from "./dialogs.js";
import { stop } from "./composer.js";
import { beginNew, startRename, remove, toggle } from "./sidebar.js";
import { openNeighbour } from "./navigation.js";
import { regenerateLast } from "./thread.js";
import { openModels } from "./models.js";
import { openSettings, nextTheme } from "./settings.js";
import { report } from "./notices.js";

// [keys, description, action]; entries without an action are handled elsewhere.
const shortcuts = [
  ["Enter", "Send the message"],
  ["Shift+Enter", "Start a new line"],
  ["Escape", "Stop the answer, close a dialog or cancel editing"],
  ["ArrowUp", "In an empty message: edit your last one"],
  ["Ctrl+N Alt+N", "New conversation", beginNew],
  ["Alt+ArrowUp", "Previous conversation", () => openNeighbour(-1)],
  ["Alt+ArrowDown", "Next conversation", () => openNeighbour(1)],
  ["F2", "Rename the conversation", () => startRename()],
  ["Alt+Delete", "Delete the conversation", () => remove()],
  ["Alt+R", "Answer again", regenerateLast],
  ["Ctrl+O Alt+M", "Choose a model", openModels],
  ["Ctrl+,", "Settings", openSettings],
  ["Ctrl+B", "Show or hide the conversation list", toggle],
  ["Alt+T", "Next theme: light, dark, system", () => nextTheme().catch(report)],
  ["Ctrl+L", "Focus the message field", () => byId("input").focus()],
  ["F1", "Show this list", () => show("shortcuts")],
];
const names = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

export function setUpShortcuts() {
  byId("open-shortcuts").onclick = () => show("shortcuts");
  byId("key-list").replaceChildren(
    ...shortcuts.flatMap(([keys, text]) => [
      h(
        "dt",
        {},
        keys
          .split(" ")
          .flatMap((chord, index) => [
            index ? " or " : null,
            h("kbd", {}, names[chord] ?? chord.replace(/Arrow(Up|Down)/, (_, way) => (way === "Up" ? "↑" : "↓"))),
          ]),
      ),
      h("dd", {}, text),
    ]),
  );
  document.addEventListener("keydown", onKey);
}

function onKey(event) {
  if (event.isComposing || anyOpen()) {
    return; // dialogs close themselves with Escape
  }

  if (event.key === "Escape") {
    stop();
    return;
  }

  const found = shortcuts.find(([keys, , action]) => action && keys.split(" ").some(chord => matches(chord, event)));
  if (found) {
    event.preventDefault();
    found[2]();
  }
}

function matches(chord, event) {
  const parts = chord.split("+");
  const key = parts.pop() || ",";
  // With Alt, the character depends on the keyboard layout, so the physical key is compared.
  const same = event.key.toLowerCase() === key.toLowerCase() || (event.altKey && event.code === `Key${key.toUpperCase()}`);
  return same
    && parts.includes("Ctrl") === (event.ctrlKey || event.metaKey)
    && parts.includes("Alt") === event.altKey
    && parts.includes("Shift") === event.shiftKey;
}
