// Lists lines of more than 140 columns in tracked files. Lines that cannot be wrapped are exempt: tables, code blocks and
// single links in Markdown, and raw strings in C#.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const limit = 140;
const checked = /\.(cs|md|mjs|js|css|c|h|ps1|sh|yml)$|^\.ci\/run$/;
const tracked = execFileSync("git", ["-c", "safe.directory=*", "ls-files", "-z"], { encoding: "utf8" }).split("\0");

let found = 0;
for (const file of tracked.filter((name) => checked.test(name) && existsSync(name))) {
    let rawString = false;
    readFileSync(file, "utf8").split("\n").forEach((line, index) => {
        const inside = rawString;
        if (file.endsWith(".cs") && (line.split('"""').length - 1) % 2 === 1) {
            rawString = !rawString;
        }

        const exempt = inside || (file.endsWith(".md") && /^(\s*\||\s{4,}|\S+$)/.test(line));
        if ([...line].length > limit && !exempt) {
            console.log(`${file}:${index + 1}: ${[...line].length} columns`);
            found++;
        }
    });
}

console.log(found === 0 ? `no line has more than ${limit} columns` : `${found} lines have more than ${limit} columns`);
process.exitCode = found === 0 ? 0 : 1;
