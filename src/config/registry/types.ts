/**
 * Shape of a registry entry: everything that is known about one configuration field.
 *
 * @module
 */

/** Which object a field lives in. `data` is how a file is read. */
export type Owner = "model" | "training" | "inference" | "execution" | "simulation" | "data";

/** Commands that take fields as flags. */
export type FieldCommand = "train" | "infer" | "simulate";

/** A configuration value. */
export type FieldValue = number | string | boolean | null | readonly number[];

/** What a field accepts. */
export interface FieldSpec {
  /** Kind of value. */
  readonly type: "int" | "number" | "bool" | "choice" | "text" | "list";
  /** One line for people. */
  readonly help: string;
  /** Allowed values of a choice, or of an int. */
  readonly choices?: readonly (string | number)[];
  /** True if a choice takes several of them, with commas between; the value is one text. */
  readonly several?: boolean;
  /** Smallest allowed number. */
  readonly min?: number;
  /** Largest allowed number. */
  readonly max?: number;
  /** True if the smallest number itself is not allowed. */
  readonly above?: boolean;
  /** True if null (spelled `none`) is allowed. */
  readonly optional?: boolean;
  /** Historical spellings of values: accepted, with one deprecation line, for what they mean here. */
  readonly valueAliases?: Readonly<Record<string, string>>;
  /** Other current words for values. */
  readonly synonyms?: Readonly<Record<string, string>>;
  /** Why nothing but one value is possible here; the field is then no choice but a fact. */
  readonly fixed?: string;
  /** Values that are known elsewhere and refused here, each with the reason and the remedy. */
  readonly refusedValues?: Readonly<Record<string, string>>;
}

/** A historical spelling of a field. */
export interface Spelling {
  /** Name as it was written, without hyphens in front. */
  readonly name: string;
  /** Value it stands for when it takes none. */
  readonly value?: string;
  /** Values it took, in today's words. */
  readonly values?: Readonly<Record<string, string>>;
  /** Give way, with the deprecation line, to the field's own flag. */
  readonly weak?: boolean;
}

/** One field. */
export interface FieldEntry extends FieldSpec {
  /** Canonical name. */
  readonly name: string;
  /** Object it lives in. */
  readonly owner: Owner;
  /** Value of preset `recommended`. */
  readonly value: FieldValue;
  /** Value of preset `reference`, where it differs. */
  readonly reference?: FieldValue;
  /** Unit of the value. */
  readonly unit?: string;
  /** Flag without hyphens in front; undefined if there is none. */
  readonly flag: string | undefined;
  /** Commands that take the flag. */
  readonly commands: readonly FieldCommand[];
  /** Historical spellings, each accepted with one deprecation line. */
  readonly spellings: readonly Spelling[];
  /** Key in the original system's flat dictionary. */
  readonly legacyKey?: string;
  /**
   * Values of other fields under which this one has an effect (`set`: any but none); stating it
   * otherwise is told in one line.
   */
  readonly needs?: Readonly<Record<string, readonly FieldValue[] | "set">>;
  /** True if the field is part of the configuration object of its owner (fixed facts and paths are not). */
  readonly engine: boolean;
  /** Test that shows the effect, or the refusal: file under tests/, a colon, the case. */
  readonly evidence: string;
}

/** An entry as written: what can be derived is left out. */
export type Draft =
  & Omit<FieldEntry, "owner" | "flag" | "commands" | "spellings" | "engine" | "name">
  & Partial<Pick<FieldEntry, "flag" | "commands" | "spellings" | "engine">>;

/** Completes the entries of one owner. */
export function entries(
  owner: Owner,
  commands: readonly FieldCommand[],
  drafts: Readonly<Record<string, Draft>>,
): FieldEntry[] {
  return Object.entries(drafts).map(([name, draft]) => ({
    name,
    owner,
    commands,
    spellings: [],
    ...draft,
    flag: "flag" in draft ? draft.flag : name.replaceAll("_", "-"),
    engine: draft.engine ?? (draft.fixed === undefined && draft.type !== "text"),
  }));
}

/** Names of historical spellings that change nothing but the name. */
export function also(...names: string[]): Spelling[] {
  return names.map((name) => ({ name }));
}
