/**
 * Named bundles of values that lie between the preset and everything the user states.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { FieldValue } from "../registry/types.ts";

/** A bundle. */
export interface Profile {
  /** Values that define it: stating others with it is a contradiction. */
  readonly contract: Readonly<Record<string, FieldValue>>;
  /** Values that merely go well with it. */
  readonly defaults: Readonly<Record<string, FieldValue>>;
}

/** All profiles. */
export const PROFILES: Readonly<Record<string, Profile>> = {
  ci: {
    contract: {
      scale_contract_version: "ci_intensity_v2",
      measurement_domain: "count_intensity",
      physics_forward_mode: "rectangular_scaled",
      torch_loss_mode: "poisson",
    },
    defaults: { cnn_output_mode: "real_imag" },
  },
};

/**
 * Values of a profile, after checking that nothing stated breaks its contract.
 *
 * @throws {ConfigError} naming the field and both values.
 */
export function profileValues(
  name: string,
  stated: Readonly<Record<string, FieldValue>>,
): Readonly<Record<string, FieldValue>> {
  const { contract, defaults } = PROFILES[name];
  for (const [field, value] of Object.entries(contract)) {
    if (Object.hasOwn(stated, field) && stated[field] !== value) {
      throw new ConfigError(
        `profile ${name} means ${field} ${value} but ${field} is ${stated[field]}: ` +
          "leave one of them out",
      );
    }
  }
  return { ...defaults, ...contract };
}
