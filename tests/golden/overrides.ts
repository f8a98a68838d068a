import { ConfigError } from "../../src/errors.ts";

/** Fields of a golden model configuration that say nothing here beyond a fixed value. */
const FIXED: Readonly<Record<string, unknown>> = { batch_norm: false };

/** Model fields of a golden case, in our vocabulary. */
export function modelOverrides(model: unknown): Record<string, unknown> {
  const overrides: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(model as Record<string, unknown>)) {
    if (name in FIXED) {
      if (value !== FIXED[name]) throw new ConfigError(`${name} ${value} is not supported`);
      continue;
    }
    overrides[name] = name === "amp_activation" && value === "swish" ? "silu" : value;
  }
  return overrides;
}
