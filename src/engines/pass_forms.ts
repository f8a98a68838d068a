/**
 * What dispatches that keep whole lines in registers share: their shape, and the ways in which they read planes
 * and the object.
 *
 * @module
 */
import butterflies from "../../shaders/ops/fft_butterflies.wgsl" with { type: "text" };
import counts from "../../shaders/engines/passes/counts.wgsl" with { type: "text" };
import objectLanes from "../../shaders/engines/passes/object_lanes.wgsl" with { type: "text" };
import objectReads from "../../shaders/engines/passes/object_reads.wgsl" with { type: "text" };
import rowHalves from "../../shaders/engines/passes/row_halves.wgsl" with { type: "text" };
import rowTexel from "../../shaders/engines/passes/row_texel.wgsl" with { type: "text" };
import turns from "../../shaders/ops/fft_turns.wgsl" with { type: "text" };
import type { Gpu } from "../gpu/device.ts";
import { type Canvas, readsOften } from "./canvas.ts";

/** N of the planes that are projected and shifted this way. */
export const PASS_SIZE = 128;
/** Invocations of a workgroup; each has two lines. */
export const GROUP = 32;
/** Workgroups that share a plane. */
export const SHARE = PASS_SIZE / 2 / GROUP;

/** Texts of all passes. */
export const shared = [counts, turns, butterflies];
/** How planes are read that the dispatch before has written: a single one needs no copy. */
export type PlaneAccess = "texel" | "halves";
/** Text that declares `name_row` of planes that are read in one of these ways. */
export function planeRows(name: string, access: PlaneAccess): string {
  return (access === "texel" ? rowTexel : rowHalves).replaceAll("NAME", name);
}

/** How the object is read: pair by pair from a texture or the buffer, or once for neighbours in a subgroup. */
export type ObjectForm = "lanes" | "often" | "seldom";
/** Access of the object by form. */
export const OBJECT_ACCESS = { lanes: "texel", often: "texel_pairs", seldom: "pairs" } as const;
/**
 * Text that declares `object_row` of binding `name`, or `canvas_row` of another canvas with so many columns.
 */
export function objectRows(
  name: string,
  form: ObjectForm,
  canvas = "object",
  columns = "params.columns",
): string {
  return (form === "lanes" ? objectLanes : objectReads)
    .replaceAll("NAME", name).replaceAll("CANVAS", canvas).replaceAll("COLUMNS", columns);
}
/** A kernel in every form. */
export function byObject<K>(make: (form: ObjectForm) => K): Record<ObjectForm, K> {
  return { lanes: make("lanes"), often: make("often"), seldom: make("seldom") };
}
/** The form that reads the canvas fastest; rows of a patch come in groups of 16, which lanes must divide. */
export function objectForm({ profile }: Gpu, canvas: Canvas, count: number): ObjectForm {
  if (!readsOften(profile, canvas, count)) return "seldom";
  return profile.shuffles === 8 || profile.shuffles === 16 ? "lanes" : "often";
}
/** Overrides of a kernel in such a form. */
export function lanesConstants({ profile }: Gpu, form: ObjectForm): Record<string, number> {
  return form === "lanes" ? { LANES: profile.shuffles } : {};
}
