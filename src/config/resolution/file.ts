/**
 * Configuration files: JSON, YAML or TOML.
 *
 * @module
 */
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml, parseDocument } from "yaml";
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
    json: parseJson,
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
    // Some editors begin a file with a byte order mark.
    value = parse(text.replace(/^\uFEFF/, ""));
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

/** JSON in which no key stands twice: the parser itself would drop the first silently. */
function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const twice = parseDocument(text, { prettyErrors: false, logLevel: "silent" }).errors
    .find((error) => error.code === "DUPLICATE_KEY");
  if (twice === undefined) return value;
  const line = text.slice(0, twice.pos[0]).split("\n").length;
  throw new ConfigError(`a key stands twice, again in line ${line}: keep one`);
}
