// Compares two releases. Each function returns one line of text per difference.

/** Compares sizes, offsets and values in two reports of abi/layout.c. */
export function compareReports(before, after) {
    return [
        ...compareMaps("struct", before.structs, after.structs, compareStructs),
        ...compareMaps("enum", before.enums, after.enums, compareNumbers),
        ...compareNumbers("constant", before.constants, after.constants),
    ];
}

/** Lists imported functions whose declaration changed or disappeared, and new functions. */
export function compareFunctions(before, after, imported) {
    const lines = [];
    for (const name of imported) {
        if (!after.has(name))
            lines.push(`function ${name}: gone; it was ${before.get(name) ?? "not declared before either"}`);
        else if (before.has(name) && before.get(name) !== after.get(name))
            lines.push(`function ${name}: ${before.get(name)}  ->  ${after.get(name)}`);
    }
    for (const [name, declaration] of after)
        if (!before.has(name))
            lines.push(`new function, not imported: ${declaration}`);
    return lines;
}

/** Declarations that gcc found in the headers but not in mirrored.def: { enums: { name: [values] }, fields: [lines] }. */
export function missingFrom(warnings) {
    const enums = {}, fields = [];
    let owner;
    for (const line of warnings.split("\n")) {
        owner = /In function [‘'`]complete_(\w+)['’]/.exec(line)?.[1] ?? owner;
        const value = /enumeration value [‘'`](\w+)['’] not handled/.exec(line)?.[1];
        const field = /missing initializer for field [‘'`](\w+)['’] of [‘'`]const struct (\w+)['’]/.exec(line);
        if (value)
            (enums[owner] ??= []).push(value);
        if (field)
            fields.push(`struct ${field[2]}: field ${field[1]} is new and not mirrored`);
    }
    return { enums, fields };
}

function compareMaps(kind, before, after, compare) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(name =>
        !(name in after) ? [`${kind} ${name}: gone`]
        : !(name in before) ? [`${kind} ${name}: new`]
        : compare(`${kind} ${name}`, before[name], after[name]));
}

function compareStructs(label, before, after) {
    const lines = before.size === after.size ? [] : [`${label}: ${before.size} -> ${after.size} bytes`];
    const text = field => field ? `offset ${field.offset}, ${field.size} bytes` : "absent";
    for (const name of new Set([...Object.keys(before.fields), ...Object.keys(after.fields)]))
        if (text(before.fields[name]) !== text(after.fields[name]))
            lines.push(`${label}: ${name} ${text(before.fields[name])} -> ${text(after.fields[name])}`);
    return lines;
}

function compareNumbers(label, before, after) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
        .filter(name => before[name] !== after[name])
        .map(name => `${label}: ${name} ${before[name] ?? "absent"} -> ${after[name] ?? "absent"}`);
}
