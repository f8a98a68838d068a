import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import { FileFormatError } from "../../src/errors.ts";
import type { ConfigHost } from "../../src/config/resolution/statement.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";

/** Files in memory; a name that ends with a slash is a folder. */
export function memoryHost(
  files: Readonly<Record<string, Uint8Array>>,
  more: Partial<ConfigHost> = {},
): ConfigHost & { readonly deprecations: string[] } {
  const deprecations: string[] = [];
  return {
    deprecations,
    deprecate: (line) => deprecations.push(line),
    open(path) {
      const bytes = files[path];
      if (bytes === undefined) return Promise.reject(new FileFormatError(`no ${path}`));
      return Promise.resolve({ ...bytesSource(path, bytes), [Symbol.dispose]: () => {} });
    },
    kind: (path) =>
      Promise.resolve(
        Object.hasOwn(files, path)
          ? "file"
          : Object.hasOwn(files, `${path}/`)
          ? "folder"
          : undefined,
      ),
    ...more,
  };
}

/** A data file with a probe of a shape and, if asked, a photon number in its metadata. */
export async function dataFile(
  shape: readonly number[] = [64, 64],
  nphotons?: number,
): Promise<Uint8Array> {
  const count = shape.reduce((a, b) => a * b, 1);
  const arrays: Record<string, NdArray> = {
    probeGuess: complexArray(shape, new Float32Array(2 * count).fill(1)),
    xcoords: realArray([2], Float32Array.of(1, 2)),
    ycoords: realArray([2], Float32Array.of(1, 2)),
  };
  if (nphotons !== undefined) {
    const text = JSON.stringify({ physics_parameters: { nphotons } });
    const bytes = new TextEncoder().encode(text);
    arrays._metadata = { shape: [bytes.length], dtype: "u8", data: bytes };
  }
  return await writeNpz(arrays);
}
