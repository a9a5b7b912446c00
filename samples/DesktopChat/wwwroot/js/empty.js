// What is shown where nothing has been said yet: a greeting, or the way to a model.
import { state } from "./store.js";
import { h, byId } from "./dom.js";

export function emptyState() {
  const picture = h("img", { src: "icon.svg", alt: "", width: 56, height: 56 });
  const { phase } = state.model;
  if (phase === "Ready" || phase === "Loading") {
    return h("div", { className: "empty" }, picture,
      h("h2", {}, phase === "Ready" ? "What shall we talk about?" : "The model is on its way"),
      h("p", {}, phase === "Ready"
        ? "Everything stays on this machine: the model, the conversation, the settings."
        : "You can write already; the answer comes when the model is loaded."));
  }

  return h(
    "div",
    { className: "empty" },
    picture,
    h("h2", {}, phase === "Failed" ? "There is no model to talk with" : "Choose a model to begin"),
    h(
      "p",
      {},
      "Any chat model in the GGUF format will do. Put one into a folder and add that folder, or start the program with ",
      h("code", {}, "--model path/to/model.gguf"),
      ".",
    ),
    h("button", { type: "button", className: "button primary", onclick: () => byId("open-models").click() }, "Choose a model"),
  );
}
