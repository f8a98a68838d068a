import { ConfigError } from "../../src/errors.ts";

/** Fields of a golden model configuration that say nothing here beyond a fixed value. */
const FIXED: Readonly<Record<string, unknown>> = {
  batch_norm: false,
  use_shared_decoder: false,
};

/** Fields of modules that the original builds and never calls, whatever they say. */
const DEAD = ["cbam_decoder", "eca_encoder", "eca_decoder", "spatial_decoder", "pad_object"];

/** Model fields of a golden case, in our vocabulary. */
export function modelOverrides(model: unknown): Record<string, unknown> {
  const overrides: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(model as Record<string, unknown>)) {
    if (DEAD.includes(name)) continue;
    if (name in FIXED) {
      if (value !== FIXED[name]) throw new ConfigError(`${name} ${value} is not supported`);
      continue;
    }
    overrides[name] = name === "amp_activation" && value === "swish" ? "silu" : value;
  }
  return overrides;
}
