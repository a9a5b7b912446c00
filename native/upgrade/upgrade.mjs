// Switches the pins to another release of llama.cpp, prints the differences, and runs the tests with it:
//
//   node native/upgrade/upgrade.mjs <version of the npm packages> [--no-tests]
//
// It changes only the working tree, so you can try an upgrade on a branch and make it one commit.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, native, npm, readJson } from "../npm.mjs";
import { architecturesOf } from "./architectures.mjs";
import { compareFunctions, compareReports, missingFrom } from "./compare.mjs";
import { functionsOf } from "./headers.mjs";
import { declaredFormats, missingFormats, missingLines } from "./log-lines.mjs";
import { ggmlVersion, pinPackages, pinSource, renameGgml, renameRelease, view } from "./pins.mjs";

const [version, ...flags] = process.argv.slice(2);
const root = join(native, "..");
const source = join(native, "llama.cpp");
const includes = [join(source, "include"), join(source, "ggml", "include")];
if (!/^\d+\.\d+\.\d+$/.test(version ?? ""))
    fail("LN0006", "usage: node native/upgrade/upgrade.mjs 3.22.1 [--no-tests]");

const previous = readJson(join(native, "package.json")).llamaNative;
if (view(previous.source.package, version, "version") !== version)
    fail("LN0006", `The registry has no ${previous.source.package} ${version}.`);

step(`llama.cpp ${previous.release}: source and declarations`);
run("node", ["fetch-source.mjs"], native);
const functionsBefore = functionsOf(includes);
const ggmlBefore = ggmlVersion(source);
const reportBefore = readJson(join(native, "abi", "layout.json"));

const { release, commit } = inspect(version);
step(`llama.cpp ${release}: packages, lockfiles and source`);
const dropped = pinPackages(version, release);
pinSource(version, commit);
renameRelease(previous.release, release, previous.source.version, version);
run("node", ["fetch-source.mjs"], native);
renameGgml(ggmlBefore, ggmlVersion(source));

step("architectures"); // a test compares them with those that it makes models of
const architectures = join(native, "abi", "architectures.json");
const known = readJson(architectures);
const current = architecturesOf(source);
writeFileSync(architectures, JSON.stringify(current, null, 2) + "\n");
print([
    ...current.filter(name => !known.includes(name)).map(name => `new: ${name}`),
    ...known.filter(name => !current.includes(name)).map(name => `gone: ${name}`),
]);

step("ABI report");
const { added, unmirrored, report } = recompile();
const imported = importedFunctions();
const changes = [
    ...unmirrored,
    ...compareReports(reportBefore, report),
    ...compareFunctions(functionsBefore, functionsOf(includes), imported),
];

step(
    `${previous.release} -> ${release}: ${changes.length} differences in ${imported.length} imported functions, `
        + `${Object.keys(report.structs).length} structs and ${Object.keys(report.enums).length} enums`,
);
print([
    ...changes,
    ...added.map((value) => `added to abi/mirrored.def: ${value}`),
    ...dropped.map((name) => `no package in ${version}, no longer pinned: ${name}`),
]);
if (unmirrored.length > 0)
    fail("LN0007", "structs have new fields: add them to abi/mirrored.def and to src/LlamaNative/Interop/Structs, then dotnet test");

step("log lines in the source");
print(missingFormats(declaredFormats(readFileSync(join(root, "src", "LlamaNative", "Interop", "LogText", "LogLines.cs"), "utf8")), source));

step("prebuilt libraries");
replaceGpuLibraries();

step("libraries built from source");
print(previous.built.filter(rid => !process.env.LlamaNativeSkippedRids?.split(";").includes(rid)).map(rebuild));

if (!flags.includes("--no-tests")) {
    step("log lines of the libraries for a small model");
    const filter = ["--filter", "FullyQualifiedName~Interop.LogText"];
    const { status, stdout } = spawnSync("dotnet", ["test", join(root, "tests", "LlamaNative.Tests"), ...filter],
        { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
    print(missingLines(status, stdout));

    step("tests");
    run("dotnet", ["test"], root, "inherit");
}

// The source's package contains the name of the release; the bundle contains the commit.
function inspect(version) {
    mkdirSync(join(native, ".cache"), { recursive: true });
    const work = mkdtempSync(join(native, ".cache", ".upgrade-"));
    try {
        const packed = npm(["pack", "--ignore-scripts", "--prefer-offline", `${previous.source.package}@${version}`], work);
        if (packed.status !== 0)
            fail("LN0006", `npm pack failed: ${packed.summary}`);
        run("tar", ["-xzf", readdirSync(work).find(file => file.endsWith(".tgz")), "package/llama"], work);
        const llama = join(work, "package", "llama");
        const heads = run("git", ["bundle", "list-heads", join(llama, "gitRelease.bundle")], work);
        return { release: readJson(join(llama, "binariesGithubRelease.json")).release, commit: heads.split(/\s/)[0] };
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}

// New enum values are added to mirrored.def automatically; new struct fields have to be mirrored by hand.
function recompile() {
    const compile = () =>
        spawnSync(
            "gcc",
            [
                "-std=c11",
                "-Wall",
                "-Wextra",
                ...includes.flatMap((folder) => ["-I", folder]),
                join(native, "abi", "layout.c"),
                "-o",
                join(native, ".cache", "layout"),
            ],
            { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } },
        );
    const first = compile();
    if (first.status !== 0)
        fail("LN0007", `abi/layout.c does not compile: a mirrored declaration is missing. ${first.stderr.trim()}`);
    const { enums, fields } = missingFrom(first.stderr);
    addValues(enums);
    const second = compile();
    if (second.status !== 0)
        fail("LN0007", `abi/layout.c does not compile with the values added to abi/mirrored.def: ${second.stderr.trim()}`);
    const text = run(join(native, ".cache", "layout"), [], native);
    writeFileSync(join(native, "abi", "layout.json"), text + "\n");
    return { added: Object.values(enums).flat(), unmirrored: fields, report: JSON.parse(text) };
}

function addValues(enums) {
    const file = join(native, "abi", "mirrored.def");
    let text = readFileSync(file, "utf8");
    for (const [name, values] of Object.entries(enums)) {
        const start = text.indexOf(`ENUM(${name},`);
        const end = text.indexOf(")\n\n", start); // the closing parenthesis of ENUM
        text = `${text.slice(0, end)}\n    ${values.map(value => `V(${value})`).join(" ")}${text.slice(end)}`;
    }
    writeFileSync(file, text);
}

// Builds restore the CPU libraries automatically. GPU libraries are restored only on request and would be of the old release.
function replaceGpuLibraries() {
    const tested = existsSync(join(native, ".cache", "vulkan"));
    for (const gpu of ["vulkan", "cuda"])
        rmSync(join(native, ".cache", gpu), { recursive: true, force: true });
    const restored =
        tested &&
        spawnSync("dotnet", [
            "msbuild",
            join(native, "LlamaNative.Native.proj"),
            "-nologo",
            "-t:RestoreLibraries",
            "-p:LlamaNativeGpu=vulkan",
        ]).status === 0;
    print(restored ? ["Vulkan libraries restored"] : tested ? ["no Vulkan libraries: the tests that need them are skipped"] : []);
}

// A platform whose compiler is missing here is reported; packing needs them all.
function rebuild(rid) {
    const variants = process.env.LlamaNativeVariants ? ["--variants", process.env.LlamaNativeVariants] : [];
    const { status, stderr } = spawnSync("node", [join("build", "build.mjs"), "--rid", rid, ...variants],
        { cwd: native, encoding: "utf8", stdio: ["ignore", "inherit", "pipe"] });
    return status === 0 ? `${rid}: built` : `${rid}: not built: ${stderr.trim()}`;
}

function importedFunctions() {
    const folder = join(root, "src", "LlamaNative", "Interop");
    const code = readdirSync(folder, { recursive: true }).filter(file => file.endsWith(".cs"))
        .map(file => readFileSync(join(folder, file), "utf8")).join("\n");
    return [...new Set([...code.matchAll(/\bpartial\s+[\w*<>]+\s+((?:llama|ggml|gguf)_\w+)\(/g)].map(match => match[1]))].sort();
}

function run(command, args, cwd, stdio = "pipe") {
    const result = spawnSync(command, args, { cwd, encoding: "utf8", stdio });
    if (result.error?.code === "ENOENT")
        fail("LN0001", `${command} was not found on PATH.`);
    if (result.status !== 0)
        fail("LN0007", `${command} ${args[0]} failed: ${(result.stderr ?? "").trim()}`);
    return (result.stdout ?? "").trim();
}

function step(text) {
    console.log(`\n== ${text}`);
}

function print(lines) {
    console.log(lines.length > 0 ? lines.map(line => `  ${line}`).join("\n") : "  none");
}
