import { modelFields, ownedBy, trainingFields } from "../../src/config/registry/registry.ts";
import type { FieldEntry } from "../../src/config/registry/types.ts";

/** The configuration types, as text of a module. */
export function renderTypes(): string {
  const canonical = (owner: "training" | "inference"): FieldEntry[] => ownedBy(owner);
  return `/**
 * Types of the configuration objects.
 *
 * Written by \`deno task docs\` from the registry: change \`src/config/registry/\` instead.
 *
 * @module
 */
${
    [
      interfaceOf("ModelConfig", "Network and physics: what defines a model.", modelFields()),
      interfaceOf("TrainingConfig", "How a model is trained.", trainingFields()),
      interfaceOf("DataReading", "How a scan file is read.", engine(ownedBy("data"))),
      interfaceOf(
        "InferenceConfig",
        "How an object is reassembled.",
        engine(canonical("inference")),
      ),
      interfaceOf(
        "ExecutionConfig",
        "Machine, loop and records of a run; never part of a model.",
        ownedBy("execution").filter((f) => f.engine),
      ),
      interfaceOf(
        "TrainingFiles",
        "Files of a training run.",
        canonical("training").filter((f) => f.type === "text"),
      ),
      interfaceOf(
        "InferenceFiles",
        "Files of a reconstruction.",
        canonical("inference").filter((f) => f.type === "text"),
      ),
    ].join("\n")
  }`;
}

function engine(fields: readonly FieldEntry[]): FieldEntry[] {
  return fields.filter((f) => f.engine);
}

function interfaceOf(name: string, about: string, fields: readonly FieldEntry[]): string {
  const members = fields.map((field) => {
    const help = field.help[0].toUpperCase() + field.help.slice(1);
    const unit = field.unit === undefined ? "" : ` [${field.unit}]`;
    return `  /** ${help}${unit}. */\n  readonly ${field.name}: ${typeOf(field)};`;
  });
  return `/** ${about} */\nexport interface ${name} {\n${members.join("\n")}\n}\n`;
}

function typeOf(field: FieldEntry): string {
  const base = {
    int: "number",
    number: "number",
    bool: "boolean",
    text: "string",
    list: "readonly number[]",
    choice: field.several
      ? "string"
      : (field.choices ?? []).map((choice) => JSON.stringify(choice)).join(" | "),
  }[field.type];
  return field.optional ? `${base} | null` : base;
}
