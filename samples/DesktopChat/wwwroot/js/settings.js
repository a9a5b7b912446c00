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
      {
        name: "thinking",
        label: "Thinking",
        help: "For models that can think before they answer.",
        kind: "choice",
        values: ["Automatic", "On", "Off"],
        fallback: "Automatic",
      },
      {
        name: "templateVariables",
        label: "Template variables",
        help: "More variables for the template, in JSON.",
        kind: "line",
        placeholder: '{"reasoning_effort": "high"}',
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
      {
        name: "loraAdapters",
        label: "LoRA adapters",
        help: "One file per line; a number behind a colon scales its change.",
        kind: "lines",
        placeholder: "/path/to/adapter.gguf:0.5",
        fallback: [],
      },
    ],
  ],
];
const fields = groups.flatMap(([, list]) => list);
const themes = ["System", "Light", "Dark"];
const isWide = field => field.kind === "text" || field.kind === "lines";

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
  if (field.kind === "choice") {
    return h("div", { className: "field-block" },
      h("span", { className: "field-label" }, field.label), segments(field.name, field.label, field.values, help.id), help);
  }

  const output = field.kind === "range" ? h("output", { htmlFor: id }) : null;
  const input = inputElement(field, shared, output);
  return h("div", { className: `field-block${isWide(field) ? " wide" : ""}` },
    h("label", { className: "field-label", htmlFor: id }, field.label, output), input, help);
}

function inputElement(field, shared, output) {
  const placeholder = field.placeholder ?? "";
  switch (field.kind) {
    case "text":
      return h("textarea", { ...shared, className: "field", rows: 3, maxLength: 50_000 });
    case "lines":
      return h("textarea", { ...shared, className: "field lines", rows: 1, placeholder, spellcheck: false });
    case "line":
      return h("input", { ...shared, type: "text", placeholder, spellcheck: false, autocomplete: "off" });
    default: {
      const input = h("input", {
        ...shared, type: field.kind, min: field.min, max: field.max, step: field.step ?? 1, placeholder,
        oninput: () => { if (output) { output.textContent = Number(input.value).toFixed(2); } },
      });
      return input;
    }
  }
}

function segments(name, label, values, describedBy) {
  return h("div", { className: "segments", role: "radiogroup", "aria-label": label, "aria-describedby": describedBy },
    values.map(value => h("label", {}, h("input", { type: "radio", name, value }), value)));
}

function themeElement() {
  return h("fieldset", {}, h("legend", {}, "Appearance"), segments("theme", "Appearance", themes));
}

function choose(name, value) {
  document.querySelector(`#settings input[name=${name}][value=${value}]`).checked = true;
}

function fill(values) {
  for (const field of fields) {
    const value = values[field.name] ?? field.fallback;
    if (field.kind === "choice") {
      choose(field.name, value);
      continue;
    }

    const input = byId(`set-${field.name}`);
    input.value = field.kind === "lines" ? value.join("\n") : value ?? "";
    input.oninput?.();
  }

  choose("theme", values.theme ?? "System");
}

async function save() {
  const values = {};
  const chosen = new FormData(byId("settings-form"));
  for (const field of fields) {
    const input = byId(`set-${field.name}`);
    if (field.kind === "choice" || field.kind === "text" || field.kind === "line") {
      values[field.name] = chosen.get(field.name);
      continue;
    }

    if (field.kind === "lines") {
      values[field.name] = input.value.split("\n").map(line => line.trim()).filter(line => line !== "");
      continue;
    }

    if (input.validity.badInput || (field.kind === "number" && !/^\d*$/.test(input.value))) {
      fail(`${field.label} takes a whole number.`);
      input.focus();
      return;
    }

    values[field.name] = input.value === "" ? field.fallback : Number(input.value);
  }

  values.theme = chosen.get("theme");
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
