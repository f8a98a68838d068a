/**
 * Small pieces of HTML.
 *
 * @module
 */

/** Text made safe inside elements and attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A `data:` address of a PNG file. */
export function pngAddress(bytes: Uint8Array): string {
  let text = "";
  // In pieces, as a call takes a bounded number of arguments.
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return `data:image/png;base64,${btoa(text)}`;
}

/** A table; cells are HTML already. Numbers belong in cells of their own, right-aligned. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  kind = "",
): string {
  const cell = (tag: string, content: string, first: boolean): string =>
    `<${tag}${!first && /^[-+]?[\d.]/.test(content) ? ' class="n"' : ""}>${content}</${tag}>`;
  const body = rows.map((row) =>
    `<tr>${row.map((content, i) => cell("td", content, i === 0)).join("")}</tr>`
  );
  const top = head.length === 0
    ? ""
    : `<thead><tr>${head.map((name) => `<th>${name}</th>`).join("")}</tr></thead>`;
  return `<table${kind === "" ? "" : ` class="${kind}"`}>${top}<tbody>${
    body.join("")
  }</tbody></table>`;
}

/** A value of a record as a short text. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** A number with at most five digits that count. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) return value.toExponential(3);
  return String(Number(value.toPrecision(5)));
}

/** Seconds as people read them. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
