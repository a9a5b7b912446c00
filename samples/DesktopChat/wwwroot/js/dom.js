// Creates elements without HTML strings, so text is always text. (The content security policy forbids HTML from strings.)
const svgNamespace = "http://www.w3.org/2000/svg";

export const byId = id => document.getElementById(id);

/** h("p", { className: "x", onclick: f, "aria-label": "…" }, child, "text", …) */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }

    if (name in element && !name.includes("-")) {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }

  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(svgNamespace, "svg");
  const use = document.createElementNS(svgNamespace, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export const iconButton = (name, label, onclick, more = {}) =>
  h("button", { type: "button", className: "icon-button compact", title: label, "aria-label": label, onclick, ...more }, icon(name));

export async function copy(text, button) {
  await navigator.clipboard.writeText(text);
  const label = button.title;
  button.title = "Copied";
  button.classList.add("done");
  setTimeout(() => { button.title = label; button.classList.remove("done"); }, 1200);
}
