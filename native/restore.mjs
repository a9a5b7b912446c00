// Restores the pinned llama.cpp libraries of one platform:  node restore.mjs <rid> [cpu|vulkan|cuda]
//
// npm ignores an optional dependency that fails to install, so the one package that this platform needs is installed as
// a required dependency, in a separate folder, from a manifest and lockfile derived from the committed ones. npm then
// checks the tarball against the pinned hash and reports errors. The derived lockfile omits the package's os and cpu,
// because an application can be published for any platform on any other.
// The finished folder is moved into place in one step, so concurrent builds never see a partial one.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, native, npm, readJson } from "./npm.mjs";

const stampName = "integrity.txt";
const [rid, flavor = "cpu"] = process.argv.slice(2);

const pin = readPin(rid, flavor);
const target = join(native, ".cache", flavor, rid);
if (isCurrent()) {
    touchStamp(); // only the lockfile's time changed; with a newer stamp the next build skips this check
} else {
    const work = join(native, ".cache", `.restore-${process.pid}`);
    try {
        install(pin, work);
        publish(collect(pin, work), work);
        console.log(`llama.cpp libraries restored: ${pin.name} ${pin.version}`);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}

function readPin(rid, flavor) {
    const folder = flavor === "cpu" ? native : join(native, flavor);
    if (!["cpu", "vulkan", "cuda"].includes(flavor))
        fail("LN0002", `LlamaNativeGpu is '${flavor}'; known values are vulkan and cuda, or leave it empty for the CPU libraries.`);
    const manifest = readJson(join(folder, "package.json"));
    const packages = manifest.llamaNative.packages;
    const name = packages[rid];
    if (!name)
        fail(
            "LN0002",
            `No prebuilt llama.cpp ${flavor} libraries for the runtime identifier '${rid}'; `
                + `they exist for ${Object.keys(packages).join(", ")}. `
                + `Build with -p:LlamaNativeLibraries=false to go without and supply your own.`,
        );

    const version = manifest.optionalDependencies[name];
    const locked = readJson(join(folder, "package-lock.json")).packages[`node_modules/${name}`];
    if (locked?.version !== version || !locked.integrity?.startsWith("sha512-"))
        fail(
            "LN0003",
            `${join(folder, "package-lock.json")} does not pin ${name} ${version} with a sha512 hash `
                + `(it has ${locked ? `version ${locked.version}, hash ${locked.integrity}` : "no such package"}). `
                + `Run 'npm install --package-lock-only' in ${folder} and commit the lockfile.`,
        );
    return { name, version, locked };
}

function install({ name, version, locked }, work) {
    const root = { private: true, dependencies: { [name]: version } };
    mkdirSync(work, { recursive: true });
    cpSync(join(native, ".npmrc"), join(work, ".npmrc"));
    writeFileSync(join(work, "package.json"), JSON.stringify(root));
    writeFileSync(join(work, "package-lock.json"), JSON.stringify({
        lockfileVersion: 3, requires: true, packages: { "": root, [`node_modules/${name}`]: { version, integrity: locked.integrity } },
    }));

    const result = npm(["ci", "--ignore-scripts", "--prefer-offline"], work);
    if (result.code === "EINTEGRITY")
        fail(
            "LN0004",
            `${name} ${version} does not match the hash pinned in the lockfile (${locked.integrity.slice(0, 20)}...): `
                + `the download was altered or the lockfile's hash is wrong. Nothing was installed. `
                + `Restore package-lock.json from version control; if it is unchanged, `
                + `clear npm's cache ('npm cache clean --force') and build again.`,
        );
    if (result.unreachable)
        fail(
            "LN0005",
            `${name} ${version} could not be downloaded: npm's registry is unreachable (${result.code}). `
                + `Connect to a network or configure npm's registry or proxy, then build again; `
                + `once restored, builds need no network. Without the libraries: -p:LlamaNativeLibraries=false.`,
        );
    if (result.status !== 0)
        fail("LN0006", `npm ci failed for ${name} ${version}: ${result.summary}`);
}

// The package's libraries, without the files that only Node.js uses.
function collect({ name, version, locked }, work) {
    const root = join(work, "node_modules", ...name.split("/"));
    const found = existsSync(root) ? readJson(join(root, "package.json")).version : "nothing";
    if (found !== version)
        fail(
            "LN0006",
            `npm ci succeeded but left ${found} where ${name} ${version} was expected. Delete ${join(native, ".cache")} and build again.`,
        );

    const bins = join(root, "bins", name.split("/")[1]);
    const out = join(work, "out");
    mkdirSync(out);
    const libraries = readdirSync(bins).filter(file => !file.startsWith("llama-addon.") && !file.startsWith("_"));
    if (!libraries.some(file => /^(lib)?llama\./.test(file)))
        fail("LN0006", `${name} ${version} contains no llama library in ${bins}.`);
    // Use the current time instead of the archive's, so that the build sees a changed version as newer.
    const now = new Date();
    for (const file of libraries) {
        renameSync(join(bins, file), join(out, file));
        utimesSync(join(out, file), now, now);
    }
    writeFileSync(join(out, stampName), locked.integrity);
    return out;
}

function publish(out, work) {
    mkdirSync(join(target, ".."), { recursive: true });
    try {
        if (existsSync(target))
            renameSync(target, join(work, "replaced"));
        renameSync(out, target);
    } catch (error) {
        if (!isCurrent()) // otherwise a concurrent build has restored the same files
            throw error;
    }
}

function isCurrent() {
    const stamp = join(target, stampName);
    return existsSync(stamp) && readFileSync(stamp, "utf8") === pin.locked.integrity;
}

function touchStamp() {
    const now = new Date();
    utimesSync(join(target, stampName), now, now);
}
