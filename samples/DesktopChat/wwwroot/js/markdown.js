// Renders the supported Markdown: fenced code, `code`, **bold**. Everything else stays plain text. Builds elements instead
// of HTML strings, so a model's output cannot inject markup into the page.
import { h, iconButton, copy } from "./dom.js";

const inline = /`([^`\n]+)`|\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*/g;

/** Renders an answer as elements. */
export function render(text) {
  return split(text).map(block => block.code === undefined ? h("p", {}, inlines(block.text)) : codeBlock(block));
}

/** Splits into text and fenced code; an open fence extends to the end. */
export function split(text) {
  const blocks = [];
  let lines = [];
  let fence = null;
  let language = "";
  const finish = code => {
    const body = lines.join("\n");
    if (code) {
      blocks.push({ code: body, language });
    } else {
      for (const paragraph of body.split(/\n{2,}/)) {
        if (paragraph.trim()) {
          blocks.push({ text: paragraph.replace(/^\n+|\s+$/g, "") });
        }
      }
    }

    lines = [];
  };

  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,})\s*([^`]*)$/.exec(line);
    if (fence === null && mark) {
      finish(false);
      fence = mark[1];
      language = mark[2].trim().slice(0, 40);
    } else if (fence !== null && mark && mark[1].length >= fence.length && !mark[2]) {
      finish(true);
      fence = null;
    } else {
      lines.push(line);
    }
  }

  finish(fence !== null);
  return blocks;
}

function inlines(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(inline)) {
    parts.push(text.slice(end, match.index), match[1] === undefined ? h("strong", {}, match[2]) : h("code", {}, match[1]));
    end = match.index + match[0].length;
  }

  return [...parts, text.slice(end)];
}

function codeBlock({ code, language }) {
  const button = iconButton("copy", "Copy the code", () => copy(code, button));
  return h("div", { className: "code" },
    h("div", { className: "code-head" }, h("span", {}, language || "code"), button),
    h("pre", { tabIndex: 0, "aria-label": "Code" }, h("code", {}, code)));
}
