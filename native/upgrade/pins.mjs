// Updates the pins: the npm packages in the three manifests, and the release wherever files name it.
import { rmSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, native, npm, readJson } from "../npm.mjs";

const flavors = ["", "vulkan", "cuda"];

/** Files that contain the release or the version of the packages; manifests are updated field by field. */
const texts = ["abi/layout.c", "NOTICES.txt", "README.md", "../README.md",
    ...["Primitives/PinnedRelease.cs", "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"].map(file => `../src/LlamaNative/${file}`)];

/** Pins the packages of a version; returns those that the registry does not have in this version. */
export function pinPackages(version, release) {
    const dropped = [];
    for (const flavor of flavors) {
        const folder = join(native, flavor);
        const manifest = readJson(join(folder, "package.json"));
        const previous = manifest.llamaNative.release;
        for (const [rid, name] of Object.entries(manifest.llamaNative.packages)) {
            if (view(name, version, "version") === version) {
                manifest.optionalDependencies[name] = version;
            } else {
                dropped.push(`${name} (${rid})`);
                delete manifest.optionalDependencies[name];
                delete manifest.llamaNative.packages[rid];
            }
        }
        manifest.description = manifest.description.replaceAll(previous, release);
        manifest.llamaNative.release = release;
        writeManifest(folder, manifest);
        lock(folder);
    }
    return dropped;
}

/** Pins the source's package; its commit is known only after fetching. */
export function pinSource(version, commit) {
    const manifest = readJson(join(native, "package.json"));
    const { source } = manifest.llamaNative;
    Object.assign(source, { version, integrity: view(source.package, version, "dist.integrity"), commit });
    writeManifest(native, manifest);
}

export function renameRelease(previous, release, previousVersion, version) {
    const plain = text => text.replace(/^v/, "");
    for (const file of texts.map(name => join(native, name)))
        writeFileSync(file, readFileSync(file, "utf8")
            .replaceAll(previous, release)
            .replaceAll(`"${plain(previous)}"`, `"${plain(release)}"`)
            .replaceAll(previousVersion, version));
}

/** The version of ggml in a llama.cpp source folder. */
export function ggmlVersion(source) {
    const text = readFileSync(join(source, "ggml", "CMakeLists.txt"), "utf8");
    const part = name => new RegExp(`set\\(GGML_VERSION_${name} (\\d+)\\)`).exec(text)?.[1]
        ?? fail("LN0007", `ggml/CMakeLists.txt does not set GGML_VERSION_${name}.`);
    return ["MAJOR", "MINOR", "PATCH"].map(part).join(".");
}

/** Updates the version of ggml that the library expects. */
export function renameGgml(previous, version) {
    const file = join(native, "..", "src", "LlamaNative", "Primitives", "PinnedRelease.cs");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(`"${previous}"`, `"${version}"`));
}

export function view(name, version, field) {
    const result = npm(["view", `${name}@${version}`, field], native);
    if (result.unreachable)
        fail("LN0005", `npm's registry is unreachable (${result.code}).`);
    return result.status === 0 ? result.stdout.trim() : undefined;
}

function lock(folder) {
    rmSync(join(folder, "package-lock.json"), { force: true });
    const result = npm(["install", "--package-lock-only", "--ignore-scripts"], folder);
    if (result.status !== 0)
        fail("LN0006", `npm install --package-lock-only failed in ${folder}: ${result.summary}`);
}

const writeManifest = (folder, manifest) =>
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
