import { showValue } from "../../src/commands/registry_flags.ts";
import { overrideMatrix } from "../../src/config/matrix.ts";
import { FIELDS, fieldsOf, ownedBy } from "../../src/config/registry/registry.ts";
import type { FieldEntry } from "../../src/config/registry/types.ts";
import { PROFILES } from "../../src/config/resolution/profiles.ts";
import { PRECEDENCE } from "../../src/config/resolution/audit.ts";
import { renderParity } from "./parity.ts";

/** Line every generated document begins with. */
const NOTICE = "Written by `deno task docs` from the registry. Do not edit: change `src/config/`.";

/** A Markdown table. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function accepts(field: FieldEntry): string {
  const refused = Object.keys(field.refusedValues ?? {});
  const none = field.optional ? ", none" : "";
  if (field.choices !== undefined) {
    return field.choices.filter((c) => !refused.includes(String(c))).join(", ") + none;
  }
  if (field.type === "bool") return "true, false";
  if (field.type === "text") return `path${none}`;
  if (field.type === "list") return `numbers${none}`;
  const low = field.min === undefined ? "" : `${field.above ? "above" : "from"} ${field.min}`;
  const high = field.max === undefined ? "" : ` to ${field.max}`;
  return `${field.type === "int" ? "whole number" : "number"} ${low}${high}`.trim() + none;
}

function defaults(field: FieldEntry): string {
  const own = showValue(field.value);
  return field.reference === undefined ? own : `${own}; reference ${showValue(field.reference)}`;
}

function needs(field: FieldEntry): string {
  const parts = Object.entries(field.needs ?? {}).map(([name, values]) =>
    `with \`${name}\`${values === "set" ? "" : ` ${values.map(showValue).join(" or ")}`}`
  );
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** Flags of the commands that resolve a configuration. */
function flagTables(): string {
  return (["train", "infer"] as const).map((command) => {
    const fields = fieldsOf(command).filter((f) => f.flag !== undefined);
    const open = fields.filter((f) => f.fixed === undefined);
    const shut = fields.filter((f) => f.fixed !== undefined);
    return `## Fields of \`${command}\`\n\n` + table(
      ["Flag", "Field", "Default", "Accepts", "Meaning"],
      open.map((f) => [
        `\`--${f.flag}\``,
        `\`${f.owner}.${f.name}\``,
        defaults(f),
        accepts(f),
        f.help + (f.unit === undefined || f.help.includes(f.unit) ? "" : ` [${f.unit}]`) + needs(f),
      ]),
    ) + `\n\nKnown and refused, each with its reason:\n\n` + table(
      ["Flag", "Only value", "Reason"],
      shut.map((f) => [`\`--${f.flag}\``, showValue(f.value), f.fixed as string]),
    );
  }).join("\n\n");
}

/** The user's reference of the command line: the help of every command, as printed. */
export function renderCli(help: ReadonlyMap<string, string>): string {
  const parts = [...help].map(([name, text]) =>
    `## ${name}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``
  );
  return `# Command line\n\n${NOTICE}\n\nEvery command, as \`--help\` prints it. Flags come in any ` +
    "order, as `--flag value` or `--flag=value`; `--no-flag` switches a true|false flag off. Old " +
    "spellings are accepted with one line that says the new one: see " +
    "[spellings](../specs/cli.md#old-spellings). Exit codes: 0 done, 1 failed, 2 wrong usage.\n\n" +
    parts.join("\n\n") + "\n";
}

/** The specification of the command line. */
export function renderCliSpec(): string {
  const old = FIELDS.flatMap((f) =>
    f.spellings.map(({ name, value, values, weak }) => [
      `\`--${name}\``,
      `\`${f.commands.join(", ")}\``,
      value === undefined ? `\`--${f.flag}\`` : `\`--${f.flag} ${value}\``,
      [
        values === undefined
          ? ""
          : Object.entries(values).map(([a, b]) => `${a} is ${b}`).join(", "),
        weak ? "gives way to the field's own flag" : "",
      ].filter((part) => part !== "").join("; "),
    ])
  );
  const words = FIELDS.filter((f) => f.valueAliases !== undefined).flatMap((f) =>
    Object.entries(f.valueAliases ?? {}).map(([a, b]) => [`\`${f.name}\``, a, b])
  );
  const no = FIELDS.filter((f) => f.refusedValues !== undefined).flatMap((f) =>
    Object.entries(f.refusedValues ?? {}).map(([value, why]) => [`\`${f.name}\``, value, why])
  );
  return `# Command line contract\n\n${NOTICE}\n\n` +
    `- Order does not matter; \`--flag value\` and \`--flag=value\` are the same.
- A true|false flag takes \`true\`/\`false\` (also yes/no, on/off, 1/0), or nothing for true;
  \`--no-flag\` is false.
- Flags are kebab-case. Underscores and the spellings below are accepted, each with one line on
  stderr that says today's.
- An unknown flag is an error with the nearest name. A known one that cannot apply is an error with
  the reason.
- Precedence, strongest first: ${PRECEDENCE.join(", ")}. Only flags that were typed count.
- \`--print-config\` prints every value with its source and stops. \`--dry-run\` also reads all data,
  computes nothing and writes nothing.
- Errors are one line on stderr: \`error: what. remedy\`. Exit codes: 0 done, 1 failed, 2 wrong usage.
- Every run folder holds \`run.json\` (arguments, versions, adapter, configuration, audit) and
  \`logs/debug.log\`.

${flagTables()}

## Old spellings

${table(["Spelling", "Commands", "Today", "Values"], old)}

## Old values

${table(["Field", "Value", "Today"], words)}

## Refused values

${table(["Field", "Value", "Reason"], no)}
`;
}

/** Inventory of the original command lines with our equivalents. */
export function renderInventory(): string {
  return `# Inventory of command lines\n\n${NOTICE} The flags of the original system are listed in ` +
    "`tests/docs/parity.ts`.\n\nEvery flag of the original command lines, and what it is here: an " +
    "equivalent that has an effect, or a refusal that says why. `Line` is the line in the original " +
    "file. A flag that is refused ends the command with exit code 2 and the reason.\n\n" +
    "Differences that matter: epochs default to 10 (theirs 50 and 100), groups to one a position " +
    "(theirs 512), `gridsize` to 1 in both our commands and files (theirs 1 and 2), patch weighting " +
    "to `probe` (theirs uniform), and every pattern is reconstructed (theirs: the first 32).\n\n" +
    renderParity() + "\n";
}

/** Catalogue of execution fields with their effects. */
export function renderKnobs(): string {
  const fields = ownedBy("execution");
  return `# Execution knobs\n\n${NOTICE}\n\n` +
    "What concerns the machine, the loop and the records of a run. None of it is part of a model: " +
    "it never enters the canonical configuration, an archive or the flat dictionary " +
    "([why](adr/003-execution-config.md)). The last column names the test that shows the effect.\n\n" +
    table(
      ["Knob", "Flag", "Commands", "Default", "Accepts", "Purpose", "Effect shown by"],
      fields.filter((f) => f.fixed === undefined).map((f) => [
        `\`${f.name}\``,
        `\`--${f.flag}\``,
        f.commands.join(", "),
        showValue(f.value),
        accepts(f),
        f.help,
        `\`tests/${f.evidence}\``,
      ]),
    ) + "\n\n## Refused by name\n\n" +
    "These exist in the original system. Stating anything but the value here is an error with the " +
    "reason.\n\n" + table(
      ["Knob", "Only value", "Reason"],
      fields.filter((f) => f.fixed !== undefined).map((f) => [
        `\`${f.name}\``,
        showValue(f.value),
        f.fixed as string,
      ]),
    ) + "\n\n## Owned by training instead\n\n" +
    "The original system has `scheduler`, `gradient_clip_val` and `gradient_clip_algorithm` twice, " +
    "once in each object, and only one of them acts. Here they have one owner, training, because " +
    "they belong to the flat dictionary of a model.\n";
}

/** The override matrix for people. */
export function renderMatrix(): string {
  const rows = overrideMatrix();
  const sources = PRECEDENCE.filter((s) => s !== "default");
  const profiles = Object.entries(PROFILES).map(([name, { contract, defaults: soft }]) =>
    `- \`${name}\`: locked ${
      Object.entries(contract).map(([k, v]) => `\`${k}\` ${v}`).join(", ")
    }; overridable ${Object.entries(soft).map(([k, v]) => `\`${k}\` ${v}`).join(", ")}.`
  );
  return `# Override matrix\n\n${NOTICE} The same as data: [override_matrix.json](override_matrix.json).\n\n` +
    "Which sources can state a field, strongest first. `tests/config/precedence_test.ts` runs every " +
    "row: for each pair of sources the stronger one must win and the audit must say so.\n\n" +
    `Order: ${
      PRECEDENCE.join(" > ")
    }. Values no one stated have source \`derived\` (follows from ` +
    "other fields), `drawn` (random seed) or `fixed` (nothing else is possible). Values that the " +
    "translation from PyTorch objects sets by itself have source `bridge-constant`.\n\n" +
    `## Profiles\n\n${profiles.join("\n")}\n\n` +
    [...new Set(rows.map((r) => r.owner))].map((owner) =>
      `## ${owner}\n\n` + table(
        ["Field", ...sources, "recommended", "reference", "legacy key", "notes"],
        rows.filter((r) => r.owner === owner).map((r) => [
          `\`${r.field}\``,
          ...sources.map((s) =>
            !r.sources.includes(s)
              ? ""
              : s === "flag"
              ? `\`--${r.flag}\``
              : s === "data"
              ? String(r.data)
              : "yes"
          ),
          showValue(r.recommended),
          showValue(r.reference),
          r.legacyKey === null ? "" : `\`${r.legacyKey}\``,
          [
            r.fixed === null ? "" : `fixed: ${r.fixed}`,
            r.bridgeConstant === null ? "" : `bridge-constant ${showValue(r.bridgeConstant)}`,
          ].filter((part) => part !== "").join("; "),
        ]),
      )
    ).join("\n\n") + "\n";
}

/** The override matrix for programs. */
export function renderMatrixJson(): string {
  return JSON.stringify(
    { precedence: PRECEDENCE, profiles: PROFILES, fields: overrideMatrix() },
    undefined,
    2,
  );
}

/** Every flag of every command that resolves a configuration, one a line. */
export function renderFlags(): string {
  return (["train", "infer"] as const).flatMap((command) =>
    fieldsOf(command).filter((f) => f.flag !== undefined).map((f) =>
      [command, `--${f.flag}`, f.type, showValue(f.value), `${f.owner}.${f.name}`].join("\t")
    )
  ).join("\n") + "\n";
}
