/**
 * Values that follow from other fields where nobody stated them.
 *
 * @module
 */
import { derive, type Layered, sourceOf } from "./audit.ts";

/**
 * Fills them in: patches merge where groups have several, a group of C is chosen among at least C
 * neighbours, labels are compared by `mae`.
 */
export function deriveFields(made: Layered): void {
  const { gridsize, model_type, neighbor_count } = made.values;
  const members = Number(gridsize) ** 2;
  if (sourceOf(made, "object_big") === "default") {
    derive(made, "object_big", Number(gridsize) > 1, "derived");
  }
  if (sourceOf(made, "neighbor_count") === "default" && Number(neighbor_count) < members) {
    derive(made, "neighbor_count", members, "derived");
  }
  if (model_type === "supervised" && sourceOf(made, "torch_loss_mode") === "default") {
    derive(made, "torch_loss_mode", "mae", "derived");
  }
}
