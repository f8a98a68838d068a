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

/** The longest string of a pickle that holds nothing but a NumPy array of one string. @throws {FileFormatError} otherwise. */
export function metadataFromPickle(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const strings: string[] = [];
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
  while (at < bytes.length) {
    const opcode = String.fromCharCode(bytes[at++]);
    switch (opcode) {
      case "\x80": // protocol
      case "K": // one-byte integer
      case "q": // memo, one byte
      case "h": // recall, one byte
        take(1);
        break;
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
        strings.push(decoder.decode(take(view.getUint32(at - 4, true))));
        break;
      }
      case "\x8c":
        strings.push(decoder.decode(take(take(1)[0])));
        break;
      case "\x8d": {
        take(8);
        strings.push(decoder.decode(take(Number(view.getBigUint64(at - 8, true)))));
        break;
      }
      case "C": // short bytes
      case "U": // short byte string
        take(take(1)[0]);
        break;
      case ".":
        return longest(strings) ?? refuse("holds no text");
      case "\x94": // memoize
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

function longest(strings: readonly string[]): string | undefined {
  return strings.reduce<string | undefined>(
    (best, text) => best === undefined || text.length > best.length ? text : best,
    undefined,
  );
}
