// The state of the page, and listeners for its changes. Only this file, events.js and navigation.js modify it.
export const state = {
  connected: false,
  conversations: [],       // summaries, newest first
  currentId: null,         // null for a new conversation without messages
  conversation: null,      // the complete current conversation, once fetched
  answers: new Map(),      // conversation id -> { phase, text, speed }
  troubles: new Map(),     // conversation id -> the error of its last answer
  model: { phase: "None" },
  settings: null,
  usage: { processMemory: 0, devices: [] },
  processors: 1,
};

const listeners = new Map();

/** Calls `listener` after each of the named changes. */
export function on(names, listener) {
  for (const name of names.split(" ")) {
    listeners.set(name, [...(listeners.get(name) ?? []), listener]);
  }
}

/** Notifies listeners of changes: list, current, answer, piece, model, settings, usage. */
export function changed(...names) {
  const told = new Set(names.flatMap(name => listeners.get(name) ?? []));
  told.forEach(listener => listener());
}

export const currentAnswer = () => state.answers.get(state.currentId);
