/**
 * The small part of Python's literal syntax that NPY headers use.
 *
 * @module
 */

/** A dictionary, tuple or list, text, number, truth value or None. */
export type PythonLiteral =
  | Map<string, PythonLiteral>
  | PythonLiteral[]
  | string
  | number
  | boolean
  | null;

/** Parses a literal; whatever follows but white space is an error. @throws {SyntaxError} if malformed. */
export function parseLiteral(text: string): PythonLiteral {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`Unexpected text at ${at}`);
  };
  const skip = (): void => {
    while (at < text.length && /[\s\0]/.test(text[at])) at++;
  };
  const items = (close: string): PythonLiteral[] => {
    const list: PythonLiteral[] = [];
    at++;
    for (skip(); text[at] !== close; skip()) {
      list.push(value());
      skip();
      if (text[at] === ",") at++;
      else if (text[at] !== close) fail();
    }
    at++;
    return list;
  };
  const value = (): PythonLiteral => {
    skip();
    const c = text[at];
    if (c === "(") return items(")");
    if (c === "[") return items("]");
    if (c === "{") {
      const map = new Map<string, PythonLiteral>();
      at++;
      for (skip(); text[at] !== "}"; skip()) {
        const key = value();
        if (typeof key !== "string") return fail();
        skip();
        if (text[at++] !== ":") return fail();
        map.set(key, value());
        skip();
        if (text[at] === ",") at++;
        else if (text[at] !== "}") return fail();
      }
      at++;
      return map;
    }
    if (c === "'" || c === '"') {
      const end = text.indexOf(c, at + 1);
      if (end < 0) return fail();
      const content = text.slice(at + 1, end);
      if (content.includes("\\")) return fail();
      at = end + 1;
      return content;
    }
    const word = /^(?:True|False|None|-?\d+L?)/.exec(text.slice(at, at + 40));
    if (word === null) return fail();
    at += word[0].length;
    if (word[0] === "None") return null;
    if (word[0] === "True" || word[0] === "False") return word[0] === "True";
    return Number(word[0].replace("L", ""));
  };
  const result = value();
  skip();
  if (at < text.length) fail();
  return result;
}
