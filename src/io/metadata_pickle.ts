/**
 * Finds the one string in a pickled 0-d object array without executing the pickle.
 *
 * NumPy stores such an array as: rebuild an empty array, give it a state whose last item is a list
 * of one string. Only the opcodes that this takes are accepted, names of callables are compared with
 * NumPy's own, and nothing is called.
 *
 * @module
 */
import { FileFormatError } from "../errors.ts";

const ALLOWED_GLOBALS = [
  "numpy.core.multiarray _reconstruct",
  "numpy._core.multiarray _reconstruct",
  "numpy ndarray",
  "numpy dtype",
  "_codecs encode",
];

/** Instructions that keep the last pushed item and leave it in place. */
const MEMO = ["q", "\x94"];

/** The last string of a pickle that holds nothing but a NumPy array of one string. @throws {FileFormatError} otherwise. */
export function metadataFromPickle(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const strings: string[] = [];
  const memo: (string | undefined)[] = [];
  // The text pushed last, undefined when something else was.
  let last: string | undefined;
  let at = 0;
  const refuse = (why: string): never => {
    throw new FileFormatError(`its pickle ${why} and is never executed`);
  };
  const take = (length: number): Uint8Array => {
    if (!(length >= 0 && at + length <= bytes.length)) return refuse("is truncated");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) return refuse("is truncated");
    const text = decoder.decode(bytes.subarray(at, end));
    at = end + 1;
    return text;
  };
  const checkGlobal = (module: string, name: string): void => {
    if (!ALLOWED_GLOBALS.includes(`${module} ${name}`)) refuse(`names ${module}.${name}`);
  };
  const push = (text: string): void => {
    strings.push(text);
    last = text;
  };
  while (at < bytes.length) {
    const opcode = String.fromCharCode(bytes[at++]);
    if (!MEMO.includes(opcode)) last = undefined;
    switch (opcode) {
      case "\x80": // protocol
      case "K": // one-byte integer
        take(1);
        break;
      case "q": // memo, one byte
        memo[take(1)[0]] = last;
        break;
      case "\x94": // memo, next number
        memo.push(last);
        break;
      case "h": { // recall, one byte
        const known = memo[take(1)[0]];
        if (known !== undefined) push(known);
        break;
      }
      case "M":
        take(2);
        break;
      case "J":
      case "r":
      case "j":
        take(4);
        break;
      case "\x95": // frame
        take(8);
        break;
      case "c":
        checkGlobal(line(), line());
        break;
      case "\x93": { // global named by the last two strings
        const [module, name] = strings.slice(-2);
        checkGlobal(module ?? "", name ?? "");
        break;
      }
      case "X": {
        take(4);
        push(decoder.decode(take(view.getUint32(at - 4, true))));
        break;
      }
      case "\x8c":
        push(decoder.decode(take(take(1)[0])));
        break;
      case "\x8d": {
        take(8);
        push(decoder.decode(take(Number(view.getBigUint64(at - 8, true)))));
        break;
      }
      case "C": // short bytes
      case "U": // short byte string
        take(take(1)[0]);
        break;
      case ".":
        return strings.at(-1) ?? refuse("holds no text");
      case "(": // mark
      case "t":
      case "\x85":
      case "\x86":
      case "\x87":
      case ")":
      case "]":
      case "}":
      case "a":
      case "e":
      case "N":
      case "\x88":
      case "\x89":
      case "R": // call: only of the names checked above, and only noted
      case "b": // state: likewise
        break;
      default:
        refuse(`uses the instruction 0x${opcode.charCodeAt(0).toString(16)}`);
    }
  }
  return refuse("is truncated");
}
