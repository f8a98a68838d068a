/**
 * Values that follow from other fields where nobody stated them.
 *
 * @module
 */
import { derive, type Layered, sourceOf } from "./audit.ts";

/** Fills them in: patches merge where groups have several, labels are compared by `mae`. */
export function deriveFields(made: Layered): void {
  const { gridsize, model_type } = made.values;
  if (sourceOf(made, "object_big") === "default") {
    derive(made, "object_big", Number(gridsize) > 1, "derived");
  }
  if (model_type === "supervised" && sourceOf(made, "torch_loss_mode") === "default") {
    derive(made, "torch_loss_mode", "mae", "derived");
  }
}
