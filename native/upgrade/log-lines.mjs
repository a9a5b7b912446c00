// Checks the lines of llama.cpp's log that the C# code parses, in the source of another release and in its libraries' log.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The formats that a C# file declares, each with the file of llama.cpp's source that holds it. */
export function declaredFormats(code) {
    return [...code.matchAll(/new\(\s*"([^"]+\.cpp)",\s*"((?:[^"\\]|\\.)*)"/g)].map(([, source, format]) => ({ source, format }));
}

/** Returns a line for each format that is no longer in its file. */
export function missingFormats(formats, folder) {
    return formats.filter(({ source, format }) => !holds(join(folder, source), format)).map(({ source, format }) => {
        const moved = sourcesIn(join(folder, "src")).find(file => holds(join(folder, file), format));
        return `log line "${format}": no longer in ${source}${moved ? `, but in ${moved}` : ""}`;
    });
}

/** Returns what the tests report about missing lines; if they failed for another reason, the end of their output. */
export function missingLines(status, output) {
    if (status === 0)
        return [];
    const lines = new Set([...output.matchAll(/llama\.cpp \S+ logs ".*/g)].map(match => match[0].trim()));
    return lines.size > 0 ? [...lines] : output.trim().split("\n").slice(-5);
}

const holds = (file, format) => existsSync(file) && readFileSync(file, "utf8").includes(`"${format}`);

const sourcesIn = folder => existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith(".cpp")).map(name => `src/${name}`) : [];
