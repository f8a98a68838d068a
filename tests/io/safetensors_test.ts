import assert from "node:assert/strict";
import { decode } from "fast-png";
import { type NdArray, realArray } from "../../src/array.ts";
import { FileFormatError, ShapeError } from "../../src/errors.ts";
import { encodePng } from "../../src/io/png.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors.ts";

const weights = new Map<string, NdArray>([
  ["b", realArray([3], Float32Array.of(1, 2, 3))],
  ["a", realArray([2, 2], Float32Array.of(4, 5, 6, 7))],
  ["n", { shape: [], dtype: "i64", data: BigInt64Array.of(5n) }],
]);

Deno.test("safetensors come back as written, the same bytes for any order", () => {
  const bytes = encodeSafetensors(weights, { format: "x" });
  assert.deepEqual(bytes, encodeSafetensors(new Map([...weights].reverse()), { format: "x" }));
  const { tensors, metadata } = decodeSafetensors(bytes, "w");
  assert.deepEqual(metadata, { format: "x" });
  for (const [name, array] of weights) assert.deepEqual(tensors.get(name), array);
});

function craft(header: string, data: number, claim?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + text.length + data);
  new DataView(out.buffer).setBigUint64(0, BigInt(claim ?? text.length), true);
  out.set(text, 8);
  return out;
}

const entry = (start: number, end: number, shape = "[1]"): string =>
  `{"dtype":"F32","shape":${shape},"data_offsets":[${start},${end}]}`;
const bad: readonly (readonly [string, Uint8Array])[] = [
  ["too short", new Uint8Array(4)],
  ["header longer than the file", craft("{}", 0, 1000)],
  ["header of 2^50 bytes", craft("{}", 0, 2 ** 50)],
  ["no JSON", craft("{nope", 0)],
  ["outside the data", craft(`{"a":${entry(0, 4)}}`, 2)],
  ["size unlike the shape", craft(`{"a":${entry(0, 4, "[2]")}}`, 8)],
  ["negative length", craft(`{"a":${entry(0, 4, "[-1]")}}`, 8)],
  ["overlap", craft(`{"a":${entry(0, 4)},"b":${entry(2, 6)}}`, 8)],
  ["unknown type", craft(`{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}`, 4)],
];
for (const [name, bytes] of bad) {
  Deno.test(`safetensors refuse: ${name}`, () => {
    assert.throws(() => decodeSafetensors(bytes, "w"), FileFormatError);
  });
}

Deno.test("png pictures decode to the same pixels", () => {
  const grey = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
  const picture = decode(encodePng(grey, 4, 3));
  assert.deepEqual([picture.width, picture.height, picture.channels], [4, 3, 1]);
  assert.deepEqual(Uint8Array.from(picture.data), grey);
  const rgb = Uint8Array.from({ length: 36 }, (_, i) => i * 7);
  assert.deepEqual(Uint8Array.from(decode(encodePng(rgb, 4, 3)).data), rgb);
  assert.throws(() => encodePng(rgb, 5, 3), ShapeError);
});
