/**
 * Spellings of flags: historical ones, underscores and `--no-x` become today's before parsing.
 *
 * @module
 */
import { nearestName } from "../config/fields.ts";
import { fieldsOf, type Meaning, meaningOf } from "../config/registry/registry.ts";
import type { FieldEntry } from "../config/registry/types.ts";
import { ConfigError } from "../errors.ts";
import { EXTRA_FLAGS, TRAIN_FLAGS } from "./registry_flags.ts";
import { REFUSED_FLAGS } from "./refused_flags.ts";

/** Arguments in today's spelling. */
export interface Respelled {
  /** Arguments for the parser. */
  readonly args: string[];
  /** One line for each historical spelling. */
  readonly deprecations: string[];
}

/**
 * Rewrites the flags of a command line into today's spelling.
 *
 * @param args Arguments after the program name.
 * @param parsed Flags the parser knows beside those of the registry, with their hyphens.
 * @throws {ConfigError} for a flag that is known and refused, with the reason, and for one that is
 * unknown but close to a known one, with that one.
 */
export function respell(args: readonly string[], parsed: readonly string[] = []): Respelled {
  const command = args.find((arg) => !arg.startsWith("-"));
  if (command !== "train" && command !== "infer") return hyphenated(args, parsed);
  const fields = fieldsOf(command).filter((f) => f.flag !== undefined);
  const extra = Object.keys(command === "train" ? TRAIN_FLAGS : EXTRA_FLAGS);
  const out: string[] = [], deprecations: string[] = [];
  const weak: { readonly field: FieldEntry; readonly tokens: string[] }[] = [];
  const own = new Set<FieldEntry>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (!arg.startsWith("--") || arg.length < 3) {
      out.push(arg);
      continue;
    }
    const at = arg.indexOf("="), name = at < 0 ? arg.slice(2) : arg.slice(2, at);
    const given = at < 0 ? undefined : arg.slice(at + 1);
    const underscored = name.replaceAll("_", "-");
    if (extra.includes(underscored)) {
      if (underscored !== name) {
        deprecations.push(`--${name} is an old spelling: write --${underscored}`);
      }
      out.push(`--${underscored}${at < 0 ? "" : arg.slice(at)}`);
      continue;
    }
    const meaning = meaningOf(name, fields, "flag");
    if (meaning === undefined) {
      const off = negated(underscored, fields);
      if (off !== undefined) {
        if (given !== undefined) {
          throw new ConfigError(`--${name} takes no value: write --${off.field.flag} ${given}`);
        }
        if (underscored !== name || off.deprecated) {
          deprecations.push(`--${name} is an old spelling: write --no-${off.field.flag}`);
        }
        own.add(off.field);
        out.push(`--${off.field.flag}=false`);
        continue;
      }
      const why = REFUSED_FLAGS[command][underscored];
      if (why !== undefined) throw new ConfigError(`--${name} cannot be used as ${why}`);
      const other = command === "train" ? "infer" : "train";
      const foreign = fieldsOf(other).filter((f) => f.flag !== undefined);
      if (
        meaningOf(name, foreign, "flag") !== undefined ||
        negated(underscored, foreign) !== undefined
      ) {
        throw new ConfigError(
          `--${name} is a flag of ${other} and does nothing here: leave it out`,
        );
      }
      if (!parsed.includes(`--${name}`)) suggest(name, [...fields], extra);
      out.push(arg);
      continue;
    }
    const { field, value, values } = meaning, flag = `--${field.flag}`;
    if (meaning.deprecated) {
      const today = value === undefined
        ? flag
        : value === "false"
        ? `--no-${field.flag}`
        : `${flag} ${value}`;
      deprecations.push(`--${name} is an old spelling: write ${today}`);
    }
    let text = value ?? given;
    // The original took the numbers of a list apart: --flag 1 2 3.
    if (field.type === "list" && text === undefined) {
      const numbers: string[] = [];
      while (/^\d+$/.test(args[i + 1] ?? "")) numbers.push(args[++i]);
      if (numbers.length > 0) text = numbers.join(",");
    }
    if (text === undefined && values !== undefined) text = args[++i];
    if (text !== undefined) text = values?.[text] ?? text;
    const token = text === undefined ? flag : `${flag}=${text}`;
    if (meaning.weak) weak.push({ field, tokens: [token] });
    else {
      own.add(field);
      out.push(token);
    }
  }
  for (const { field, tokens } of weak) if (!own.has(field)) out.push(...tokens);
  return { args: out, deprecations };
}

/** Underscores of flags that the parser knows with hyphens. */
function hyphenated(args: readonly string[], parsed: readonly string[]): Respelled {
  const deprecations: string[] = [];
  const today = args.map((arg) => {
    const [name] = arg.split("="), flag = name.replaceAll("_", "-");
    if (
      !name.startsWith("--") || flag === name || parsed.includes(name) || !parsed.includes(flag)
    ) {
      return arg;
    }
    deprecations.push(`${name} is an old spelling: write ${flag}`);
    return flag + arg.slice(name.length);
  });
  return { args: today, deprecations };
}

/** Throws if a wrong flag is close to a known one, in whatever spelling. */
function suggest(name: string, fields: readonly FieldEntry[], extra: readonly string[]): void {
  if (name === "help" || name === "version") return;
  const today = new Map<string, string>(extra.map((flag) => [flag, flag]));
  for (const { flag, name: field, spellings } of fields) {
    for (const known of [flag, field, ...spellings.map((s) => s.name)]) {
      if (known !== undefined) today.set(known.replaceAll("_", "-"), flag ?? field);
    }
  }
  const near = nearestName(name.replaceAll("_", "-"), [...today.keys()]);
  if (near === undefined) return;
  throw new ConfigError(`There is no flag --${name}: did you mean --${today.get(near)}?`);
}

/** The boolean field that `no-x` switches off. */
function negated(name: string, fields: readonly FieldEntry[]): Meaning | undefined {
  if (!name.startsWith("no-")) return undefined;
  const meaning = meaningOf(name.slice(3), fields, "flag");
  return meaning?.field.type === "bool" ? meaning : undefined;
}
