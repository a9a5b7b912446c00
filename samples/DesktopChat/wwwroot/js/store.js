// What the page knows, and who wants to hear of it. One object, changed only here and in events.js and navigation.js.
export const state = {
  connected: false,
  conversations: [],       // summaries, newest first
  currentId: null,         // null is a conversation that has not begun
  conversation: null,      // the current one, whole, once it has come
  answers: new Map(),      // conversation id -> { phase, text, speed }
  troubles: new Map(),     // conversation id -> what went wrong with its last answer
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

/** Tells of a change: list, current, answer, piece, model, settings, usage. */
export function changed(...names) {
  const told = new Set(names.flatMap(name => listeners.get(name) ?? []));
  told.forEach(listener => listener());
}

export const currentAnswer = () => state.answers.get(state.currentId);
