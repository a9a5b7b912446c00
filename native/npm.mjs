// Shared by the scripts in this folder: running npm and reporting errors to the build.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const native = dirname(fileURLToPath(import.meta.url));

export const readJson = path => JSON.parse(readFileSync(path, "utf8"));

// MSBuild turns a line of this format into a build error.
export function fail(code, message) {
    console.error(`${basename(process.argv[1])} : error ${code}: ${message.replace(/\s*\n\s*/g, " | ")}`);
    throw new Stop();
}

class Stop extends Error {}

process.on("uncaughtException", error => {
    if (!(error instanceof Stop))
        console.error(`${basename(process.argv[1])} : error LN0006: ${String(error.stack ?? error).replace(/\s*\n\s*/g, " | ")}`);
    process.exitCode = 1;
});

const unreachable = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH",
    "ENOTCACHED", "ERR_SOCKET_TIMEOUT", "FETCH_ERROR", "UND_ERR_CONNECT_TIMEOUT", "EIDLETIMEOUT", "ECONNECTIONTIMEOUT"]);

export function npm(args, cwd) {
    // On Windows npm is a script, which only a shell can run.
    const result = spawnSync("npm", args, { cwd, encoding: "utf8", shell: process.platform === "win32" });
    if (result.error?.code === "ENOENT" || /is not recognized/.test(result.stderr ?? ""))
        fail(
            "LN0001",
            "npm was not found on PATH. It fetches llama.cpp's prebuilt libraries: install Node.js 20 or later with npm, "
                + "or build with -p:LlamaNativeLibraries=false and supply your own.",
        );
    if (result.error)
        throw result.error;
    const lines = result.stderr
        .split("\n")
        .filter((line) => /^npm (error|ERR!)/.test(line))
        .map((line) => line.replace(/^npm (error|ERR!)\s*/, ""));
    const code = lines.map(line => /^code (\S+)/.exec(line)?.[1]).find(Boolean);
    return {
        status: result.status,
        code,
        unreachable: unreachable.has(code),
        summary: lines.slice(0, 8).join(" | ") || `exit code ${result.status}`,
        stdout: result.stdout,
    };
}
