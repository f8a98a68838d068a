/**
 * A pickle reader that can build plain containers and what its caller allows by name, nothing else.
 *
 * A pickle is a program for a stack machine whose instructions may call any function of Python. Here
 * a name is looked up in a table of builders; a name that is not in it stops the reading, so no
 * file can make anything happen. Sizes are checked against the bytes that are there.
 *
 * @module
 */
import { FileFormatError } from "../errors.ts";
import { PickleCursor } from "./pickle_cursor.ts";

/** What a pickle holds: plain values, lists and tuples as arrays, dictionaries as maps, objects of builders. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | object;

/** A name a pickle may use, with what it builds. */
export class Builder {
  /** Name for messages and comparisons, `module.name`. */
  readonly name: string;
  /** Makes a value of call arguments; undefined for a name that only stands for itself. */
  readonly build: ((args: readonly PickleValue[]) => PickleValue) | undefined;

  /** Describes one name. */
  constructor(name: string, build?: (args: readonly PickleValue[]) => PickleValue) {
    this.name = name;
    this.build = build;
  }
}

/** A value of a builder that takes a state, as data. */
export abstract class Stateful {
  /** Receives the state. @throws {FileFormatError} if it is unfit. */
  abstract setState(state: PickleValue): void;
}

/** What the caller allows. */
export interface PickleOptions {
  /** Name of the file, for messages. */
  readonly name: string;
  /** Names that may be used, beside those of plain containers. */
  readonly builders?: readonly Builder[];
  /** Turns a persistent id (how PyTorch names a storage) into a value. */
  readonly persistent?: (id: PickleValue) => PickleValue;
}

/** Largest number of instructions; a real checkpoint has some tens of a parameter. */
const MAX_STEPS = 20_000_000;

/** Largest number of elements given to builders in all: copies of one long list add up. */
const MAX_BUILT = 2 ** 26;

/** Plain containers of Python. */
const PLAIN: readonly Builder[] = [
  ...["collections", "typing"].map((m) => new Builder(`${m}.OrderedDict`, (args) => toMap(args))),
  new Builder("collections.Counter", (args) => toMap(args)),
  // Called with what makes missing values, which are not needed.
  new Builder("collections.defaultdict", () => new Map()),
  ...["builtins", "__builtin__"].flatMap((m) => [
    new Builder(`${m}.dict`, (args) => toMap(args)),
    new Builder(`${m}.list`, (args) => toArray(args)),
    new Builder(`${m}.tuple`, (args) => toArray(args)),
    new Builder(`${m}.set`, (args) => new Set(toArray(args))),
    new Builder(`${m}.frozenset`, (args) => new Set(toArray(args))),
  ]),
  new Builder("_codecs.encode", ([text, coding]) => {
    if (typeof text !== "string" || !/^latin-?1$/.test(String(coding))) {
      throw new FileFormatError("bytes in an unknown coding");
    }
    return Uint8Array.from(text, (c) => c.charCodeAt(0));
  }),
];

class Mark {}
const MARK = new Mark();

/**
 * Reads a pickle of protocol 0 to 5.
 *
 * @throws {FileFormatError} for a name that is not allowed, an instruction that only code needs, or
 * a truncated or inconsistent file. Nothing of the file is ever executed.
 */
export function unpickle(bytes: Uint8Array, options: PickleOptions): PickleValue {
  return new Machine(bytes, options).run();
}

class Machine {
  #in: PickleCursor;
  #options: PickleOptions;
  #builders: Map<string, Builder>;
  #stack: (PickleValue | Mark)[] = [];
  #memo = new Map<number, PickleValue>();
  #built = 0;

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.#in = new PickleCursor(bytes, (why) => this.#refuse(why));
    this.#options = options;
    this.#builders = new Map([...PLAIN, ...options.builders ?? []].map((b) => [b.name, b]));
  }

  run(): PickleValue {
    for (let step = 0; step < MAX_STEPS; step++) {
      const opcode = String.fromCharCode(this.#in.take(1)[0]);
      if (opcode === ".") {
        if (this.#stack.length !== 1) throw this.#refuse("it leaves several values");
        return this.#pop();
      }
      this.#step(opcode);
    }
    throw this.#refuse("it has too many instructions");
  }

  #step(opcode: string): void {
    const value = this.#literal(opcode);
    if (value !== undefined) {
      this.#stack.push(value);
      return;
    }
    switch (opcode) {
      case "\x80": // protocol
        if (this.#in.take(1)[0] > 5) throw this.#refuse("its protocol is newer than 5");
        return;
      case "\x95": // frame
        this.#in.length(8);
        return;
      case "(":
        this.#stack.push(MARK);
        return;
      case "0":
        this.#stack.pop();
        return;
      case "1":
        this.#toMark();
        return;
      case "2":
        this.#stack.push(this.#top());
        return;
      case "a": {
        const item = this.#pop();
        this.#list().push(item);
        return;
      }
      case "e": {
        const items = this.#toMark(), list = this.#list();
        for (const item of items) list.push(item);
        return;
      }
      case "s": {
        const item = this.#pop(), key = this.#pop();
        this.#map().set(key, item);
        return;
      }
      case "u": {
        const items = this.#toMark(), map = this.#map();
        if (items.length % 2 !== 0) throw this.#refuse("a dictionary has a key without a value");
        for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
        return;
      }
      case "\x90": { // items of a set
        const items = this.#toMark(), set = this.#top();
        if (!(set instanceof Set)) throw this.#refuse("items are added to what is no set");
        for (const item of items) set.add(item);
        return;
      }
      case "p":
        this.#memo.set(Number(this.#in.line()), this.#top());
        return;
      case "q":
        this.#memo.set(this.#in.take(1)[0], this.#top());
        return;
      case "r":
        this.#memo.set(this.#in.length(4), this.#top());
        return;
      case "\x94":
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case "c":
        this.#stack.push(this.#global(this.#in.line(), this.#in.line()));
        return;
      case "\x93": {
        const name = this.#pop(), module = this.#pop();
        this.#stack.push(this.#global(String(module), String(name)));
        return;
      }
      case "R": {
        const args = this.#pop();
        this.#stack.push(this.#call(this.#pop(), args));
        return;
      }
      case "b": { // state: only an empty one, or the attributes of a dictionary, is harmless
        const state = this.#pop(), target = this.#top();
        if (target instanceof Stateful) {
          target.setState(state);
          return;
        }
        if (!(target instanceof Map)) throw this.#refuse("it sets the state of an object");
        if (state instanceof Map && state.has("_metadata")) return;
        if (state === null || (state instanceof Map && state.size === 0)) return;
        throw this.#refuse("it sets the state of an object");
      }
      case "Q": {
        const { persistent } = this.#options;
        if (persistent === undefined) throw this.#refuse("it refers to something outside");
        this.#stack.push(persistent(this.#pop()));
        return;
      }
      default:
        throw this.#refuse(
          `it uses the instruction 0x${opcode.charCodeAt(0).toString(16).padStart(2, "0")}`,
        );
    }
  }

  /** Values and containers that an instruction holds or starts; undefined for other instructions. */
  #literal(opcode: string): PickleValue | undefined {
    switch (opcode) {
      case "N":
        return null;
      case "\x88":
        return true;
      case "\x89":
        return false;
      case "K":
        return this.#in.take(1)[0];
      case "M":
        return this.#in.length(2);
      case "J":
        return this.#in.int32();
      case "I": {
        const line = this.#in.line();
        return line === "00" ? false : line === "01" ? true : this.#in.number(line);
      }
      case "L":
        return this.#in.number(this.#in.line().replace(/L$/, ""));
      case "F":
        return this.#in.number(this.#in.line());
      case "G":
        return this.#in.float64();
      case "\x8a":
        return this.#in.integer(this.#in.take(this.#in.take(1)[0]));
      case "\x8b":
        return this.#in.integer(this.#in.take(this.#in.length(4)));
      case "U":
        return this.#in.latin(this.#in.take(this.#in.take(1)[0]));
      case "T":
        return this.#in.latin(this.#in.take(this.#in.length(4)));
      case "V":
        return this.#in.line().replace(
          /\\u([0-9a-fA-F]{4})/g,
          (_, hex) => String.fromCharCode(parseInt(hex, 16)),
        );
      case "\x8c":
        return this.#in.utf8(this.#in.take(this.#in.take(1)[0]));
      case "X":
        return this.#in.utf8(this.#in.take(this.#in.length(4)));
      case "\x8d":
        return this.#in.utf8(this.#in.take(this.#in.length(8)));
      case "C":
        return this.#in.take(this.#in.take(1)[0]).slice();
      case "B":
        return this.#in.take(this.#in.length(4)).slice();
      case "\x8e":
      case "\x96":
        return this.#in.take(this.#in.length(8)).slice();
      case "]":
      case ")":
        return [];
      case "}":
        return new Map();
      case "\x8f":
        return new Set();
      case "l":
      case "t":
        return this.#toMark();
      case "d": {
        const items = this.#toMark(), map = new Map<PickleValue, PickleValue>();
        for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1]);
        return map;
      }
      case "\x91":
        return new Set(this.#toMark());
      case "\x85":
        return [this.#pop()];
      case "\x86": {
        const second = this.#pop();
        return [this.#pop(), second];
      }
      case "\x87": {
        const third = this.#pop(), second = this.#pop();
        return [this.#pop(), second, third];
      }
      case "g":
        return this.#recall(Number(this.#in.line()));
      case "h":
        return this.#recall(this.#in.take(1)[0]);
      case "j":
        return this.#recall(this.#in.length(4));
      default:
        return undefined;
    }
  }

  #global(module: string, name: string): Builder {
    const full = `${module}.${name}`;
    const found = this.#builders.get(full);
    if (found !== undefined) return found;
    throw this.#refuse(
      `it names ${full}, which is neither a tensor nor a plain container`,
      "save only the state dict (torch.save(model.state_dict(), FILE)); nothing was executed",
    );
  }

  #call(target: PickleValue, args: PickleValue): PickleValue {
    if (!(target instanceof Builder) || target.build === undefined || !Array.isArray(args)) {
      const what = target instanceof Builder ? target.name : "something that is no function";
      throw this.#refuse(`it calls ${what}`);
    }
    for (const arg of args) this.#built += sizeOf(arg);
    if (this.#built > MAX_BUILT) throw this.#refuse("it builds far more than it holds");
    try {
      return target.build(args);
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error;
      throw this.#refuse(`${target.name} is given ${error.message}`);
    }
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#refuse("it recalls what was never stored");
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#refuse("its stack is empty");
    return value as PickleValue;
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #list(): PickleValue[] {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#refuse("an item is added to what is no list");
    return list;
  }

  #map(): Map<PickleValue, PickleValue> {
    const map = this.#top();
    if (!(map instanceof Map)) throw this.#refuse("a key is added to what is no dictionary");
    return map;
  }

  #toMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#refuse("its stack is empty");
    const items = this.#stack.splice(mark + 1) as PickleValue[];
    this.#stack.pop();
    return items;
  }

  #refuse(why: string, remedy = "save it again with torch.save"): FileFormatError {
    return new FileFormatError(`Cannot read ${this.#options.name} as ${why}: ${remedy}`);
  }
}

function sizeOf(value: PickleValue): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : 1;
}

function toArray([items]: readonly PickleValue[]): PickleValue[] {
  if (items === undefined) return [];
  if (Array.isArray(items) || items instanceof Set) return [...items];
  throw new FileFormatError("something that is no list");
}

function toMap([items]: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  if (items === undefined) return new Map();
  if (items instanceof Map) return new Map(items);
  if (Array.isArray(items) && items.every((i) => Array.isArray(i) && i.length === 2)) {
    return new Map(items as [PickleValue, PickleValue][]);
  }
  throw new FileFormatError("something that is no list of pairs");
}
