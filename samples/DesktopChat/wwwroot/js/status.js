// The status bar: device, memory, context in use, tokens per second.
import { state, on, currentAnswer } from "./store.js";
import { byId } from "./dom.js";
import { bytes, speed, whole } from "./format.js";

export function setUpStatus() {
  on("usage model", showUsage);
  on("current model answer", showContext);
  on("current answer piece", showSpeed);
}

function showUsage() {
  const { devices, processMemory } = state.usage;
  const device = devices.find(item => item.isGpu) ?? devices[0];
  const ready = state.model.phase === "Ready" && device;
  byId("status-device").textContent = ready ? `${device.name} · ${device.description}` : "";
  byId("status-device").title = ready
    ? [device.description, state.model.description, state.model.placement, state.model.template].filter(Boolean).join("\n")
    : "";
  byId("status-memory").textContent =
    processMemory === 0 ? "" : `${bytes(processMemory)} used${ready ? ` · ${bytes(device.freeBytes)} free` : ""}`;
}

/** Shows how much of the context the conversation used at its last answer. */
function showContext() {
  const last = state.conversation?.messages.findLast(message => message.statistics)?.statistics;
  const size = state.model.contextSize;
  const shown = Boolean(last && size);
  byId("status-context").hidden = !shown;
  if (shown) {
    const used = Math.min(last.promptTokens + last.tokens, size);
    byId("status-context-text").textContent = `${whole(used)} of ${whole(size)} tokens`;
    byId("status-context-meter").value = used / size;
  }
}

function showSpeed() {
  const answer = currentAnswer();
  const last = state.conversation?.messages.findLast(message => message.statistics)?.statistics;
  const value = answer ? answer.speed : last?.tokensPerSecond;
  byId("status-speed").textContent = value > 0 ? speed(value) : "";
}
