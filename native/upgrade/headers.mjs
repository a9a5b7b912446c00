// What the public headers declare, read after the C preprocessor, so that macros and comments are out of the way.
import { spawnSync } from "node:child_process";
import { fail } from "../npm.mjs";

// The headers that the managed side imports from.
const headers = ["llama.h", "ggml.h", "ggml-alloc.h", "ggml-backend.h", "ggml-cpu.h", "gguf.h"];

/** The functions that the headers under the given folders declare: name to declaration, on one line. */
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
        fail("LN0001", "gcc was not found on PATH; comparing headers needs it.");
    if (result.status !== 0)
        fail("LN0007", `gcc cannot read the headers: ${result.stderr.trim()}`);
    return result.stdout;
}

// Declarations end with a semicolon outside of braces; the body of an inline function ends one too. Of the attributes
// visibility says nothing here; a deprecation is kept, for that is a difference worth seeing.
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

// Attributes stand before or after, and may quote the name of another function.
const nameOf = statement => /^(?!typedef\b)[\w\s*]*?\b((?:llama|ggml|gguf)_\w+)\(.*\)$/.exec(
    statement.replace(/"[^"]*"/g, "").replace(/__attribute__\(\(\w+(\([^()]*\))?\)\)/g, "").trim())?.[1];

const tidy = declaration => declaration.replace(/\s+/g, " ").replace(/\s*([(),*])\s*/g, "$1").trim();
