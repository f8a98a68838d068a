import type { NdArray } from "../../src/array.ts";
import { ConfigError, DatasetError } from "../../src/errors.ts";

/** Arrays of a file of a case; remembers which of them were looked at. */
export class Recorded extends Map<string, NdArray> {
  readonly #file: string;
  readonly #seen = new Set<string>();

  /** No arrays yet. */
  constructor(file: string) {
    super();
    this.#file = file;
  }

  /** The array, if there is one. */
  override get(key: string): NdArray | undefined {
    this.#seen.add(key);
    return super.get(key);
  }

  /** The array. @throws {DatasetError} naming file and array if there is none. */
  need(key: string): NdArray {
    const array = this.get(key);
    if (array === undefined) throw new DatasetError(`${this.#file} has no array ${key}`);
    return array;
  }

  /** Names nobody asked for. */
  unseen(): string[] {
    return [...this.keys()].filter((key) => !this.#seen.has(key));
  }
}

/** Arrays that a case may hold and that are not compared, and why. */
const NOT_COMPARED: readonly (readonly [RegExp, string])[] = [
  [/^cli_uniform_canvas/, "the original places these patches mirrored (docs/parity.md)"],
  [/^(trainable_|log_scale|(in|out)put_log_scale)/, "the original never updates this scale"],
  [/^experiment_id$/, "a case is of one experiment"],
  [/^(max_abs_offset|center_of_mass_xy)$/, "follows from the positions"],
  [/^(coords_relative|coords_center|offsets_xy)$/, "input of merged groups only"],
  [/^(gridsize|max_neighbor_distance|K_quadrant|min_neighbor_distance)$/, "input not needed"],
];

/** Names of unseen arrays: those with a reason, and those a case must fail for. */
export function unexplained(unseen: readonly string[]): string[] {
  return unseen.filter((key) => !NOT_COMPARED.some(([pattern]) => pattern.test(key)));
}

/** Refuses fields that a runner would ignore. @throws {ConfigError} naming the field. */
export function onlyFields(record: unknown, known: readonly string[], where: string): void {
  for (const name of Object.keys((record ?? {}) as Record<string, unknown>)) {
    if (!known.includes(name)) {
      throw new ConfigError(
        `The golden runner does not know ${where}.${name}: known are ${known.join(", ")}`,
      );
    }
  }
}

/** One of several words. @throws {ConfigError} naming field and words. */
export function oneOf<T extends string | number>(
  value: unknown,
  words: readonly T[],
  where: string,
): T {
  if (!words.includes(value as T)) {
    throw new ConfigError(`${where} is ${JSON.stringify(value)}: ${words.join(" or ")} is needed`);
  }
  return value as T;
}

/** A tolerance of a case. @throws {ConfigError} if it is missing or not a number. */
export function limit(tolerance: Readonly<Record<string, unknown>>, name: string): number {
  const value = tolerance[name];
  if (typeof value !== "number" || !(value >= 0)) {
    throw new ConfigError(`tolerance.${name} is ${JSON.stringify(value)}: a number is needed`);
  }
  return value;
}
