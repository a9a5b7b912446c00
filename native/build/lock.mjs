// Only one process works in a build tree; others wait for it.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";

export async function exclusively(tree, work) {
    const lock = `${tree}.lock`;
    mkdirSync(dirname(lock), { recursive: true });
    while (!acquire(lock))
        await setTimeout(500);
    try {
        await work();
    } finally {
        rmSync(lock, { force: true });
    }
}

function acquire(lock) {
    try {
        writeFileSync(lock, String(process.pid), { flag: "wx" });
        return true;
    } catch (error) {
        if (error.code !== "EEXIST")
            throw error;
        if (!isHeld(lock))
            rmSync(lock, { force: true }); // its process was ended
        return false;
    }
}

function isHeld(lock) {
    try {
        const pid = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
        if (pid > 0)
            process.kill(pid, 0); // only asks
        return true; // also while the file is still empty
    } catch (error) {
        return error.code === "EPERM";
    }
}
