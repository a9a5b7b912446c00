// The content of an empty conversation: a greeting, or instructions for choosing a model.
import { state } from "./store.js";
import { h, byId } from "./dom.js";

export function emptyState() {
  const picture = h("img", { src: "icon.svg", alt: "", width: 56, height: 56 });
  const { phase } = state.model;
  if (phase === "Ready" || phase === "Loading") {
    return h("div", { className: "empty" }, picture,
      h("h2", {}, phase === "Ready" ? "What shall we talk about?" : "The model is loading"),
      h("p", {}, phase === "Ready"
        ? "Everything stays on this machine: the model, the conversation, the settings."
        : "You can send a message now; it is answered when the model has loaded."));
  }

  return h(
    "div",
    { className: "empty" },
    picture,
    h("h2", {}, phase === "Failed" ? "No model is loaded" : "Choose a model to begin"),
    h(
      "p",
      {},
      "Any chat model in the GGUF format works. Add the folder that contains it, or start the program with ",
      h("code", {}, "--model path/to/model.gguf"),
      ".",
    ),
    h("button", { type: "button", className: "button primary", onclick: () => byId("open-models").click() }, "Choose a model"),
  );
}
