// The names of llama.cpp's model architectures, from LLM_ARCH_NAMES in src/llama-arch.cpp.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../npm.mjs";

export function architecturesOf(source) {
    const text = readFileSync(join(source, "src", "llama-arch.cpp"), "utf8");
    const table = /LLM_ARCH_NAMES = \{([\s\S]*?)\n\};/.exec(text)?.[1] ?? "";
    const names = [...table.matchAll(/\{\s*LLM_ARCH_\w+,\s*"([^"]+)"\s*\}/g)].map(match => match[1]).filter(name => name !== "(unknown)");
    if (names.length === 0)
        fail("LN0007", "src/llama-arch.cpp has no table LLM_ARCH_NAMES.");
    return names.sort();
}
