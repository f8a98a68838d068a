import assert from "node:assert/strict";
import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import { FileFormatError } from "../../src/errors.ts";
import { decodeNpy, encodeNpy } from "../../src/io/npy.ts";
import { openNpz, readMetadata, writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { writeZip } from "../../src/io/zip_writer.ts";

const stack: NdArray = realArray([6, 4, 3], Float32Array.from({ length: 72 }, (_, i) => i / 7));
const wave: NdArray = complexArray([2, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
const text: NdArray = { shape: [2], dtype: "str", data: ["probe", "\u03c0"] };
const scalar: NdArray = { shape: [], dtype: "f64", data: Float64Array.of(1e9) };

/** A header and its data, written by hand. */
function npy(descr: string, shape: string, data: Uint8Array, fortran = "False"): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}}\n`;
  const out = new Uint8Array(10 + header.length + data.length);
  out.set([0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0]);
  out.set(new TextEncoder().encode(header), 10);
  out.set(data, 10 + header.length);
  return out;
}

const plain = (array: NdArray): unknown[] => Array.from(array.data as ArrayLike<unknown>);

for (const compress of [false, true]) {
  Deno.test(`arrays come back as written (compress ${compress})`, async () => {
    const bytes = await writeNpz({ stack, wave, text, scalar }, { compress });
    const npz = await openNpz(bytesSource("a.npz", bytes));
    assert.deepEqual(npz.keys, ["stack", "wave", "text", "scalar"]);
    for (const [key, array] of Object.entries({ stack, wave, text, scalar })) {
      const read = await npz.read(key);
      assert.deepEqual(read.shape, array.shape);
      assert.equal(read.dtype, array.dtype);
      assert.deepEqual(plain(read), plain(array));
    }
    assert.deepEqual((await npz.header("stack")).shape, [6, 4, 3]);
  });

  Deno.test(`rows equal a slice of the whole, forward and back (compress ${compress})`, async () => {
    const npz = await openNpz(bytesSource("a.npz", await writeNpz({ stack }, { compress })));
    for (const [start, count] of [[0, 2], [2, 1], [5, 1], [1, 3], [0, 6], [3, 0]]) {
      const rows = await npz.readRows("stack", start, count);
      assert.deepEqual(rows.shape, [count, 4, 3]);
      assert.deepEqual(plain(rows), plain(stack).slice(12 * start, 12 * (start + count)));
    }
    await assert.rejects(npz.readRows("stack", 5, 2), FileFormatError);
  });
}

Deno.test("element types, byte orders and Fortran order", () => {
  const big = (width: number, ...values: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(width * values.length));
    values.forEach((v, i) => width === 2 ? view.setInt16(2 * i, v) : view.setFloat32(4 * i, v));
    return new Uint8Array(view.buffer);
  };
  assert.deepEqual(plain(decodeNpy("a", npy(">i2", "(3,)", big(2, 1, -2, 300)))), [1, -2, 300]);
  assert.deepEqual(plain(decodeNpy("a", npy(">f4", "(2,)", big(4, 1.5, -2)))), [1.5, -2]);
  assert.deepEqual(plain(decodeNpy("a", npy(">c8", "(1,)", big(4, 1.5, -2)))), [1.5, -2]);
  assert.deepEqual(plain(decodeNpy("a", npy("|b1", "(3,)", Uint8Array.of(0, 1, 7)))), [0, 1, 1]);
  const half = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 1, 0x7c00, 0).buffer);
  assert.deepEqual(
    plain(decodeNpy("a", npy("<f2", "(5,)", half))),
    [1, -2, 2 ** -24, Infinity, 0],
  );
  const long = new Uint8Array(BigInt64Array.of(-1n, 2n ** 40n).buffer);
  assert.deepEqual(plain(decodeNpy("a", npy("<i8", "(2,)", long))), [-1n, 2n ** 40n]);
  const columns = Uint8Array.of(1, 4, 2, 5, 3, 6);
  assert.deepEqual(plain(decodeNpy("a", npy("|u1", "(2, 3)", columns, "True"))), [
    1,
    2,
    3,
    4,
    5,
    6,
  ]);
  assert.deepEqual(plain(decodeNpy("a", npy("|S3", "(2,)", Uint8Array.of(97, 98, 0, 99, 0, 0)))), [
    "ab",
    "c",
  ]);
  assert.deepEqual(decodeNpy("a", npy("<f4", "(0, 5)", new Uint8Array(0))).data.length, 0);
});

Deno.test("zip64 records are written and read", async () => {
  const content = encodeNpy(stack);
  const bytes = await writeZip([{ name: "stack.npy", content }, { name: "b.npy", content }], {
    forceZip64: true,
  });
  const npz = await openNpz(bytesSource("big.npz", bytes));
  assert.deepEqual(plain(await npz.read("b")), plain(stack));
});

const bad: readonly (readonly [string, () => Promise<Uint8Array>, RegExp])[] = [
  ["wrong magic", () => Promise.resolve(new Uint8Array(100)), /not an NPZ/],
  ["empty file", () => Promise.resolve(new Uint8Array(0)), /not an NPZ/],
  ["truncated file", async () => (await writeNpz({ stack })).slice(0, 200), /directory is missing/],
  ["damaged data", async () => {
    const bytes = await writeNpz({ stack });
    bytes[200] ^= 1;
    return bytes;
  }, /checksum/],
  ["damaged deflate", async () => {
    const bytes = await writeNpz({ stack }, { compress: true });
    bytes.fill(255, 45, 60);
    return bytes;
  }, /corrupt|not an NPY/],
  [
    "claim of 2^40 bytes",
    () =>
      writeZip([{ name: "stack.npy", content: npy("<f4", "(1099511627776,)", new Uint8Array(8)) }]),
    /claims 4398046511104 bytes/,
  ],
  ["pickled objects", () =>
    writeZip([{
      name: "stack.npy",
      content: npy("|O", "(1,)", new Uint8Array(80)),
    }]), /never executed/],
  [
    "no NPY member",
    () => writeZip([{ name: "stack.npy", content: new Uint8Array(64) }]),
    /not an NPY/,
  ],
];
for (const [name, make, message] of bad) {
  Deno.test(`${name} is refused in one clear line`, async () => {
    const bytes = await make();
    await assert.rejects(
      async () => {
        await (await openNpz(bytesSource("scan.npz", bytes))).read("stack");
      },
      (error: Error) =>
        error instanceof FileFormatError && message.test(error.message) &&
        !error.message.includes("\n"),
    );
  });
}

Deno.test("every truncation of an archive is refused, never half read", async () => {
  const bytes = await writeNpz({ wave }, { compress: true });
  for (let length = 0; length < bytes.length; length += 7) {
    await assert.rejects(async () => {
      await (await openNpz(bytesSource("t.npz", bytes.slice(0, length)))).read("wave");
    }, FileFormatError);
  }
});

function pickled(body: number[], json: string): Uint8Array {
  const content = new TextEncoder().encode(json);
  return npy("|O", "()", Uint8Array.from([...body, 0x8c, content.length, ...content, 0x61, 0x2e]));
}

Deno.test("metadata is found in a pickle without running it", async () => {
  const json = '{"physics_parameters": {"nphotons": 1e5}}';
  const open = async (content: Uint8Array): Promise<Record<string, unknown>> =>
    await readMetadata(
      await openNpz(bytesSource("m", await writeZip([{ name: "_metadata.npy", content }]))),
    );
  const ascii = (s: string): number[] => [...new TextEncoder().encode(s)];
  const good = [0x80, 3, ...ascii("cnumpy.core.multiarray\n_reconstruct\n"), 0x71, 0, 0x5d];
  assert.deepEqual(await open(pickled(good, json)), {
    value: { physics_parameters: { nphotons: 1e5 } },
  });
  const attack = [0x80, 3, ...ascii("cos\nsystem\n"), 0x71, 0, 0x5d];
  assert.match(String((await open(pickled(attack, json))).warning), /names os.system .*never/);
  assert.match(String((await open(pickled([0x80, 3, 0x69], json))).warning), /instruction 0x69/);
  const direct = encodeNpy({ shape: [], dtype: "str", data: [json] });
  assert.ok((await open(direct)).value !== undefined);
  assert.deepEqual(
    await readMetadata(await openNpz(bytesSource("n", await writeNpz({ wave })))),
    {},
  );
});

Deno.test("NumPy reads what we write and we read what NumPy writes", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${dir}/ours.npz`, await writeNpz({ stack, wave, text }));
    await Deno.writeFile(`${dir}/packed.npz`, await writeNpz({ stack, wave }, { compress: true }));
    const script = `
import json, numpy as np, sys
d = sys.argv[1]
for f in ("ours", "packed"):
    z = np.load(d + "/" + f + ".npz")
    assert z["stack"].shape == (6, 4, 3) and z["stack"].dtype == np.float32
    assert z["wave"][1, 0] == 5 + 6j
assert list(np.load(d + "/ours.npz")["text"]) == ["probe", "\\u03c0"]
meta = np.array(json.dumps({"physics_parameters": {"nphotons": 123.0}}), dtype=object)
for f, save in (("a", np.savez), ("b", np.savez_compressed)):
    save(d + "/" + f + ".npz", x=np.arange(24.).reshape(2, 3, 4).transpose(2, 1, 0), h=np.float16(1.5),
         i=np.array([-1, 2], dtype=">i8"), f=np.asfortranarray(np.arange(6).reshape(2, 3)), _metadata=meta)
`;
    const run = await new Deno.Command("python3", { args: ["-c", script, dir], stderr: "piped" })
      .output().catch(() => undefined);
    const trouble = run === undefined ? "no python3" : new TextDecoder().decode(run.stderr);
    if (run === undefined || /No module named .numpy/.test(trouble)) {
      console.warn("SKIPPED: python3 with numpy is not installed, exchange with NumPy not tested");
      return;
    }
    assert.ok(run.success, trouble);
    for (const file of ["a", "b"]) {
      const bytes = await Deno.readFile(`${dir}/${file}.npz`);
      const npz = await openNpz(bytesSource(file, bytes));
      const x = await npz.read("x");
      assert.deepEqual(x.shape, [4, 3, 2]);
      assert.deepEqual(plain(x).slice(0, 4), [0, 12, 4, 16]);
      assert.deepEqual(plain(await npz.readRows("x", 1, 1)).slice(0, 2), [1, 13]);
      assert.deepEqual(plain(await npz.read("h")), [1.5]);
      assert.deepEqual(plain(await npz.read("i")), [-1n, 2n]);
      assert.deepEqual(plain(await npz.read("f")), [0n, 1n, 2n, 3n, 4n, 5n]);
      const { value } = await readMetadata(npz);
      assert.deepEqual(value, { physics_parameters: { nphotons: 123 } });
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
