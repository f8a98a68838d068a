import assert from "node:assert/strict";
import { toFloat32, toFloat64 } from "../../src/array.ts";
import { FileFormatError } from "../../src/errors.ts";
import { Builder, type PickleValue, unpickle } from "../../src/archive/pickle.ts";
import { findStateDict } from "../../src/archive/state_dict.ts";
import { sha256 } from "../../src/archive/hash.ts";
import { PLAIN_BUILDERS } from "../../src/archive/plain_values.ts";
import { openTorchFile } from "../../src/archive/torch_file.ts";
import type { TorchTensor } from "../../src/archive/torch_tensor.ts";
import { bytesSource } from "../../src/io/source.ts";
import { writeZip } from "../../src/io/zip_writer.ts";

const FOLDER = new URL("fixtures/", import.meta.url);

/** A committed file of PyTorch. */
async function open(name: string) {
  const bytes = await Deno.readFile(new URL(name, FOLDER));
  return await openTorchFile(bytesSource(name, bytes));
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const read = (text: string): PickleValue => unpickle(bytesOf(text), { name: "test" });

Deno.test("tensors of every type and stride read back as PyTorch holds them", async () => {
  const file = await open("tensors.pth");
  const root = file.root as Map<string, TorchTensor>;
  const values = async (name: string): Promise<number[]> =>
    Array.from(toFloat64(await file.read(root.get(name)!)));
  const range = Array.from({ length: 24 }, (_, i) => i);
  assert.deepEqual(await values("plain"), range);
  const transposed = await file.read(root.get("transposed")!);
  assert.deepEqual(transposed.shape, [6, 4]);
  assert.deepEqual(
    Array.from(toFloat32(transposed)),
    range.map((i) => Math.floor(i / 4) + 6 * (i % 4)),
  );
  assert.deepEqual(await values("window"), [8, 9, 10, 14, 15, 16]);
  assert.deepEqual(await values("column"), [4, 10, 16, 22]);
  assert.deepEqual(await values("expanded"), [1.5, 1.5, 1.5, 2.5, 2.5, 2.5]);
  assert.deepEqual(await values("half"), [1, -0.5, 65504]);
  const brain = await values("brain");
  assert.deepEqual(brain.slice(0, 2), [1, -0.5]);
  assert.ok(Math.abs(brain[2] / 3e38 - 1) < 2 ** -8);
  assert.deepEqual(await values("double"), [1 / 3]);
  assert.deepEqual(await values("long"), [2 ** 40, -1]);
  assert.deepEqual(await values("short"), [-7, 9]);
  assert.deepEqual(await values("flags"), [1, 0]);
  const complex = await file.read(root.get("complex")!);
  assert.deepEqual([complex.dtype, complex.shape], ["c64", [2, 1]]);
  assert.deepEqual(Array.from(toFloat32(complex)), [1, 2, 3, -4]);
  assert.deepEqual((await file.read(root.get("scalar")!)).shape, []);
  assert.deepEqual(await values("scalar"), [4.25]);
  assert.deepEqual((await file.read(root.get("empty")!)).shape, [0, 3]);
  assert.deepEqual(await values("parameter"), [8]);
});

Deno.test("fixtures are the files that the script wrote", async () => {
  const sums = (await Deno.readTextFile(new URL("SHA256SUMS", FOLDER))).trim().split("\n");
  const named: string[] = [];
  for (const line of sums) {
    const [sum, name] = line.split("  ");
    named.push(name);
    assert.equal(await sha256(await Deno.readFile(new URL(name, FOLDER))), sum, name);
  }
  const there = [...Deno.readDirSync(FOLDER)].map((f) => f.name).filter((f) =>
    /\.p|\.ckpt/.test(f)
  );
  assert.deepEqual(named, there.sort());
});

Deno.test("plain values read back as Python holds them", async () => {
  const root = (await open("plain.pth")).root as Map<unknown, unknown>;
  assert.deepEqual(root.get("a"), [1, 2.5, null, true]);
  const [bytes, text, set] = root.get("b") as [Uint8Array, string, Set<number>];
  assert.deepEqual([Array.from(bytes), text], [[120, 121], "\u00e9"]);
  assert.deepEqual([...set].sort(), [3, 4]);
  assert.deepEqual(root.get("c"), [2, 3]);
  assert.equal(root.get(2n ** 70n), -(2n ** 70n));
});

Deno.test("paths and numbers of libraries are data too; arrays are only described", async () => {
  for (const protocol of [2, 4]) {
    const name = `library_${protocol}.pkl`;
    const bytes = await Deno.readFile(new URL(name, FOLDER));
    const values = unpickle(bytes, { name, builders: PLAIN_BUILDERS }) as Map<string, PickleValue>;
    assert.equal(values.get("path"), "/data/scan.npz");
    assert.deepEqual(
      ["double", "single", "whole", "flag", "gridsize"].map((key) => values.get(key)),
      [0.125, -2.5, -3, true, 2],
    );
    assert.equal(typeof values.get("array"), "object");
    assert.throws(() => unpickle(bytes, { name }), /names (pathlib|numpy)/);
  }
});

for (
  const [name, what] of [
    ["attack_system.pth", /names posix\.system/],
    ["attack_eval.pth", /names (__builtin__|builtins)\.eval/],
    [
      "foreign_class.pth",
      /names (argparse\.Namespace|copyreg\._reconstructor|copy_reg\._reconstructor)/,
    ],
  ] as const
) {
  Deno.test(`${name} is refused by name and nothing is executed`, async () => {
    const trace = "/tmp/ptychogpu_pickle_attack";
    await Deno.remove(trace).catch(() => undefined);
    await assert.rejects(
      open(name),
      (error) => error instanceof FileFormatError && what.test(error.message),
    );
    await assert.rejects(Deno.stat(trace), Deno.errors.NotFound);
  });
}

Deno.test("the form before version 1.6 and foreign files are refused with a remedy", async () => {
  await assert.rejects(open("old_format.pth"), /before version 1\.6.*save the state dict again/);
  await assert.rejects(
    openTorchFile(bytesSource("x.pth", bytesOf("\x89HDF\r\n"))),
    /no file of torch\.save/,
  );
  const zip = await writeZip([{ name: "a.npy", content: new Uint8Array(3) }]);
  await assert.rejects(openTorchFile(bytesSource("x.npz", zip)), /no data\.pkl/);
});

Deno.test("instructions that only code needs are refused", () => {
  for (
    const [text, what] of [
      ["cos\nsystem\n(Vls\ntR.", /names os\.system/],
      ["\x80\x04\x8c\x02os\x8c\x06system\x93.", /names os\.system/],
      ["(ios\nsystem\n.", /instruction 0x69/],
      ["(cbuiltins\nlist\no.", /instruction 0x6f/],
      ["ccollections\nOrderedDict\n)\x81.", /instruction 0x81/],
      ["\x82\x01.", /instruction 0x82/],
      ["ccollections\nOrderedDict\n)R}Va\nK\x01sb.", /sets the state/],
      ["]}b.", /sets the state/],
      ["K\x01)R.", /calls something that is no function/],
      ["cbuiltins\ndict\n(K\x01tR.", /builtins\.dict is given/],
      ["Vx\nQ.", /refers to something outside/],
    ] as const
  ) assert.throws(() => read(text), what, JSON.stringify(text));
  const inert = unpickle(bytesOf("ctorch\nFloatStorage\n."), {
    name: "test",
    builders: [new Builder("torch.FloatStorage")],
  });
  assert.ok(inert instanceof Builder);
  assert.throws(
    () =>
      unpickle(bytesOf("ctorch\nFloatStorage\n)R."), {
        name: "test",
        builders: [new Builder("torch.FloatStorage")],
      }),
    /calls torch\.FloatStorage/,
  );
});

Deno.test("claims that the bytes do not keep are refused at once", () => {
  const huge = "\xff\xff\xff\xff", huger = "\xff\xff\xff\xff\xff\xff\xff\x7f";
  for (
    const text of [
      `X${huge}`,
      `\x8d${huger}`,
      `B${huge}`,
      `\x8e${huger}`,
      `\x8b${huge}`,
      `\x96${huger}`,
      `T${huge}`,
    ]
  ) assert.throws(() => read(text), /truncated/, JSON.stringify(text));
  assert.throws(() => read("K\x01"), /truncated/);
  assert.throws(() => read("."), /stack is empty|several values/);
  assert.throws(() => read("h\x05."), /recalls what was never stored/);
  assert.throws(() => read("t."), /stack is empty/);
  assert.throws(() => read("K\x01K\x02."), /several values/);
});

Deno.test("counters and dictionaries with a default are plain dictionaries", () => {
  const counted = read("ccollections\nCounter\n(}Va\nK\x02stR.");
  assert.deepEqual(counted, new Map([["a", 2]]));
  const lists = read("ccollections\ndefaultdict\n(cbuiltins\nlist\ntRVa\n]K\x01as.");
  assert.deepEqual(lists, new Map([["a", [1]]]));
  assert.throws(() => read("ccollections\ndefaultdict\n(cos\nsystem\ntR."), /names os\.system/);
});

Deno.test("numbers and texts of every protocol", () => {
  assert.deepEqual(read("(I5\nI01\nL-7L\nF-inf\nVa\\u00e9\nU\x01zt."), [
    5,
    true,
    -7,
    -Infinity,
    "a\u00e9",
    "z",
  ]);
  assert.deepEqual(read("]q\x00(K\x01J\xff\xff\xff\xff\x8a\x01\x80e."), [1, -1, -128]);
  assert.deepEqual(read("(dp0\nVk\nG\x3f\xf8\x00\x00\x00\x00\x00\x00s."), new Map([["k", 1.5]]));
  assert.deepEqual(read("\x80\x05\x95\x02\x00\x00\x00\x00\x00\x00\x00N\x94."), null);
});

Deno.test("a tensor outside its storage, a storage of the wrong size, an expansion bomb", async () => {
  const tensor = (shape: string, strides: string, offset = "K\x00"): string =>
    "ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nK\x04tQ" +
    `${offset}${shape}${strides}I00\nccollections\nOrderedDict\n)RtR.`;
  const file = async (pickle: string, size = 16) =>
    await openTorchFile(bytesSource(
      "made.pth",
      await writeZip([
        { name: "a/data.pkl", content: bytesOf(pickle) },
        { name: "a/data/0", content: new Uint8Array(size) },
      ]),
    ));
  const good = await file(tensor("(K\x04t", "(K\x01t"));
  assert.deepEqual(Array.from(toFloat32(await good.read(good.root as TorchTensor))), [0, 0, 0, 0]);
  await assert.rejects(file(tensor("(K\x05t", "(K\x01t")), /ends at 4 of 4 elements/);
  await assert.rejects(file(tensor("(K\x02t", "(K\x01t", "K\x03")), /ends at 4 of 4/);
  await assert.rejects(file(tensor("(K\x02t", "(J\xff\xff\xff\xfft")), /no storage, offset/);
  const bomb = await file(tensor("(J\x00\x00\x00\x40J\x00\x00\x00\x40t", "(K\x00K\x00t"));
  await assert.rejects(bomb.read(bomb.root as TorchTensor), /repeats 4 stored elements/);
  const short = await file(tensor("(K\x04t", "(K\x01t"), 12);
  await assert.rejects(short.read(short.root as TorchTensor), /12 bytes instead of 16/);
});

Deno.test("a member that claims to be huge is refused before it is unpacked", async () => {
  const zip = await writeZip([{ name: "a/data.pkl", content: new Uint8Array(100000) }], {
    compress: true,
  });
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  let at = zip.length - 22;
  at = view.getUint32(at + 16, true);
  view.setUint32(at + 24, 2 ** 31, true);
  await assert.rejects(
    openTorchFile(bytesSource("bomb.pth", zip)),
    /claims 2147483648 bytes where at most 67108864 are possible/,
  );
});

Deno.test("copies of one long list, and a dictionary that holds itself, cost nothing", async () => {
  const items = "N".repeat(100000), call = "cbuiltins\nlist\nh\x00\x85R0";
  assert.throws(
    () => read(`](${items}eq\x000${call.repeat(1000)}N.`),
    /builds far more than it holds/,
  );
  const keys = Array.from({ length: 200 }, (_, i) => `Vk${i}\nh\x00`).join("");
  const knot = `}q\x00(${keys}u.`;
  const file = await writeZip([
    { name: "diffraction_to_obj/params.dill", content: bytesOf(knot) },
    { name: "diffraction_to_obj/model.pth", content: new Uint8Array(4) },
  ]);
  const began = performance.now();
  await assert.rejects(findStateDict(bytesSource("knot.zip", file)), /no file of torch\.save/);
  assert.ok(performance.now() - began < 2000);
});
