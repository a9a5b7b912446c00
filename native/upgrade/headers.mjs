// Reads the declarations of the public headers after the C preprocessor has removed macros and comments.
import { spawnSync } from "node:child_process";
import { fail } from "../npm.mjs";

// The headers whose functions the C# code imports.
const headers = ["llama.h", "ggml.h", "ggml-alloc.h", "ggml-backend.h", "ggml-cpu.h", "gguf.h"];

/** Maps the names of functions that the headers in the given folders declare to their declarations, each on one line. */
export function functionsOf(folders, names = headers) {
    const found = new Map();
    for (const statement of statements(preprocess(folders, names))) {
        const name = nameOf(statement);
        if (name)
            found.set(name, statement);
    }
    if (found.size === 0)
        fail("LN0007", `no function was found in the headers of ${folders.join(", ")}`);
    return found;
}

function preprocess(folders, names) {
    const result = spawnSync("gcc", ["-E", "-P", "-x", "c", ...folders.flatMap(folder => ["-I", folder]), "-"],
        { input: names.map(name => `#include "${name}"\n`).join(""), encoding: "utf8", maxBuffer: 1 << 26 });
    if (result.error?.code === "ENOENT")
        fail("LN0001", "gcc was not found on PATH; it is needed to compare headers.");
    if (result.status !== 0)
        fail("LN0007", `gcc cannot read the headers: ${result.stderr.trim()}`);
    return result.stdout;
}

// A declaration ends with a semicolon outside braces, or with the body of an inline function. Visibility attributes are
// removed; deprecations are kept, because a change of them should be reported.
function* statements(text) {
    let depth = 0, statement = "";
    for (const character of text.replace(/__attribute__\s*\(\(visibility\s*\("\w+"\)\)\)|__extension__|\bextern\b/g, "")) {
        if (character === "{")
            depth++;
        else if (character === "}")
            depth--;
        else if (depth === 0 && character !== ";")
            statement += character;
        if (depth === 0 && (character === ";" || character === "}")) {
            yield tidy(statement);
            statement = "";
        }
    }
}

// Attributes can precede or follow, and may quote the name of another function.
const nameOf = statement => /^(?!typedef\b)[\w\s*]*?\b((?:llama|ggml|gguf)_\w+)\(.*\)$/.exec(
    statement.replace(/"[^"]*"/g, "").replace(/__attribute__\(\(\w+(\([^()]*\))?\)\)/g, "").trim())?.[1];

const tidy = declaration => declaration.replace(/\s+/g, " ").replace(/\s*([(),*])\s*/g, "$1").trim();
