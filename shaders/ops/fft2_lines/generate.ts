/**
 * Writes the transforms by whole lines beside this file.
 *
 * Lines in registers need unrolled text, which `override` constants cannot give. The emitted files are
 * committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/ops/fft2_lines/generate.ts`. A test checks that the files are up to date.
 *
 * @module
 */
import { across, blocks, type LineShape, list, sizes } from "./lines.ts";

/** Lines that are emitted. */
export const LINES: readonly LineShape[] = [
  { size: 128, radices: [16, 8] },
  { size: 256, radices: [16, 16] },
];

/** WGSL of the transforms of a line. */
export function lineText(shape: LineShape): string {
  const { size, radices: [first, last] } = shape;
  // Frequencies k + first q of two neighbouring blocks are neighbours in a row.
  const store = (k: number, q: number): string => {
    const place = (k + first * q) / 2;
    const part = (name: string): string => `vec4f(b${k}[${q}].${name}, b${k + 1}[${q}].${name})`;
    return `store_transformed(to + ${place}u, ${part("xy")} * factor); ` +
      `store_transformed(to + HALF + ${place}u, ${part("zw")} * factor);`;
  };
  return `// Transforms the columns of images of ${size} x ${size} and leaves them as rows, so that it is applied twice. Every
// invocation has two columns in registers. Inputs are multiplied by (1, in_imaginary), results by
// (out_real, out_imaginary), see fft2.wgsl. Emitted by generate.ts: change that file.
struct Params { count: u32, in_imaginary: f32, out_real: f32, out_imaginary: f32 }
@group(1) @binding(0) var<uniform> params: Params;
override WORKGROUP: u32 = 32u;
${sizes(shape)}
@compute @workgroup_size(WORKGROUP)
fn turn_columns(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let plane = (i / HALF) * SIZE * HALF;
  let at = plane + i % HALF;
  let to = plane + (i % HALF) * SIZE;
  let sign = vec4f(1.0, params.in_imaginary, 1.0, params.in_imaginary);
  let factor = vec4f(params.out_real, params.out_imaginary, params.out_real, params.out_imaginary);
${across(shape, (i) => `load_image(at + ${i}u * HALF) * sign`)}
${blocks(shape)}
${list(first / 2, (h) => `  ${list(last, (q) => store(2 * h, q), " ")}`)}
}
`;
}

/** Files by name. */
export function emit(): Map<string, string> {
  return new Map(LINES.map((shape) => [`line_${shape.size}.wgsl`, lineText(shape)]));
}

if (import.meta.main) {
  for (const [name, text] of emit()) Deno.writeTextFileSync(new URL(name, import.meta.url), text);
}
