import {
  pathOf,
  RECIPE_FIELDS,
  type RecipeField,
  SECTIONS,
} from "../../src/simulation/recipe_fields.ts";

const TITLES: Readonly<Record<string, string>> = {
  "": "Whole simulation",
  object: "`[object]`",
  probe: "`[probe]`",
  scan: "`[scan]`",
  detector: "`[detector]`",
};

/** The tables of specs/simulation_recipe.md, one line a field. */
export function recipeTables(): string {
  return SECTIONS.map((section) => {
    const rows = RECIPE_FIELDS.filter((f) => f.section === section).map((f) =>
      `| ${
        [
          `\`${pathOf(f)}\``,
          `\`--${f.type === "switch" && f.value === true ? "no-" : ""}${f.flag}\``,
        ]
          .concat([values(f), defaults(f), kinds(f), f.help.replaceAll("|", "\\|")]).join(" | ")
      } |`
    );
    return [
      `## ${TITLES[section]}`,
      "",
      "| Field | Flag | Values | Default | Kinds | Meaning |",
      "| - | - | - | - | - | - |",
      ...rows,
    ].join("\n");
  }).join("\n\n");
}

/** A file with the cells of its tables stripped, so that alignment does not matter. */
export function withoutAlignment(text: string): string {
  return text.replace(/[ -]*\|[ -]*/g, "|").replace(/\n{2,}/g, "\n").trim();
}

function values(f: RecipeField): string {
  if (f.type === "choice") return f.choices!.map((c) => `\`${c}\``).join(", ");
  if (f.type === "switch") return "`true`, `false`";
  const noun =
    { whole: "whole number", real: "number", text: "text", reals: "list of numbers" }[f.type];
  const range = f.min === undefined
    ? ""
    : f.max === undefined || f.max === Number.MAX_SAFE_INTEGER
    ? f.open ? ` above ${f.min}` : ` from ${f.min}`
    : f.open
    ? ` between ${f.min} and ${f.max}`
    : ` ${f.min} to ${f.max}`;
  return noun + range;
}

function defaults(f: RecipeField): string {
  const own = Object.entries(f.byKind ?? {});
  if (own.length === 1) return `\`${JSON.stringify(own[0][1])}\``;
  if (own.length > 1) return own.map(([kind, value]) => `${kind} \`${value}\``).join(", ");
  return f.value === null ? "none" : `\`${JSON.stringify(f.value)}\``;
}

function kinds(f: RecipeField): string {
  return f.kinds === undefined ? "all" : f.kinds.join(", ");
}
