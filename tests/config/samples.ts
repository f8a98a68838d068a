import type { FieldEntry, FieldValue } from "../../src/config/registry/types.ts";

/** `count` different values that a field accepts, its defaults not among them where that is possible. */
export function samples(field: FieldEntry, count: number): FieldValue[] {
  if (field.fixed !== undefined) return [field.value];
  const found: FieldValue[] = [];
  const defaults: FieldValue[] = [field.value, field.reference ?? field.value];
  for (const value of candidates(field)) {
    if (found.length < count && !found.includes(value) && !defaults.includes(value)) {
      found.push(value);
    }
  }
  for (const value of candidates(field)) {
    if (found.length < count && !found.includes(value)) found.push(value);
  }
  return found;
}

function candidates(field: FieldEntry): FieldValue[] {
  const refused = Object.keys(field.refusedValues ?? {});
  const none: FieldValue[] = field.optional ? [null] : [];
  switch (field.type) {
    case "bool":
      return [true, false];
    case "choice":
      return [...(field.choices ?? []).filter((c) => !refused.includes(String(c))), ...none];
    case "text":
      return ["a.npz", "b.npz", "c.npz", "d.npz"];
    case "list":
      return [[1], [2, 3], [4], [5]];
    case "int": {
      if (field.choices !== undefined) return [...field.choices];
      const low = Math.max(field.min ?? 0, 0);
      return [1, 2, 3, 4, 5].map((step) => low + step).filter((v) => v <= (field.max ?? Infinity));
    }
    default: {
      const low = field.min ?? 0, high = Math.min(field.max ?? low + 8, low + 8);
      return [0.5, 0.25, 0.125, 0.375].map((part) => low + part * (high - low));
    }
  }
}
