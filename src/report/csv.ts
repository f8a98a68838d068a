/**
 * Tables of numbers in CSV files.
 *
 * @module
 */

/** Columns by name; cells that are no numbers are NaN. */
export interface NumberTable {
  /** Names in the order of the file. */
  readonly names: readonly string[];
  /** Values of each column. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** Rows. */
  readonly length: number;
}

/** Parses a CSV file with a line of names; undefined if it has no rows. */
export function parseNumbers(text: string): NumberTable | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (lines.length < 2) return undefined;
  const cells = (line: string): string[] =>
    line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const names = cells(lines[0]);
  const rows = lines.slice(1).map(cells);
  const number = (cell: string | undefined): number =>
    cell === undefined || cell === "" ? NaN : Number(cell);
  const columns: Record<string, Float64Array> = {};
  names.forEach((name, i) => {
    columns[name] = Float64Array.from(rows, (row) => number(row[i]));
  });
  return { names, columns, length: rows.length };
}

/** Columns whose name fits and that hold at least one number. */
export function columnsLike(table: NumberTable, pattern: RegExp): string[] {
  return table.names.filter((name) =>
    pattern.test(name) && table.columns[name].some(Number.isFinite)
  );
}
