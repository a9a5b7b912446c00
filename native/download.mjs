// Downloads an npm package whose version and hash are pinned, and unpacks files of it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fail, npm } from "./npm.mjs";

/** Unpacks the package, or the given paths of it, into folder/package. */
export function download({ package: name, version, integrity }, folder, ...paths) {
    mkdirSync(folder, { recursive: true });
    const result = npm(["pack", "--ignore-scripts", "--prefer-offline", `${name}@${version}`], folder);
    if (result.unreachable)
        fail("LN0005", `${name} ${version} could not be downloaded: npm's registry is unreachable (${result.code}).`);
    if (result.status !== 0)
        fail("LN0006", `npm pack failed for ${name} ${version}: ${result.summary}`);
    const archive = join(folder, readdirSync(folder).find(file => file.endsWith(".tgz")));
    const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (found !== integrity)
        fail("LN0004", `${name} ${version} does not match the hash pinned in package.json: its hash is ${found}.`);
    run("tar", ["-xzf", archive, ...paths.map(path => `package/${path}`)], folder);
}

/** Runs a program and returns what it printed. */
export function run(command, args, cwd, code = "LN0007") {
    const result = spawnSync(command, args, { cwd, encoding: "utf8" });
    if (result.error?.code === "ENOENT")
        fail("LN0001", `${command} was not found on PATH.`);
    if (result.status !== 0)
        fail(code, `${command} ${args[0]} failed: ${(result.stderr || result.stdout).trim()}`);
    return result.stdout.trim();
}
