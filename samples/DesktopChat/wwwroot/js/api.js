// Requests to the program. URLs are relative, because the page's URL starts with the access token.
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function send(method, path, body) {
  let response;
  try {
    response = await fetch(`api/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "offline", "The program does not respond. It may have been closed.");
  }

  const text = await response.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    // Not a JSON error of the program; the status is enough.
  }

  if (!response.ok) {
    throw new ApiError(
      response.status,
      value?.error?.code ?? "unexpected",
      value?.error?.message ?? `The program responded with status ${response.status}.`,
    );
  }

  return value;
}

const conversation = id => `conversations/${encodeURIComponent(id)}`;
const message = (id, messageId) => `${conversation(id)}/messages/${encodeURIComponent(messageId)}`;

export const api = {
  createConversation: () => send("POST", "conversations"),
  getConversation: id => send("GET", conversation(id)),
  rename: (id, title) => send("PATCH", conversation(id), { title }),
  remove: id => send("DELETE", conversation(id)),
  say: (id, text) => send("POST", `${conversation(id)}/messages`, { text }),
  edit: (id, messageId, text) => send("PUT", message(id, messageId), { text }),
  regenerate: (id, messageId) => send("POST", `${message(id, messageId)}/regenerate`),
  stop: id => send("POST", `${conversation(id)}/stop`),
  listModels: () => send("GET", "models"),
  loadModel: path => send("POST", "models/load", { path }),
  cancelLoading: () => send("POST", "models/cancel"),
  unloadModel: () => send("POST", "models/unload"),
  saveSettings: settings => send("PUT", "settings", settings),
};
