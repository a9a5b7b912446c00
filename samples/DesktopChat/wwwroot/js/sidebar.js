// The list of conversations: open, rename in place, delete.
import { api } from "./api.js";
import { state, on, changed } from "./store.js";
import { open } from "./navigation.js";
import { h, byId, iconButton } from "./dom.js";
import { dayOf } from "./format.js";
import { report } from "./notices.js";
import { confirm } from "./dialogs.js";

let renaming = null;

export function setUpSidebar() {
  byId("new").onclick = () => beginNew();
  byId("toggle-sidebar").onclick = toggle;
  byId("scrim").onclick = toggle;
  byId("conversations").addEventListener("keydown", moveInList);
  on("list answer", render);
  on("current", showTitle);
  render();
}

export function beginNew() {
  open(null);
  byId("input").focus();
}

export function toggle() {
  const app = byId("app");
  const narrow = matchMedia("(max-width: 760px)").matches;
  const visible = narrow ? app.classList.toggle("show-sidebar") : !app.classList.toggle("no-sidebar");
  byId("scrim").hidden = !(narrow && visible);
  byId("toggle-sidebar").setAttribute("aria-expanded", visible);
}

export function startRename(id = state.currentId) {
  if (id) {
    byId("app").classList.remove("no-sidebar");
    renaming = id;
    render();
    const input = byId("conversations").querySelector("input");
    input?.focus();
    input?.select();
  }
}

export async function remove(id = state.currentId) {
  const item = state.conversations.find(entry => entry.id === id);
  if (!item || !await confirm(`“${item.title}” and its ${item.messageCount} messages will be permanently deleted.`)) {
    return;
  }

  try {
    await api.remove(id);
  } catch (error) {
    report(error);
  }

  byId("input").focus();
}

function render() {
  if (renaming && byId("conversations").querySelector("input") && state.conversations.some(item => item.id === renaming)) {
    return; // keep the text field that is being edited
  }

  const focused = document.activeElement?.closest?.(".conversation")?.dataset.id;
  const rows = [];
  let day = null;
  for (const item of state.conversations) {
    if (dayOf(item.updated) !== day) {
      day = dayOf(item.updated);
      rows.push(h("li", { className: "group-title" }, day));
    }

    rows.push(item.id === renaming ? renameRow(item) : row(item));
  }

  byId("conversations").replaceChildren(
    ...(rows.length ? rows : [h("li", { className: "no-conversations" }, "Your conversations will appear here.")]),
  );
  if (focused) {
    byId("conversations").querySelector(`[data-id="${CSS.escape(focused)}"] .conversation-open`)?.focus();
  }
}

function row(item) {
  const current = item.id === state.currentId;
  const entry = h(
    "li",
    { className: `conversation${current ? " current" : ""}`, "data-id": item.id },
    h(
      "button",
      {
        type: "button",
        className: "conversation-open",
        title: item.title,
        "aria-current": current ? "true" : null,
        onclick: () => open(item.id),
      },
      item.title,
    ),
    h(
      "span",
      { className: "conversation-tools" },
      iconButton("pencil", "Rename (F2)", () => startRename(item.id)),
      iconButton("trash", "Delete", () => remove(item.id)),
    ),
  );
  if (state.answers.has(item.id)) {
    entry.append(h("span", { className: "conversation-busy", role: "img", "aria-label": "Generating an answer" }));
  }

  return entry;
}

function renameRow(item) {
  const finish = async keep => {
    if (renaming !== item.id) {
      return;
    }

    renaming = null;
    const title = input.value.trim();
    if (keep && title && title !== item.title) {
      await api.rename(item.id, title).catch(report);
    }

    changed("list");
  };
  const input = h("input", {
    type: "text", value: item.title, maxLength: 120, "aria-label": "Title of the conversation",
    onblur: () => finish(true),
    onkeydown: event => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        finish(event.key === "Enter");
        byId("input").focus();
      }
    },
  });
  return h("li", { className: "conversation current", "data-id": item.id }, input);
}

function moveInList(event) {
  const entry = event.target.closest(".conversation");
  if (!entry || event.target.tagName === "INPUT") {
    return;
  }

  const buttons = [...byId("conversations").querySelectorAll(".conversation-open")];
  const index = buttons.indexOf(entry.querySelector(".conversation-open"));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !event.altKey) {
    event.preventDefault();
    buttons[index + step]?.focus();
  } else if (event.key === "Delete") {
    remove(entry.dataset.id);
  } else if (event.key === "F2") {
    event.preventDefault();
    event.stopPropagation();
    startRename(entry.dataset.id);
  }
}

function showTitle() {
  const title = state.conversation?.title ?? "New conversation";
  byId("title").textContent = title;
  document.title = state.conversation ? `${title} – DesktopChat` : "DesktopChat";
}
