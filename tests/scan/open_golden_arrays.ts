import { type NdArray, toFloat64 } from "../../src/array.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";

/** All arrays of an NPZ file, and one as float64 numbers. */
export async function readArrays(
  url: URL,
): Promise<{ arrays: Map<string, NdArray>; numbers: (key: string) => Float64Array }> {
  const npz = await openNpz(bytesSource(url.pathname, await Deno.readFile(url)));
  const arrays = new Map<string, NdArray>();
  for (const key of npz.keys) arrays.set(key, await npz.read(key));
  return {
    arrays,
    numbers: (key) => {
      const array = arrays.get(key);
      if (array === undefined) throw new Error(`no array ${key}`);
      return toFloat64(array);
    },
  };
}
