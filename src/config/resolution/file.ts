/**
 * Configuration files: JSON, YAML or TOML.
 *
 * @module
 */
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { ConfigError } from "../../errors.ts";

/**
 * Parses a configuration file by its extension.
 *
 * @param name Name with extension `.json`, `.yaml`, `.yml` or `.toml`.
 * @throws {ConfigError} if it cannot be parsed or is not an object of fields.
 */
export function parseConfigFile(name: string, text: string): Record<string, unknown> {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1].toLowerCase();
  const parse = {
    json: JSON.parse as (text: string) => unknown,
    yaml: parseYaml as (text: string) => unknown,
    yml: parseYaml as (text: string) => unknown,
    toml: parseToml as (text: string) => unknown,
  }[extension ?? ""];
  if (parse === undefined) {
    throw new ConfigError(
      `Cannot read configuration ${name} as its extension is unknown: use .json, .yaml or .toml`,
    );
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split("\n")[0];
    throw new ConfigError(`Cannot read configuration ${name}: ${why}`);
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new ConfigError(`Cannot use configuration ${name} as it holds no fields by name`);
  }
  return value as Record<string, unknown>;
}
