// Runs CMake and ninja: configuring a build tree, and compiling with progress.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fail, native } from "../npm.mjs";

// Tools that put a time into a file use this one. zig keeps what it compiled of its C libraries in a folder.
const environment = {
    ...process.env,
    SOURCE_DATE_EPOCH: "0",
    LC_ALL: "C",
    ZIG_GLOBAL_CACHE_DIR: join(native, ".cache", "zig-libraries"),
    ZIG_LOCAL_CACHE_DIR: join(native, ".cache", "zig-libraries"),
};

/** Configures the tree, unless it is already configured from the same inputs (the key). */
export function configure({ tree, key, rid, settings }) {
    const keyFile = join(tree, "inputs.txt");
    if (existsSync(keyFile) && readFileSync(keyFile, "utf8") === key)
        return;
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(tree, { recursive: true });
    const definitions = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
    finish(spawnSync("cmake", ["--preset", rid, "-G", "Ninja", "-B", tree, ...definitions],
        { cwd: join(native, "build"), encoding: "utf8", env: environment }), "cmake");
    writeFileSync(keyFile, key);
}

/** The compiler's and the linker's flags that the tree was configured with, without the folder of this machine. */
export function compilerFlags(tree) {
    const names = ["CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE", "CMAKE_SHARED_LINKER_FLAGS"];
    const text = readFileSync(join(tree, "CMakeCache.txt"), "utf8");
    return Object.fromEntries(names.map(name =>
        [name, new RegExp(`^${name}:\\w+=(.*)$`, "m").exec(text)?.[1].trim().replaceAll(native, "native") ?? ""]));
}

/** Builds the targets; prints a line for each tenth of the work, and everything that ninja printed if it fails. */
export async function compile({ tree, targets, label }) {
    const child = spawn("ninja", ["-C", tree, ...targets],
        { env: { ...environment, NINJA_STATUS: "[%f/%t] " }, stdio: ["ignore", "pipe", "inherit"] });
    const failures = [];
    let tenth = 0;
    for await (const line of createInterface({ input: child.stdout })) {
        const [, done, total] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? [];
        if (!total)
            failures.push(line);
        else if (Math.floor(10 * done / total) > tenth)
            console.log(`${label}: ${done} of ${total} steps, ${(tenth = Math.floor(10 * done / total)) * 10} %`);
    }
    if (child.exitCode === null)
        await once(child, "exit");
    if (child.exitCode !== 0)
        fail("LN0009", `${label}: ninja failed: ${failures.slice(-40).join("\n")}`);
}

function finish(result, name) {
    if (result.status !== 0)
        fail("LN0009", `${name} failed: ${(result.stderr || result.stdout || String(result.error)).trim()}`);
}
