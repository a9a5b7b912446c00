// Builds native libraries from llama.cpp's pinned source into the cache that the restored libraries are in:
//
//   node native/build/build.mjs --rid win-x64 [--part cpu|multimodal|rpc] [--variants x64,haswell]
//
// A finished part is in .cache/<part>/<rid> with a stamp of everything that it was made from: source, toolchain and flags.
// As long as that is the same, nothing is built. An interrupted build continues where it stopped, because its build tree
// is kept until another one replaces it.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../download.mjs";
import { fail, native } from "../npm.mjs";
import { compile, compilerFlags, configure } from "./cmake.mjs";
import { exclusively } from "./lock.mjs";
import { manifest, recipe } from "./recipes.mjs";
import { findToolchain } from "./toolchains.mjs";

const { values } = parseArgs({ options: { rid: { type: "string" }, part: { type: "string" }, variants: { type: "string" } } });
if (!values.rid)
    fail("LN0006", "usage: node native/build/build.mjs --rid RID [--part cpu|multimodal|rpc] [--variants x64,haswell]");
const { rid, part = "cpu" } = values;
const cache = join(native, ".cache");
const source = join(native, "llama.cpp");

run("node", ["fetch-source.mjs"], native);
const plan = recipe(rid, part, values.variants?.split(","));
const toolchain = findToolchain(plan);
const finished = part === "cpu" || plan.builtHere ? undefined : prebuilt();
const inputs = {
    source: `llama.cpp ${manifest.release}, commit ${manifest.source.commit}`,
    tools: toolchain.versions,
    flags: plan.preset,
    targets: plan.targets,
    linkedWith: finished && readFileSync(join(finished, "integrity.txt"), "utf8"),
};
const target = join(cache, part, rid);
const stamp = `built-${digest(JSON.stringify(inputs), ...scripts())}`;

if (isCurrent()) {
    utimesSync(join(target, "integrity.txt"), new Date(), new Date()); // with a newer stamp the next build skips this check
    console.log(`llama.cpp ${part} libraries for ${rid} are already built`);
} else {
    // The parts of a platform that are linked with each other share a build tree.
    const tree = join(cache, "build", finished ? `${rid}-extras` : rid);
    await exclusively(tree, async () => {
        if (!isCurrent())
            await build(tree);
    });
}

async function build(tree) {
    const key = digest(inputs.source, JSON.stringify([inputs.tools, inputs.flags, inputs.linkedWith]), ...scripts());
    // ggml would ask git for the commit, and mark it as changed if only the files' times differ.
    const commit = { GIT_EXE: "", GGML_BUILD_COMMIT: manifest.source.commit.slice(0, 7) };
    configure({ tree, key, rid, settings: { ...toolchain.settings, ...commit, LLAMA_CPP: source, LLAMA_LIBRARIES: finished ?? "" } });
    await compile({ tree, targets: plan.targets, label: `${part} libraries for ${rid}` });
    publish(join(tree, "bin"), join(cache, `.build-${process.pid}`), compilerFlags(tree));
    console.log(`llama.cpp ${part} libraries for ${rid} built in ${target}`);
}

// The libraries that npm has prebuilt for this platform: the extras are linked with exactly these.
function prebuilt() {
    run("node", ["restore.mjs", rid], native);
    return join(cache, "cpu", rid);
}

function publish(binaries, work, flags) {
    const out = join(work, "out");
    mkdirSync(out, { recursive: true });
    try {
        const wanted = new Set(plan.targets);
        const files = readdirSync(binaries)
            .filter(file => plan.isResult(file) && wanted.has(file.replace(/^lib|\.(dll|so|dylib|exe)$/g, "")));
        if (files.length !== plan.targets.length)
            fail(
                "LN0009",
                `the build of ${part} for ${rid} left ${files.join(", ") || "nothing"} where ${plan.targets.join(", ")} were expected.`,
            );
        for (const file of files)
            cpSync(join(binaries, file), join(out, file));
        const record = { ...inputs, flags: { ...inputs.flags, ...flags }, files: hashes(out) };
        writeFileSync(join(out, `${plan.stem}.build.json`), JSON.stringify(record, null, 2) + "\n");
        writeFileSync(join(out, "integrity.txt"), stamp);
        mkdirSync(join(target, ".."), { recursive: true });
        rmSync(target, { recursive: true, force: true });
        renameSync(out, target);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}

function isCurrent() {
    const file = join(target, "integrity.txt");
    return existsSync(file) && readFileSync(file, "utf8") === stamp;
}

function hashes(folder) {
    return Object.fromEntries(readdirSync(folder).sort().map(file => [file, `sha256-${digest(readFileSync(join(folder, file)))}`]));
}

// The text of everything in this folder that decides what is built for this platform.
function scripts() {
    const toolchains = readdirSync(join(native, "build", "toolchains")).sort()
        .filter(file => file === `${plan.toolchain}.cmake` || file.endsWith(".h")).map(file => `toolchains/${file}`);
    return ["CMakeLists.txt", "finished.cmake", "extras.cmake", ...toolchains]
        .map(file => readFileSync(join(native, "build", file), "utf8"));
}

function digest(...contents) {
    const hash = createHash("sha256");
    for (const content of contents)
        hash.update(content);
    return hash.digest("hex");
}
