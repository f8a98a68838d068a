import { ConfigError } from "../../src/errors.ts";
import { oneOf, onlyFields } from "./recorded.ts";

/** Update rule of a training step, in our vocabulary. */
export interface StepOptions {
  /** Learning rate. */
  readonly rate: number;
  /** Epsilon of Adam. */
  readonly epsilon: number;
  /** Fields of a training configuration. */
  readonly fields: Readonly<Record<string, string | number>>;
}

/**
 * Reads `config.optimizer` of a case.
 *
 * @param rms our gradients are the original's divided by this, and so must be what is added to them.
 * @throws {ConfigError} for a rule or number that this system does not have.
 */
export function stepOptions(optimizer: unknown, rms: number): StepOptions {
  const given = (optimizer ?? {}) as Record<string, unknown>;
  const name = oneOf(given.name, ["adam", "adamw", "sgd"], "optimizer.name");
  const number = (key: string, absent: number): number => {
    const value = given[key] ?? absent;
    if (typeof value !== "number" || !(value >= 0)) {
      throw new ConfigError(`optimizer.${key} is ${JSON.stringify(value)}: a number is needed`);
    }
    return value;
  };
  const rate = number("learning_rate", NaN);
  if (name === "sgd") {
    onlyFields(
      given,
      ["name", "learning_rate", "momentum", "nesterov", "weight_decay"],
      "optimizer",
    );
    const momentum = number("momentum", 0);
    if ((given.nesterov ?? momentum > 0) !== momentum > 0) {
      throw new ConfigError("optimizer.nesterov must be true exactly where momentum is above 0");
    }
    const fields = { optimizer: name, learning_rate: rate * rms, momentum };
    const weight_decay = number("weight_decay", 0) / rms;
    return { rate: rate * rms, epsilon: 0, fields: { ...fields, weight_decay } };
  }
  onlyFields(given, ["name", "learning_rate", "betas", "eps", "weight_decay"], "optimizer");
  const betas = given.betas ?? [0.9, 0.999];
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new ConfigError(`optimizer.betas is ${JSON.stringify(betas)}: two numbers are needed`);
  }
  return {
    rate,
    epsilon: number("eps", 1e-8) / rms,
    fields: {
      optimizer: name,
      learning_rate: rate,
      adam_beta1: betas[0],
      adam_beta2: betas[1],
      // PyTorch decays by 0.01 with AdamW where nothing is said.
      weight_decay: name === "adamw"
        ? number("weight_decay", 0.01)
        : number("weight_decay", 0) / rms,
    },
  };
}
