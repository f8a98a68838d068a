/**
 * Values of recipe fields: checked, and read from the text of a flag.
 *
 * @module
 */
import { nearestName } from "../config/fields.ts";
import { ConfigError } from "../errors.ts";
import type { RecipeField, RecipeValue } from "./recipe_fields.ts";

/**
 * Checks a value against its field.
 *
 * @param name Name used in messages.
 * @throws {ConfigError} saying what is needed.
 */
export function checkValue(name: string, field: RecipeField, value: unknown): RecipeValue {
  const refuse = (needed: string): never => {
    throw new ConfigError(`${name} is ${JSON.stringify(value)}: ${needed} is needed`);
  };
  if (value === null) return field.value === null ? null : refuse(nounOf(field));
  switch (field.type) {
    case "switch":
      return typeof value === "boolean" ? value : refuse("true or false");
    case "text":
      return typeof value === "string" && (value !== "" || field.value === "")
        ? value
        : refuse("a text");
    case "choice": {
      if (typeof value === "string" && field.choices!.includes(value)) return value;
      const near = typeof value === "string" ? nearestName(value, field.choices!) : undefined;
      return refuse(
        `one of ${field.choices!.join(", ")}${near === undefined ? "" : ` (${near}?)`}` +
          (field.section === "object" && field.name === "kind" ? ", or a .png or .npz file," : "") +
          (field.section === "probe" && field.name === "kind" ? ", or a .npz file," : ""),
      );
    }
    case "reals":
      if (!Array.isArray(value) || value.length === 0 || value.length > 64) {
        return refuse("a list of numbers");
      }
      for (const item of value) {
        if (!fits(field, item)) refuse(`a list of numbers${rangeOf(field)}`);
      }
      return value as readonly number[];
    case "whole":
    case "real":
      return fits(field, value) ? value as number : refuse(nounOf(field) + rangeOf(field));
  }
}

/**
 * Reads a value from the text of a flag: lists have commas, `none` is no value.
 *
 * @throws {ConfigError} saying what is needed.
 */
export function parseValue(name: string, field: RecipeField, text: string): RecipeValue {
  const number = (item: string): unknown => item.trim() === "" ? item : Number(item);
  if (field.value === null && text === "none") return null;
  const value = field.type === "whole" || field.type === "real"
    ? number(text)
    : field.type === "reals"
    ? text.split(",").map(number)
    : text;
  if (typeof value === "number" && Number.isNaN(value)) {
    throw new ConfigError(`${name} is "${text}": ${nounOf(field)}${rangeOf(field)} is needed`);
  }
  return checkValue(name, field, value);
}

function fits(field: RecipeField, value: unknown): boolean {
  const { min = -Infinity, max = Infinity, open = false } = field;
  return typeof value === "number" && Number.isFinite(value) &&
    (field.type !== "whole" || Number.isInteger(value)) &&
    (open ? value > min && (max === Infinity || value < max) : value >= min && value <= max);
}

function nounOf(field: RecipeField): string {
  const nouns = {
    whole: "a whole number",
    real: "a number",
    choice: "one of the choices",
    switch: "true or false",
    text: "a text",
    reals: "a list of numbers",
  };
  return nouns[field.type];
}

function rangeOf(field: RecipeField): string {
  const { min, max, open } = field;
  if (min !== undefined && max !== undefined) {
    return open ? ` above ${min} and below ${max}` : ` from ${min} to ${max}`;
  }
  if (min !== undefined) return open ? ` above ${min}` : ` of at least ${min}`;
  return "";
}
