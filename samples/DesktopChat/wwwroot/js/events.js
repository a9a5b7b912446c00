// The event stream from the program (Events/EventNames.cs lists the events). The browser reconnects by itself, and every
// connection starts with a snapshot, so no change is lost.
import { state, changed } from "./store.js";
import { openFirst, refresh } from "./navigation.js";
import { announce } from "./notices.js";

let source = null;

// Browsers allow six connections per host, so a hidden window closes its own.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    source?.close();
    state.connected = false;
  } else {
    connect();
  }
});

export function connect() {
  source?.close();
  source = new EventSource("api/events");
  source.onopen = () => setConnected(true);
  source.onerror = () => {
    setConnected(false);
    // Rejected, for example by a restarted program with a new token: the browser does not reconnect.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(connect, 2000);
    }
  };
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, event => handle(JSON.parse(event.data)));
  }
}

const handlers = {
  snapshot(all) {
    Object.assign(state, {
      conversations: all.conversations,
      model: all.model,
      settings: all.settings,
      usage: all.usage,
      processors: all.processors,
    });
    state.answers = new Map(all.answers.map(answer => [answer.conversationId, { ...answer, speed: 0 }]));
    openFirst();
    changed("list", "current", "answer", "model", "settings", "usage");
  },

  conversations(list) {
    state.conversations = list;
    if (state.currentId && !list.some(item => item.id === state.currentId)) {
      state.currentId = null;
      state.conversation = null;
      changed("current");
    }

    changed("list");
  },

  conversation(conversation) {
    if (conversation.id === state.currentId) {
      state.conversation = conversation;
      changed("current");
    }
  },

  answer(answer) {
    const before = state.answers.get(answer.conversationId);
    state.answers.set(answer.conversationId, { ...answer, speed: before?.speed ?? 0 });
    state.troubles.delete(answer.conversationId);
    changed("answer");
  },

  piece(piece) {
    const answer = state.answers.get(piece.conversationId);
    if (!answer || answer.text.length < piece.offset) {
      connect(); // a piece was missed
    } else if (answer.text.length === piece.offset) {
      answer.text += piece.text;
      answer.speed = piece.tokensPerSecond;
      changed("piece");
    }
  },

  "answer-end"(end) {
    state.answers.delete(end.conversationId);
    if (end.error) {
      state.troubles.set(end.conversationId, end.error);
    } else if (end.conversationId === state.currentId) {
      announce("The answer is complete.");
    }

    changed("answer");
  },

  model(model) {
    state.model = model;
    changed("model");
  },

  settings(settings) {
    state.settings = settings;
    changed("settings");
  },

  usage(usage) {
    state.usage = usage;
    changed("usage");
  },
};

function setConnected(connected) {
  if (connected && !state.connected) {
    refresh();
  }

  state.connected = connected;
  document.getElementById("offline").hidden = connected;
}
