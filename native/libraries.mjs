// Puts the CPU or GPU libraries of one platform into the cache:  node libraries.mjs <rid> <cpu|vulkan|cuda> [--variants …]
// Most come prebuilt from npm; those of the platforms listed under "built" in package.json are built from the source.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { native, readJson } from "./npm.mjs";

const [rid, flavor = "cpu", ...options] = process.argv.slice(2);
const { built } = readJson(join(native, "package.json")).llamaNative;
const command = flavor === "cpu" && built.includes(rid)
    ? [join("build", "build.mjs"), "--rid", rid, ...options]
    : ["restore.mjs", rid, flavor];
process.exitCode = spawnSync(process.execPath, command, { cwd: native, stdio: "inherit" }).status ?? 1;
