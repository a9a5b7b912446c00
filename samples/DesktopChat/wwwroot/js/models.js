// The model: its button, loading progress and errors, and the picker with each file's metadata.
import { api } from "./api.js";
import { state, on } from "./store.js";
import { h, byId, iconButton } from "./dom.js";
import { bytes, parameters, whole } from "./format.js";
import { report, announce } from "./notices.js";
import { show } from "./dialogs.js";

let listing = null;

export function setUpModels() {
  byId("open-models").onclick = openModels;
  byId("failure-models").onclick = openModels;
  byId("cancel-loading").onclick = () => api.cancelLoading().catch(report);
  byId("unload").onclick = () => act(() => api.unloadModel());
  byId("add-folder").onsubmit = event => {
    event.preventDefault();
    addFolder(byId("folder-path").value.trim());
  };
  byId("model-list").addEventListener("keydown", moveInList);
  on("model", showState);
  on("model settings", () => { if (listing) { showList(); } });
}

export async function openModels() {
  byId("models-error").hidden = true;
  show("models");
  await refresh();
  if (document.activeElement?.hasAttribute("data-close")) {
    (byId("model-list").querySelector(".current") ?? byId("model-list").querySelector("button:not(:disabled)"))?.focus();
  }
}

function showState() {
  const { phase, fileName, progress, error } = state.model;
  const loading = phase === "Loading";
  byId("model-name").textContent = phase === "None" ? "No model" : fileName;
  byId("model-dot").className = `dot ${phase}`;
  byId("open-models").setAttribute(
    "aria-label",
    `Model: ${
      phase === "None" ? "none" : `${fileName}, ${{ Loading: "loading", Ready: "ready", Failed: "could not be loaded" }[phase]}`
    }. Choose a model.`,
  );
  if (loading && byId("loading").hidden) {
    announce(`Loading ${fileName}`);
  } else if (phase === "Ready" && !byId("loading").hidden) {
    announce(`${fileName} is ready`);
  }

  byId("loading").hidden = !loading;
  byId("loading-name").textContent = loading ? `Loading ${fileName}` : "";
  byId("loading-percent").textContent = `${Math.round(progress * 100)} %`;
  byId("loading-bar").value = progress ?? 0;
  byId("failure").hidden = phase !== "Failed";
  byId("failure-text").textContent = error ?? "";
}

async function refresh() {
  try {
    listing = await api.listModels();
    showList();
  } catch (error) {
    fail(error);
  }
}

function showList() {
  const loaded = state.model.phase === "Ready" || state.model.phase === "Loading" ? state.model.path : null;
  const rows = listing.models.map(model => h("li", {}, row(model, model.path === loaded)));
  byId("model-list").replaceChildren(...rows);
  const notes =
    listing.models.length === 0 ? ["No model files were found. Add a folder with .gguf files below.", ...listing.notes] : listing.notes;
  byId("models-note").hidden = notes.length === 0;
  byId("models-note").textContent = notes.join(" ");
  byId("unload").disabled = loaded === null;
  document.querySelector(".folders").open ||= listing.models.length === 0;
  const own = state.settings?.modelFolders ?? [];
  byId("folder-list").replaceChildren(
    ...listing.folders.map((folder) =>
      h(
        "li",
        {},
        h("span", {}, folder),
        own.includes(folder) &&
          iconButton("trash", `Remove the folder ${folder} from the list`, () => saveFolders(own.filter((other) => other !== folder))),
      ),
    ),
  );
}

function row(model, current) {
  const chips = model.problem ? [] : [
    model.architecture,
    model.parameters ? `${parameters(model.parameters)} parameters` : null,
    model.quantization,
    model.contextLength ? `${whole(model.contextLength)} context` : null,
  ].filter(Boolean).map(text => h("span", { className: "chip" }, text));
  if (!model.problem) {
    chips.push(h("span", { className: "chip soft" }, model.hasChatTemplate ? "chat template" : "no chat template: ChatML"));
  }

  return h(
    "button",
    {
      type: "button",
      className: `model-row${current ? " current" : ""}`,
      disabled: Boolean(model.problem),
      "aria-current": current ? "true" : null,
      onclick: () => act(() => api.loadModel(model.path)),
    },
    h("strong", {}, model.fileName),
    h("span", { className: "size" }, bytes(model.size)),
    h("span", { className: "where", title: model.path }, [model.name, model.path].filter(Boolean).join(" · ")),
    model.problem ? h("span", { className: "problem" }, model.problem) : h("span", { className: "facts" }, chips),
  );
}

/** Runs a model action and closes the picker, or shows the error. */
async function act(action) {
  try {
    await action();
    byId("models").close();
    byId("input").focus();
  } catch (error) {
    fail(error);
  }
}

async function addFolder(path) {
  if (path && await saveFolders([...new Set([...(state.settings?.modelFolders ?? []), path])])) {
    byId("folder-path").value = "";
  }
}

async function saveFolders(modelFolders) {
  try {
    await api.saveSettings({ ...state.settings, modelFolders });
    byId("models-error").hidden = true;
    await refresh();
    return true;
  } catch (error) {
    fail(error);
    return false;
  }
}

function fail(error) {
  byId("models-error").textContent = error.message;
  byId("models-error").hidden = false;
}

function moveInList(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const rows = [...byId("model-list").querySelectorAll("button:not(:disabled)")];
    rows[rows.indexOf(document.activeElement) + step]?.focus();
  }
}
