// Finds the programs of a toolchain and their versions; an error names the package that contains a missing one.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { download } from "../download.mjs";
import { fail, native } from "../npm.mjs";
import { manifest } from "./recipes.mjs";

const programs = {
    "cmake": { names: ["cmake"], package: "cmake 3.21 or later" },
    "ninja": { names: ["ninja"], package: "ninja (Debian: ninja-build)" },
    "mingw-w64": {
        names: ["x86_64-w64-mingw32-g++-posix", "x86_64-w64-mingw32-g++"],
        package: "MinGW-w64's GCC with POSIX threads (Debian: g++-mingw-w64-x86-64-posix; Windows: MSYS2's mingw-w64-x86_64-gcc)",
    },
    "linux-arm64": { names: ["aarch64-linux-gnu-g++"], package: "GCC for arm64 (Debian: g++-aarch64-linux-gnu)" },
    "system": { names: ["c++", "g++", "clang++"], package: "a C++ compiler (Debian: g++; macOS: Xcode's command line tools)" },
};

/** The versions of a toolchain's programs, and the settings that CMake needs to use it. */
export function findToolchain({ toolchain, rid, preset }) {
    const found = { cmake: find("cmake", rid), ninja: find("ninja", rid) };
    return toolchain === "zig" ? zig(found, preset.ZIG_TARGET) : { versions: { ...found, compiler: find(toolchain, rid) }, settings: {} };
}

function find(program, rid) {
    const { names, package: source } = programs[program];
    for (const name of names) {
        const result = spawnSync(name, ["--version"], { encoding: "utf8" });
        if (result.status === 0)
            return result.stdout.split("\n")[0].trim();
    }
    return fail("LN0008", `${names[0]} was not found on PATH. The libraries for ${rid} are built from source, which needs ${source}.`);
}

// zig is clang with the C and C++ libraries of many systems; CMake wants a program for each of its tools.
function zig(found, target) {
    const { zig } = manifest;
    if (process.platform !== "linux" || process.arch !== "x64")
        fail("LN0008", `${zig.package} is a program for linux-x64; build on such a machine.`);
    const home = join(native, ".cache", `zig-${zig.version}`);
    if (!existsSync(home)) {
        const work = join(native, ".cache", `.zig-${process.pid}`);
        try {
            download(zig, work);
            renameSync(join(work, "package"), home);
        } finally {
            rmSync(work, { recursive: true, force: true });
        }
    }

    const tools = join(home, "tools", target);
    mkdirSync(tools, { recursive: true });
    for (const tool of ["cc", "c++", "ar", "ranlib", "rc"]) {
        const command = tool.startsWith("c") ? `${tool} -target ${target}` : tool;
        writeFileSync(join(tools, tool), `#!/bin/sh\nexec "${join(home, "zig")}" ${command} "$@"\n`);
        chmodSync(join(tools, tool), 0o755);
    }
    return { versions: { ...found, compiler: `zig ${zig.version} (clang 16)` }, settings: { ZIG_TOOLS: tools } };
}
