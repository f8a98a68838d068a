/**
 * The override matrix: for every field, which sources can state it and how.
 *
 * @module
 */
import { BRIDGE_CONSTANTS } from "./bridge/torch.ts";
import { FIELDS } from "./registry/registry.ts";
import type { FieldEntry, FieldValue, Owner } from "./registry/types.ts";
import { PROFILES } from "./resolution/profiles.ts";
import { PRECEDENCE, type Source } from "./resolution/audit.ts";

/** One row. */
export interface MatrixRow {
  /** Canonical name. */
  readonly field: string;
  /** Object it lives in. */
  readonly owner: Owner;
  /** Sources that can state it, strongest first. */
  readonly sources: readonly Source[];
  /** Flags by command, without hyphens in front. */
  readonly flag: string | null;
  /** Commands that take it. */
  readonly commands: readonly string[];
  /** Names accepted in a file beside its own. */
  readonly fileKeys: readonly string[];
  /** What the data file says it from, if it does. */
  readonly data: string | null;
  /** Values of profiles. */
  readonly profiles: Readonly<Record<string, FieldValue>>;
  /** Default of preset `recommended`. */
  readonly recommended: FieldValue;
  /** Default of preset `reference`. */
  readonly reference: FieldValue;
  /** Value the translation from the PyTorch family sets by itself, source `bridge-constant`. */
  readonly bridgeConstant: FieldValue | null;
  /** Key of the flat dictionary. */
  readonly legacyKey: string | null;
  /** Why nothing but the default is possible. */
  readonly fixed: string | null;
  /** Test that shows the effect or the refusal. */
  readonly evidence: string;
}

const FROM_DATA: Readonly<Record<string, string>> = {
  N: "last axis of probeGuess, after crop_to and bin",
  nphotons: "_metadata physics_parameters.nphotons",
};

/** All rows. */
export function overrideMatrix(): MatrixRow[] {
  return FIELDS.map(rowOf);
}

function rowOf(field: FieldEntry): MatrixRow {
  const training = field.owner === "model" || field.owner === "training";
  const data = training ? FROM_DATA[field.name] ?? null : null;
  const profiles = Object.fromEntries(
    Object.entries(PROFILES).flatMap(([name, { contract, defaults }]) => {
      const values = { ...defaults, ...contract };
      return Object.hasOwn(values, field.name) ? [[name, values[field.name]]] : [];
    }),
  );
  const can: Readonly<Record<string, boolean>> = {
    override: true,
    flag: field.flag !== undefined,
    file: true,
    data: data !== null,
    profile: Object.keys(profiles).length > 0,
    default: true,
  };
  const keys = [field.legacyKey, ...field.spellings.map((s) => s.name)];
  return {
    field: field.name,
    owner: field.owner,
    sources: PRECEDENCE.filter((source) => can[source] === true),
    flag: field.flag ?? null,
    commands: field.commands,
    fileKeys: keys.filter((key): key is string => key !== undefined && key !== field.name),
    data,
    profiles,
    recommended: field.value,
    reference: field.reference ?? field.value,
    bridgeConstant: (BRIDGE_CONSTANTS[field.name] ?? null) as FieldValue | null,
    legacyKey: field.legacyKey ?? null,
    fixed: field.fixed ?? null,
    evidence: field.evidence,
  };
}
