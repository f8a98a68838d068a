/**
 * Strict loading: the weights of a model are those its configuration needs, no more and no less.
 *
 * @module
 */
import { FileFormatError } from "../errors.ts";
import { declareModel, EXTRA_NAMES } from "../workflows/pinn.ts";
import type { SavedModel } from "./saved_model.ts";

/** Compares names and shapes with the configuration. @throws {FileFormatError} listing what differs. */
export function checkWeights(model: SavedModel, file: string): void {
  const { config, weights } = model;
  const modes = model.probe?.shape[0] ?? weights.get(EXTRA_NAMES.probe)?.shape[0] ?? 1;
  const { parameters } = declareModel(config, modes).layers.layout;
  const wanted = new Set(parameters.map((p) => p.name));
  const wrong = [
    ...parameters.filter((p) => !weights.has(p.name)).map((p) => `${p.name} is missing`),
    ...[...weights.keys()].filter((name) => !wanted.has(name)).map((name) => `${name} is unknown`),
    ...parameters.flatMap(({ name, shape }) => {
      const have = weights.get(name)?.shape;
      return have === undefined || have.join() === shape.join()
        ? []
        : [`${name} is (${have.join(", ")}) instead of (${shape.join(", ")})`];
    }),
  ];
  if (config.model.input_transform === "standardize" && model.inputStatistics === undefined) {
    wrong.push("input_statistics is missing");
  }
  if (wrong.length === 0) return;
  const more = wrong.length > 6 ? `, and ${wrong.length - 6} more` : "";
  throw new FileFormatError(
    `Cannot load the weights of ${file} as ${wrong.slice(0, 6).join(", ")}${more}: ` +
      "the model is not the one its configuration describes",
  );
}
