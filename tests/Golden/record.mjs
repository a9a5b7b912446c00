// Records llama.cpp's results, with which the tests compare:
//
//   node tests/Golden/record.mjs [models] [architectures] [schemas] [templates]
//
//   models.json         tokens, greedy and seeded generations, logits, perplexity and embeddings
//   architectures.json  the tensors of a tiny model of each architecture
//   schemas.json        which texts a JSON schema accepts, by llama.cpp's grammars and by a validator (ajv)
//   templates.json      chat templates rendered by llama.cpp's engine and by Jinja2
//
// Needs g++, llama.cpp's source (dotnet msbuild native/LlamaNative.Native.proj -t:FetchSource), the native libraries that a
// build restores, and for the templates Python with jinja2 (Debian: python3-jinja2). Linux on x64 only.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { conversations, prompts, seeds, sentences, texts, words } from "./inputs.mjs";

const golden = dirname(fileURLToPath(import.meta.url));
const root = join(golden, "..", "..");
const source = process.env.LLAMA_CPP_SOURCE || join(root, "native", "llama.cpp");
const libraries = join(root, "native", ".cache", "cpu", "linux-x64");
const work = mkdtempSync(join(tmpdir(), "llamanative-golden-"));
try {
    const backends = readdirSync(libraries).filter(file => file.startsWith("libggml-cpu-")).map(file => join(libraries, file));
    run("dotnet", ["run", "--project", join(golden, "Models"), "--", work]);
    if (asked("models"))
        recordModels(compile("answers"), backends);
    if (asked("architectures"))
        recordArchitectures(compile("architectures"), backends[0]);
    if (asked("schemas"))
        recordSchemas(compile("schemas"));
    if (asked("templates"))
        recordTemplates(compile("templates"));
} finally {
    rmSync(work, { recursive: true, force: true });
}

function asked(part) {
    return process.argv.length === 2 || process.argv.includes(part);
}

function recordModels(program, backends) {
    const random = readdirSync(work).filter(file => file.endsWith(".gguf")).sort().map(file => join(work, file));
    const files = [join(root, "models", "tiny-chat.gguf"), ...random];
    const answers = {};
    for (const file of files) {
        const name = basename(file, ".gguf");
        const request = { model: file, texts, ...requestFor(name) };
        // Every build of the CPU backend that runs on this machine: they round differently, and the common results are recorded.
        const all = backends.map(backend => tryRun(program, [backend], request)).filter(answer => answer);
        if (all.length < 2)
            throw new Error(`${name}: ${all.length} builds of the CPU backend answered, and their rounding is known from two on`);
        answers[name] = { sha256: createHash("sha256").update(readFileSync(file)).digest("hex"), ...agreement(all, name) };
        console.log(`${name}: ${all.length} builds`);
    }
    write("models.json", answers);
}

function requestFor(name) {
    if (name === "tiny-chat")
        return { prompts, seeds, text: sentences.join(" "), list: true };
    if (["uneven", "gemma2", "mamba", "t5"].includes(name))
        return { prompts: words, seeds, text: sentences[0], list: true };
    return name === "bert" ? { embed: words } : {};
}

// For generations, the tokens on which all builds agree; for numbers, the first build's, with the largest difference to another.
function agreement(all, name) {
    const [first] = all;
    const result = { ...(first.file && { file: first.file }), texts: first.texts };
    if (all.some(other => JSON.stringify(other.texts) !== JSON.stringify(first.texts)))
        throw new Error(`${name}: builds tokenize differently`);
    for (const kind of ["greedy", "greedy_f32", "sampled"].filter(kind => first[kind]))
        result[kind] = first[kind].map((one, i) => {
            const same = commonLength(all.map(other => other[kind][i].tokens));
            const { margins, text, ...rest } = one;
            const cut = { ...rest, tokens: one.tokens.slice(0, same) };
            if (text !== undefined && same === one.tokens.length)
                cut.text = text;
            if (one.top)
                cut.spread = spread(all, answer => answer[kind][i].top.map(entry => entry.logit));
            return cut;
        });
    if (first.perplexity)
        result.perplexity = { ...first.perplexity, spread: spread(all, answer => [answer.perplexity.mean_nll]) };
    if (first.embeddings)
        result.embeddings = first.embeddings;
    return result;
}

function spread(all, numbersOf) {
    const first = numbersOf(all[0]);
    return Math.max(...all.flatMap(answer => numbersOf(answer).map((number, i) => Math.abs(number - first[i]))));
}

function commonLength(lists) {
    let length = 0;
    while (length < lists[0].length && lists.every(list => list[length] === lists[0][length]))
        length++;
    return length;
}

function recordArchitectures(program, backend) {
    const folder = join(work, "architectures");
    const tensors = {};
    for (const file of readdirSync(folder).sort()) {
        const result = spawnSync(program, [backend, join(folder, file)], { encoding: "utf8", maxBuffer: 1 << 28 });
        if (result.status !== 0) {
            console.log(`not recorded: ${file}: ${result.signal ?? result.status}`);
            continue;
        }
        const lines = JSON.parse(result.stdout);
        tensors[basename(file, ".gguf")] = mergeLayers(lines);
    }
    write("architectures.json", tensors);
}

// Writes tensors of the same shape in all layers as one, with * for the layer's number.
function mergeLayers(lines) {
    const numbers = lines.map(line => Number(/^(?:enc\.|dec\.)?blk\.(\d+)\./.exec(line)?.[1] ?? -1));
    const layers = Math.max(...numbers) + 1;
    const general = line => line.replace(/blk\.\d+\./, "blk.*.");
    const all = line => lines.filter((_, i) => numbers[i] >= 0).filter(other => general(other) === general(line)).length === layers;
    return [...new Set(lines.map((line, i) => numbers[i] >= 0 && all(line) ? general(line) : line))];
}

// The file is its own input: names, schemas and texts are read from it and sorted into lists again.
function recordSchemas(program) {
    const cases = JSON.parse(readFileSync(join(golden, "schemas.json"), "utf8"));
    const vocabulary = join(work, "bpe-gpt-2.gguf");
    const textsOf = test => ["accept", "reject", "llama_only", "validator_only"].flatMap(list => test[list] ?? []);
    const questions = cases.map(test => ({ schema: test.schema, texts: textsOf(test) }));
    const answers = JSON.parse(run(program, [vocabulary], JSON.stringify(questions)));
    const validators = loadAjv();
    write("schemas.json", cases.map((test, i) => {
        const kept = { name: test.name, schema: test.schema };
        if (answers[i].error)
            return { ...kept, error: answers[i].error };
        const lists = { accept: [], reject: [], llama_only: [], validator_only: [] };
        const valid = validators(test.schema);
        textsOf(test).forEach((text, k) => {
            const [llama, validator] = [answers[i].accepted[k], valid(text)];
            lists[llama ? validator ? "accept" : "llama_only" : validator ? "validator_only" : "reject"].push(text);
        });
        return { ...kept, ...lists };
    }));
}

function loadAjv() {
    run("npm", ["install", "--prefix", work, "--no-save", "--silent", "ajv@8", "ajv-formats@3"]);
    const require = createRequire(join(work, "node_modules", "x.js"));
    const [current, older] = [require("ajv/dist/2020").default, require("ajv").default];
    const formats = require("ajv-formats").default;
    return schema => {
        // In older drafts, a list of items has the meaning of prefixItems.
        const Ajv = JSON.stringify(schema).includes('"items":[') ? older : current;
        const ajv = new Ajv({ strict: false, logger: false });
        formats(ajv, ["date", "time", "date-time", "uuid"]); // the formats that llama.cpp supports
        const validate = ajv.compile(schema);
        return text => {
            try {
                return validate(JSON.parse(text));
            } catch {
                return false;
            }
        };
    };
}

function recordTemplates(program) {
    const cases = readdirSync(join(golden, "templates")).sort().flatMap(file =>
        Object.entries(conversations).map(([conversation, variables]) =>
            ({ template: file, conversation, variables, source: readFileSync(join(golden, "templates", file), "utf8") })));
    const llama = JSON.parse(run(program, [], JSON.stringify(cases)));
    const jinja2 = JSON.parse(run("python3", [join(golden, "templates.py")], JSON.stringify(cases)));
    const renderings = cases.map(({ template, conversation }, i) => ({
        template, conversation, ...jinja2[i],
        ...(llama[i].output === jinja2[i].output ? {} : { llama: llama[i] }),
    }));
    write("templates.json", { conversations, renderings });
}

function compile(name) {
    const program = join(work, `${name}-program`);
    const linked = readdirSync(libraries).filter(file => /^lib(llama|ggml)/.test(file) && !file.startsWith("libggml-cpu-"));
    run("g++", ["-std=c++17", "-O1", ...["include", "ggml/include", "common", "vendor"].flatMap(folder => ["-I", join(source, folder)]),
        join(golden, `${name}.cpp`), "-o", program, "-L", libraries, ...linked.map(file => `-l:${file}`), `-Wl,-rpath,${libraries}`]);
    return program;
}

function tryRun(program, args, request) {
    const result = spawnSync(program, args, { input: JSON.stringify(request), encoding: "utf8", maxBuffer: 1 << 28 });
    return result.status === 0 ? JSON.parse(result.stdout) : null;
}

function run(command, args, input) {
    const result = spawnSync(command, args, { input, encoding: "utf8", maxBuffer: 1 << 28 });
    if (result.status !== 0)
        throw new Error(`${command} ${args.join(" ")}\n${result.error ?? ""}${result.stdout}${result.stderr}`);
    return result.stdout;
}

// One result per line, so that a changed result is one line of a diff.
function write(file, data) {
    writeFileSync(join(golden, file), `${format(data, Array.isArray(data) ? 1 : 2, "")}\n`);
}

// Writes lists and objects down to a depth with one line per element, and deeper values on one line.
function format(value, depth, indent) {
    const deeper = `${indent}  `;
    if (Array.isArray(value))
        return `[\n${value.map(item => deeper + JSON.stringify(item)).join(",\n")}\n${indent}]`;
    if (depth === 0 || value === null || typeof value !== "object")
        return JSON.stringify(value);
    const entries = Object.entries(value).map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${format(item, depth - 1, deeper)}`);
    return `{\n${entries.join(",\n")}\n${indent}}`;
}
