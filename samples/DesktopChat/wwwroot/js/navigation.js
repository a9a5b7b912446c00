// Which conversation is shown. The address keeps it (#id), so that a reload stays where it was and each window has its own.
import { api } from "./api.js";
import { state, changed } from "./store.js";
import { report } from "./notices.js";

/** Shows a conversation; null begins a new one. */
export async function open(id) {
  state.currentId = id;
  state.conversation = null;
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  document.getElementById("app").classList.remove("show-sidebar");
  changed("current", "list", "answer");
  await refresh();
}

/** Fetches the conversation that is shown. */
export async function refresh() {
  const id = state.currentId;
  if (!id) {
    return;
  }

  const before = state.conversation;
  try {
    const conversation = await api.getConversation(id);
    // An event that came in the meantime is newer than what was fetched.
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

/** At the start: what the address names, else the latest. */
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
