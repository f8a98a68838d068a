/**
 * Flags of `simulate`, made of the fields of a recipe.
 *
 * @module
 */
import { type Command, Option } from "commander";
import {
  pathOf,
  RECIPE_FIELDS,
  type RecipeField,
  type RecipeValue,
} from "../simulation/recipe_fields.ts";
import { parseValue } from "../simulation/recipe_values.ts";
import type { Stated } from "../simulation/recipe.ts";

const TITLES: Readonly<Record<RecipeField["section"], string>> = {
  "": "Simulation",
  object: "Object",
  probe: "Probe",
  scan: "Scan",
  detector: "Detector",
};

/** Adds one flag a field, grouped by section; the parser gets no defaults, so that what was typed is known. */
export function addRecipeFlags(command: Command): void {
  for (const section of new Set(RECIPE_FIELDS.map((f) => f.section))) {
    command.optionsGroup(`${TITLES[section]} [default]:`);
    for (const field of RECIPE_FIELDS.filter((f) => f.section === section)) {
      command.addOption(new Option(flagText(field), helpLine(field)));
    }
  }
}

/**
 * Reads the flags that were typed.
 *
 * @param options Parsed options by camel-case name.
 * @returns stated values by path of the recipe.
 * @throws {ConfigError} naming the flag whose value does not fit.
 */
export function readRecipeFlags(options: Readonly<Record<string, unknown>>): Stated {
  const stated: Record<string, RecipeValue> = {};
  for (const field of RECIPE_FIELDS) {
    const typed = options[camel(field.flag)];
    if (typed === undefined || (field.type === "switch" && typed === field.value)) continue;
    const path = pathOf(field);
    if (field.type === "switch") {
      stated[path] = typed === true;
    } else if (field.name === "kind" && /\.(png|npz)$/i.test(String(typed))) {
      // --object picture.png is short for --object file --object-file picture.png.
      stated[path] = "file";
      stated[`${field.section}.file`] = String(typed);
    } else {
      stated[path] = parseValue(`--${field.flag}`, field, String(typed));
    }
  }
  return stated;
}

function flagText(field: RecipeField): string {
  if (field.type === "switch") return `--${field.value === true ? "no-" : ""}${field.flag}`;
  const counted = ["count", "modes", "gridsize"].includes(field.name);
  const names = {
    whole: counted ? "count" : field.name === "seed" ? "number" : "px",
    real: "number",
    choice: "kind",
    text: field.name === "file" ? "file" : "text",
    reals: "a,b,...",
  };
  return `--${field.flag} <${names[field.type]}>`;
}

function helpLine(field: RecipeField): string {
  if (field.type === "switch") return field.value === true ? `do not ${field.help}` : field.help;
  const choices = field.choices === undefined ? "" : `: ${field.choices.join(", ")}`;
  const shown = field.value === null || field.value === "" ? "" : ` [${field.value}]`;
  return `${field.help}${choices}${shown}`;
}

function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
