import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import { crc32 } from "../../src/io/crc32.ts";
import { decodePng } from "../../src/io/png_decode.ts";
import { assertClose } from "../support/close.ts";

/** A PNG of packed rows, written by the definition. */
function packed(
  width: number,
  depth: number,
  colourType: number,
  rows: readonly (readonly number[])[],
  palette?: readonly number[],
): Uint8Array {
  const chunk = (name: string, data: Uint8Array): Uint8Array => {
    const out = new Uint8Array(12 + data.length), view = new DataView(out.buffer);
    view.setUint32(0, data.length);
    out.set(new TextEncoder().encode(name), 4);
    out.set(data, 8);
    view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
    return out;
  };
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, rows.length);
  header.set([depth, colourType], 8);
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", header),
    ...(palette === undefined ? [] : [chunk("PLTE", Uint8Array.from(palette))]),
    chunk("IDAT", deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
    chunk("IEND", new Uint8Array()),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("grey, colour, transparency and 16 bits become brightness from 0 to 1", () => {
  const of = (data: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4, depth: 8 | 16 = 8) => {
    const width = data.length / channels;
    const picture = decodePng("p.png", encode({ data, width, height: 1, channels, depth }));
    assert.deepEqual([picture.height, picture.width], [1, width]);
    return picture.data;
  };
  assertClose("grey", of(Uint8Array.of(0, 51, 255), 1), [0, 0.2, 1], 1e-12);
  assertClose("16", of(Uint16Array.of(0, 13107, 65535), 1, 16), [0, 0.2, 1], 1e-12);
  const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
  assertClose("colour", of(colours, 3), [0.2126, 0.7152, 0.0722, 1], 1e-12);
  assertClose(
    "alpha",
    of(Uint8Array.of(255, 255, 255, 51, 255, 0, 0, 255), 4),
    [0.2, 0.2126],
    1e-12,
  );
  assertClose("grey alpha", of(Uint8Array.of(255, 51, 102, 255), 2), [0.2, 0.4], 1e-12);
});

Deno.test("samples of less than a byte and palettes are read row by row", () => {
  const bits = decodePng("b.png", packed(5, 1, 0, [[0b10110000], [0b01001000]]));
  assert.deepEqual([...bits.data], [1, 0, 1, 1, 0, 0, 1, 0, 0, 1]);
  const fours = decodePng("f.png", packed(3, 4, 0, [[0x0f, 0x50]]));
  assertClose("4 bits", fours.data, [0, 1, 1 / 3], 1e-12);
  const palette = [0, 0, 0, 255, 0, 0, 255, 255, 255];
  const indexed = decodePng("i.png", packed(3, 2, 3, [[0b00011000], [0b10100100]], palette));
  assertClose("palette", indexed.data, [0, 0.2126, 1, 1, 1, 0.2126], 1e-12);
});

Deno.test("what is no picture is refused by name", () => {
  assert.throws(() => decodePng("x.png", Uint8Array.of(1, 2, 3)), {
    name: "FileFormatError",
    message: /Cannot read x.png as a PNG picture/,
  });
});
