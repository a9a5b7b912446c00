// The settings dialog: the form is built, filled and read from one list of fields.
import { api } from "./api.js";
import { state, on } from "./store.js";
import { h, byId } from "./dom.js";
import { show } from "./dialogs.js";

const groups = [
  [
    "Conversation",
    [
      {
        name: "systemPrompt",
        label: "System prompt",
        help: "Instructions for the model at the start of every conversation.",
        kind: "text",
        fallback: "",
      },
    ],
  ],
  [
    "Generation",
    [
      {
        name: "temperature",
        label: "Temperature",
        help: "0 always picks the most probable token.",
        kind: "range",
        min: 0,
        max: 2,
        step: 0.05,
        fallback: 0.8,
      },
      {
        name: "topP",
        label: "Top-p",
        help: "Keeps the most probable tokens up to this total probability.",
        kind: "range",
        min: 0.01,
        max: 1,
        step: 0.01,
        fallback: 0.95,
      },
      {
        name: "minP",
        label: "Min-p",
        help: "Drops tokens below this fraction of the best token's probability.",
        kind: "range",
        min: 0,
        max: 1,
        step: 0.01,
        fallback: 0.05,
      },
      { name: "topK", label: "Top-k", help: "Keeps this many tokens; 0 keeps all.", kind: "number", min: 0, fallback: 40 },
      {
        name: "maxTokens",
        label: "Longest answer",
        help: "In tokens.",
        kind: "number",
        min: 1,
        placeholder: "no limit",
        fallback: null,
      },
      {
        name: "seed",
        label: "Seed",
        help: "The same seed gives the same answers.",
        kind: "number",
        min: 0,
        placeholder: "random",
        fallback: null,
      },
    ],
  ],
  [
    "Model loading",
    [
      {
        name: "contextSize",
        label: "Context size",
        help: "Tokens of the conversation that the model can see.",
        kind: "number",
        min: 64,
        placeholder: "automatic",
        fallback: null,
      },
      {
        name: "threads",
        label: "Threads",
        help: "CPU threads used for computation.",
        kind: "number",
        min: 1,
        placeholder: "automatic",
        fallback: null,
      },
      {
        name: "gpuLayers",
        label: "GPU layers",
        help: "0 keeps everything on the CPU.",
        kind: "number",
        min: 0,
        placeholder: "all, if there is a GPU",
        fallback: null,
      },
    ],
  ],
];
const fields = groups.flatMap(([, list]) => list);
const themes = ["System", "Light", "Dark"];

export function setUpSettings() {
  byId("settings-fields").replaceChildren(...groups.map(groupElement), themeElement());
  byId("open-settings").onclick = openSettings;
  byId("settings-defaults").onclick = () => fill(Object.fromEntries(fields.map(field => [field.name, field.fallback])));
  byId("settings-form").onsubmit = event => {
    event.preventDefault();
    save();
  };
  on("settings", () => { document.documentElement.dataset.theme = state.settings.theme; });
}

export function openSettings() {
  if (state.settings) {
    fill({ ...state.settings });
    fail(null);
    show("settings");
    byId("set-systemPrompt").focus();
  }
}

/** Switches to the next theme of light, dark and system. */
export function nextTheme() {
  const theme = themes[(themes.indexOf(state.settings.theme) + 1) % themes.length];
  return api.saveSettings({ ...state.settings, theme });
}

function groupElement([title, list]) {
  return h("fieldset", {}, h("legend", {}, title), h("div", { className: "grid" }, list.map(fieldElement)));
}

function fieldElement(field) {
  const id = `set-${field.name}`;
  const help = h("span", { className: "field-help", id: `${id}-help` }, field.help);
  const shared = { id, name: field.name, "aria-describedby": help.id };
  const output = field.kind === "range" ? h("output", { htmlFor: id }) : null;
  const input = field.kind === "text"
    ? h("textarea", { ...shared, className: "field", rows: 3, maxLength: 50_000 })
    : h("input", {
      ...shared, type: field.kind, min: field.min, max: field.max, step: field.step ?? 1, placeholder: field.placeholder ?? "",
      oninput: () => { if (output) { output.textContent = Number(input.value).toFixed(2); } },
    });
  return h("div", { className: `field-block${field.kind === "text" ? " wide" : ""}` },
    h("label", { className: "field-label", htmlFor: id }, field.label, output), input, help);
}

function themeElement() {
  return h("fieldset", {}, h("legend", {}, "Appearance"),
    h("div", { className: "segments", role: "radiogroup", "aria-label": "Appearance" },
      themes.map(theme => h("label", {}, h("input", { type: "radio", name: "theme", value: theme }), theme))));
}

function fill(values) {
  for (const field of fields) {
    const input = byId(`set-${field.name}`);
    input.value = values[field.name] ?? "";
    input.oninput?.();
  }

  const theme = values.theme ?? "System";
  document.querySelector(`#settings input[name=theme][value=${theme}]`).checked = true;
}

async function save() {
  const values = {};
  for (const field of fields) {
    const input = byId(`set-${field.name}`);
    if (field.kind !== "text" && (input.validity.badInput || (field.kind === "number" && !/^\d*$/.test(input.value)))) {
      fail(`${field.label} takes a whole number.`);
      input.focus();
      return;
    }

    values[field.name] = field.kind === "text" ? input.value : input.value === "" ? field.fallback : Number(input.value);
  }

  values.theme = new FormData(byId("settings-form")).get("theme");
  try {
    await api.saveSettings({ ...state.settings, ...values });
    byId("settings").close();
  } catch (error) {
    fail(error.code === "invalid" && error.message.includes("JSON") ? "One of the numbers is too large." : error.message);
  }
}

function fail(text) {
  byId("settings-error").textContent = text ?? "";
  byId("settings-error").hidden = text === null;
}
