/** Writes the few pickles and PyTorch files that tests need. */
import { countOf, type NdArray, toFloat32 } from "../../src/array.ts";
import { concatenate, writeZip, type ZipEntry } from "../../src/io/zip_writer.ts";

/** An f32 array of zeros. */
export function zeros(shape: readonly number[]): NdArray {
  return { shape, dtype: "f32", data: new Float32Array(countOf(shape)) };
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

function integer(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(5));
  view.setUint8(0, "J".charCodeAt(0));
  view.setInt32(1, value, true);
  return new Uint8Array(view.buffer);
}

function text(value: string): Uint8Array {
  const content = new TextEncoder().encode(value);
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, "X".charCodeAt(0));
  head.setUint32(1, content.length, true);
  return concatenate([new Uint8Array(head.buffer), content]);
}

/** The pickle of a flat dictionary. */
export function pickleOf(values: Readonly<Record<string, string | number | boolean>>): Uint8Array {
  const items = Object.entries(values).flatMap(([key, value]) => [
    text(key),
    typeof value === "string"
      ? text(value)
      : typeof value === "boolean"
      ? bytes(value ? "\x88" : "\x89")
      : integer(value),
  ]);
  return concatenate([bytes("\x80\x02}("), ...items, bytes("u.")]);
}

/** A file of `torch.save` with a state dict of f32 tensors. */
export async function torchFile(tensors: ReadonlyMap<string, NdArray>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [bytes("\x80\x02ccollections\nOrderedDict\n)R(")];
  const entries: ZipEntry[] = [];
  let key = 0;
  for (const [name, array] of tensors) {
    const values = toFloat32(array), strides: number[] = [];
    let stride = 1;
    for (const n of [...array.shape].reverse()) {
      strides.unshift(stride);
      stride *= n;
    }
    parts.push(
      text(name),
      bytes("ctorch._utils\n_rebuild_tensor_v2\n(("),
      text("storage"),
      bytes("ctorch\nFloatStorage\n"),
      text(String(key)),
      text("cpu"),
      integer(values.length),
      bytes("tQK\x00("),
      ...array.shape.map(integer),
      bytes("t("),
      ...strides.map(integer),
      bytes("t\x89ccollections\nOrderedDict\n)RtR"),
    );
    entries.push({ name: `archive/data/${key++}`, content: new Uint8Array(values.slice().buffer) });
  }
  parts.push(bytes("u."));
  entries.unshift({ name: "archive/data.pkl", content: concatenate(parts) });
  entries.push({ name: "archive/version", content: bytes("3\n") });
  return await writeZip(entries);
}
