// What is built for which platform: the CMake preset and its toolchain, the targets, and the files that result.
import { join } from "node:path";
import { fail, native, readJson } from "../npm.mjs";

export const manifest = readJson(join(native, "package.json")).llamaNative;

const presets = readJson(join(native, "build", "CMakePresets.json")).configurePresets;

// Of ggml's CPU variants for x64, all but sapphirerapids, whose AMX intrinsics GCC 12 does not compile for Win64.
const x64 = ["x64", "sse42", "sandybridge", "ivybridge", "piledriver", "haswell", "skylakex", "cannonlake", "cascadelake", "icelake",
    "cooperlake", "zen4", "alderlake"];

const toolchains = {
    "win-x64": "mingw-w64",
    "win-arm64": "zig",
    "linux-musl-x64": "zig",
    "linux-x64": "system",
    "linux-arm64": "linux-arm64",
    "osx-arm64": "system",
    "osx-x64": "system",
};

/** The parts of a platform's build, each with its own folder of the cache and its own package. */
export const parts = {
    cpu: {
        stem: "llama",
        targets: (rid, variants) => ["llama", "ggml", "ggml-base", ...cpuTargets(rid, variants)],
        isResult: file => /^(lib)?(llama|ggml|ggml-base|ggml-cpu(-[\w.]+)?)\.(dll|so|dylib)$/.test(file),
    },
    multimodal: {
        stem: "mtmd",
        targets: () => ["mtmd"],
        isResult: file => /^(lib)?mtmd\.(dll|so|dylib)$/.test(file),
    },
    rpc: {
        stem: "ggml-rpc",
        targets: () => ["ggml-rpc", "ggml-rpc-server"],
        isResult: file => /^((lib)?ggml-rpc\.(dll|so|dylib)|ggml-rpc-server(\.exe)?)$/.test(file),
    },
};

/** How a part is built: throws if there is no way to build it for this platform. */
export function recipe(rid, part, variants) {
    const toolchain = toolchains[rid];
    if (!toolchain)
        fail("LN0002", `Nothing is built for the runtime identifier '${rid}'; known ones are ${Object.keys(toolchains).join(", ")}.`);
    if (!parts[part])
        fail("LN0002", `'${part}' is not a part of the native build; known ones are ${Object.keys(parts).join(", ")}.`);
    const builtHere = manifest.built.includes(rid);
    if (part === "cpu" && !builtHere)
        fail("LN0002", `The CPU libraries of ${rid} are restored prebuilt from npm; built from source are ${manifest.built.join(", ")}.`);
    return { ...parts[part], rid, part, toolchain, builtHere, preset: resolve(rid), targets: parts[part].targets(rid, variants) };
}

function cpuTargets(rid, variants) {
    if (!rid.endsWith("-x64"))
        return ["ggml-cpu"];
    const unknown = (variants ?? []).filter(variant => !x64.includes(variant));
    if (unknown.length > 0)
        fail("LN0002", `Unknown CPU variants: ${unknown.join(", ")}; known ones are ${x64.join(", ")}.`);
    return (variants ?? x64).map(variant => `ggml-cpu-${variant}`);
}

// The cache variables of a preset with those it inherits, for the key and for build-info.
function resolve(name) {
    const preset = presets.find(candidate => candidate.name === name);
    const inherited = preset.inherits ? resolve(preset.inherits) : {};
    return { ...inherited, ...preset.cacheVariables };
}
