// Selects the conversation that is shown. The URL contains its id (#id), so a reload shows it again and each window has its own.
import { api } from "./api.js";
import { state, changed } from "./store.js";
import { report } from "./notices.js";

/** Shows a conversation; null starts a new one. */
export async function open(id) {
  state.currentId = id;
  state.conversation = null;
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  document.getElementById("app").classList.remove("show-sidebar");
  changed("current", "list", "answer");
  await refresh();
}

/** Fetches the current conversation. */
export async function refresh() {
  const id = state.currentId;
  if (!id) {
    return;
  }

  const before = state.conversation;
  try {
    const conversation = await api.getConversation(id);
    // An event that arrived in the meantime is newer than the response.
    if (state.currentId === id && state.conversation === before) {
      state.conversation = conversation;
      changed("current");
    }
  } catch (error) {
    if (error.status === 404 && state.currentId === id) {
      open(null);
    } else if (error.status !== 0) {
      report(error);
    }
  }
}

let opened = false;

/** At startup: the conversation in the URL, else the latest. */
export function openFirst() {
  if (opened) {
    return;
  }

  opened = true;
  const wanted = location.hash.slice(1);
  const found = state.conversations.find(item => item.id === wanted) ?? state.conversations[0];
  open(found?.id ?? null);
}

/** The conversation above or below the one shown. */
export function openNeighbour(step) {
  const index = state.conversations.findIndex(item => item.id === state.currentId);
  const next = state.conversations[index < 0 ? 0 : index + step];
  if (next) {
    open(next.id);
  }
}
