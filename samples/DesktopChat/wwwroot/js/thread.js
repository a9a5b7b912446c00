// The conversation: its messages, the answer in progress, and their actions.
import { api } from "./api.js";
import { state, on, currentAnswer } from "./store.js";
import { h, byId, iconButton, copy } from "./dom.js";
import { facts } from "./format.js";
import { render as renderText } from "./markdown.js";
import { report } from "./notices.js";
import { emptyState } from "./empty.js";

let editing = null;     // the id of the message being edited
let live = null;        // the element of the answer in progress
let scheduled = false;

export function setUpThread() {
  on("current", render);
  on("answer", () => { renderLive(); follow(); });
  on("piece", schedule);
  on("model", () => { if (!state.conversation?.messages.length) { render(); } });
}

/** Answers the last message again. */
export function regenerateLast() {
  const last = state.conversation?.messages.at(-1);
  if (last && !currentAnswer()) {
    regenerate(last.id);
  }
}

/** Opens the editor on the user's last message. */
export function editLast() {
  const last = state.conversation?.messages.findLast(message => message.role === "user");
  if (last && !currentAnswer()) {
    startEdit(last.id);
    return true;
  }

  return false;
}

let shownId;

function render() {
  const messages = state.conversation?.messages ?? [];
  if (editing && messages.some(message => message.id === editing) && byId("thread").querySelector(".editor")) {
    return; // keep the open editor; the next change renders the rest
  }

  editing = null;
  const thread = byId("thread");
  const moved = shownId !== state.currentId;
  shownId = state.currentId;
  if (messages.length === 0 && !currentAnswer()) {
    thread.replaceChildren(...state.currentId && !state.conversation ? [] : [emptyState()]);
  } else {
    thread.replaceChildren(...messages.map((message, index) => messageElement(message, index === messages.length - 1)));
  }

  live = null;
  renderLive();
  follow(moved);
}

function messageElement(message, last) {
  const own = message.role === "user";
  const body = h("div", { className: "message-body" }, own ? message.text : renderText(message.text));
  const tools = h("div", { className: "message-tools" });
  const copyButton = iconButton("copy", "Copy", () => copy(message.text, copyButton));
  tools.append(copyButton);
  tools.append(own
    ? iconButton("pencil", "Edit and answer again", () => startEdit(message.id))
    : iconButton("again", last ? "Answer again (Alt+R)" : "Answer again from here", () => regenerate(message.id)));
  const foot = h("div", { className: "message-foot" }, tools);
  if (message.statistics) {
    foot.prepend(h("span", { className: "message-facts" }, facts(message.statistics)));
  }

  return h(
    "article",
    {
      className: `message ${own ? "user" : "assistant"}${last ? " last" : ""}`,
      "data-id": message.id,
      "aria-label": own ? "You" : "Answer",
    },
    body,
    foot,
  );
}

/** Shows the answer in progress, or why there is none. */
function renderLive() {
  const answer = currentAnswer();
  const messages = state.conversation?.messages ?? [];
  byId("thread").querySelector(".trouble")?.remove();
  if (!answer) {
    live?.remove();
    live = null;
    showTrouble(messages);
    return;
  }

  if (messages.at(-1)?.role !== "user") {
    return; // the question has not arrived yet, or the answer is already shown
  }

  if (!live) {
    live = h("article", { className: "message assistant live", "aria-label": "Answer", "aria-busy": "true" });
    byId("thread").append(live);
  }

  if (answer.text) {
    const body = h("div", { className: "message-body" }, renderText(answer.text));
    const end = body.lastElementChild?.tagName === "P" ? body.lastElementChild : body;
    end.append(h("span", { className: "caret" }));
    live.replaceChildren(body);
  } else {
    const doing =
      answer.phase === "Reading"
        ? "Reading the conversation"
        : state.model.phase === "Loading"
          ? "Waiting for the model to load"
          : "Waiting for the model";
    live.replaceChildren(h("div", { className: "pending" }, h("i", {}, h("b", {})), doing));
  }
}

function showTrouble(messages) {
  const trouble = state.troubles.get(state.currentId);
  const last = messages.at(-1);
  if (last && (trouble || last.role === "user")) {
    const button = h(
      "button",
      { type: "button", className: "button", onclick: () => regenerate(last.id) },
      trouble ? "Try again" : "Answer",
    );
    byId("thread").append(h("div", { className: `trouble${trouble ? "" : " mild"}`, role: "alert" },
      h("p", {}, trouble ?? "This message has no answer."), button));
  }
}

// Models can be faster than the screen, so render at most once per frame.
function schedule() {
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      renderLive();
      follow();
    });
  }
}

/** Keeps scrolling to the end, unless the user has scrolled up. */
function follow(always = false) {
  const scroll = byId("scroll");
  if (always || following) {
    scroll.scrollTop = scroll.scrollHeight;
  }
}

let following = true;
byId("scroll").addEventListener("scroll", event => {
  const scroll = event.target;
  following = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
}, { passive: true });

async function regenerate(messageId) {
  following = true;
  await api.regenerate(state.currentId, messageId).catch(report);
}

function startEdit(messageId) {
  if (currentAnswer()) {
    report(new Error("Stop the answer first."));
    return;
  }

  const message = state.conversation.messages.find(item => item.id === messageId);
  const element = byId("thread").querySelector(`[data-id="${CSS.escape(messageId)}"]`);
  const close = () => { editing = null; render(); byId("input").focus(); };
  const field = h("textarea", { value: message.text, maxLength: 200_000, "aria-label": "Edit the message" });
  const save = async () => {
    try {
      following = true;
      await api.edit(state.currentId, messageId, field.value);
      close();
    } catch (error) {
      report(error);
    }
  };
  field.onkeydown = event => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  };
  editing = messageId;
  element.replaceChildren(h("div", { className: "editor" }, field, h("div", { className: "editor-foot" },
    h("p", {}, "Later messages are removed and a new answer is generated."),
    h("button", { type: "button", className: "button", onclick: close }, "Cancel"),
    h("button", { type: "button", className: "button primary", onclick: save }, "Send"))));
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}
