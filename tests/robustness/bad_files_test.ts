import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { inFolder } from "../commands/tiny_run.ts";
import { CLI, errorLines, runScript, TINY, writeTinyScan } from "./run_cli.ts";

/** Finds a member's central directory entry. */
function entryOf(file: Buffer, name: string): number {
  for (let at = file.length - 22; at >= 0; at--) {
    if (file.readUInt32LE(at) !== 0x02014b50) continue;
    const found = file.toString("latin1", at + 46, at + 46 + file.readUInt16LE(at + 28));
    if (found === name) return at;
  }
  throw new Error(`no ${name}`);
}

const spoiled: readonly (readonly [string, (file: Buffer) => Buffer, RegExp])[] = [
  ["a truncated archive", (file) => file.subarray(0, file.length - 100), /truncated|not an NPZ/],
  ["an archive cut in its data", (file) => file.subarray(0, 5000), /truncated|not an NPZ/],
  ["an empty file", () => Buffer.alloc(0), /not an NPZ|empty/],
  ["a flipped bit in the coordinates", (file) => {
    const entry = entryOf(file, "xcoords.npy"), at = file.readUInt32LE(entry + 42);
    const broken = Buffer.from(file);
    broken[at + 30 + "xcoords.npy".length + 140] ^= 1;
    return broken;
  }, /xcoords.*checksum/],
  ["a wrong magic in a member", (file) => {
    const broken = Buffer.from(file), at = file.readUInt32LE(entryOf(file, "diffraction.npy") + 42);
    broken.write("NOTNUMPY", at + 30 + "diffraction.npy".length, "latin1");
    return broken;
  }, /diffraction/],
  ["a member that claims 2^40 bytes", (file) => {
    const entry = entryOf(file, "diffraction.npy"), name = "diffraction.npy";
    const extra = Buffer.alloc(20);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(16, 2);
    extra.writeBigUInt64LE(1n << 40n, 4);
    extra.writeBigUInt64LE(1n << 40n, 12);
    const head = Buffer.from(file.subarray(entry, entry + 46));
    head.writeUInt32LE(0xffffffff, 20);
    head.writeUInt32LE(0xffffffff, 24);
    head.writeUInt16LE(20, 30);
    const end = Buffer.from(file.subarray(file.length - 22));
    end.writeUInt32LE(end.readUInt32LE(12) + 20, 12);
    const rest = file.subarray(entry + 46 + name.length, file.length - 22);
    return Buffer.concat([file.subarray(0, entry), head, Buffer.from(name), extra, rest, end]);
  }, /diffraction.* (claims|truncated)/],
  ["a pickled array", (file) => {
    const broken = Buffer.from(file), at = broken.indexOf("'<c8'");
    broken.write("'|O' ", at, "latin1");
    return broken;
  }, /probeGuess.*(pickle|object)/],
];
for (const [name, spoil, message] of spoiled) {
  Deno.test(`train refuses ${name}: one line, exit code 1, nothing written`, () =>
    inFolder(async (dir) => {
      const path = await writeTinyScan(dir), out = join(dir, "out");
      await Deno.writeFile(path, spoil(Buffer.from(await Deno.readFile(path))));
      const args = ["train", "--train-data-file", path, "--output-dir", out, ...TINY];
      const { code, stdout, stderr } = await runScript(CLI, args);
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      const lines = errorLines(stderr);
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0], /^error: Cannot /);
      assert.match(lines[0], message);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(out)).catch(() => []), []);
    }));
}
