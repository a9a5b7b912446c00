// The message editor. Each conversation keeps its own draft.
import { api } from "./api.js";
import { state, on, currentAnswer } from "./store.js";
import { open } from "./navigation.js";
import { byId } from "./dom.js";
import { report } from "./notices.js";
import { editLast } from "./thread.js";

const drafts = new Map();
let shownId = null;
let sending = false;

export function setUpComposer() {
  const input = byId("input");
  byId("composer").onsubmit = event => {
    event.preventDefault();
    send();
  };
  byId("stop").onclick = stop;
  input.oninput = show;
  input.onkeydown = event => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && input.value === "" && !event.altKey && editLast()) {
      event.preventDefault();
    }
  };
  on("current", changeDraft);
  on("answer model", show);
  show();
  input.focus();
}

export function stop() {
  if (currentAnswer()) {
    api.stop(state.currentId).catch(report);
    return true;
  }

  return false;
}

function canSend() {
  return !sending && !currentAnswer() && ["Ready", "Loading"].includes(state.model.phase) && byId("input").value.trim() !== "";
}

async function send() {
  if (!canSend()) {
    return;
  }

  const input = byId("input");
  const text = input.value;
  sending = true;
  let created = null;
  try {
    if (!state.currentId) {
      created = (await api.createConversation()).id;
    }

    await api.say(created ?? state.currentId, text);
    input.value = "";
    if (created) {
      await open(created);
    }
  } catch (error) {
    report(error);
    if (created) {
      await api.remove(created).catch(() => {});
    }
  } finally {
    sending = false;
    show();
  }
}

function changeDraft() {
  if (shownId !== state.currentId) {
    const input = byId("input");
    drafts.set(shownId, input.value);
    input.value = drafts.get(state.currentId) ?? "";
    shownId = state.currentId;
  }

  show();
}

function show() {
  const answering = currentAnswer() !== undefined;
  const hadFocus = [byId("send"), byId("stop")].includes(document.activeElement);
  byId("send").hidden = answering;
  byId("stop").hidden = !answering;
  byId("send").disabled = !canSend();
  byId("input").placeholder = ["Ready", "Loading"].includes(state.model.phase) ? "Write a message" : "Choose a model first";
  if (hadFocus) {
    byId("input").focus();
  }
}
