/**
 * Values of common libraries that are plain data: paths and numbers of NumPy. Paths become text,
 * scalars numbers; arrays are kept as they are described, without being built.
 *
 * @module
 */
import { FileFormatError } from "../errors.ts";
import { halfToFloat } from "../io/npy_elements.ts";
import { Builder, type PickleValue, Stateful } from "./pickle.ts";

/** An element type of NumPy. */
class NumpyType extends Stateful {
  readonly code: string;
  littleEndian = true;

  constructor(code: PickleValue) {
    super();
    this.code = String(code).replace(/^[<>|=]/, "");
    if (String(code).startsWith(">")) this.littleEndian = false;
  }

  override setState(state: PickleValue): void {
    if (Array.isArray(state) && state[1] === ">") this.littleEndian = false;
  }
}

/** An array of NumPy, only described. */
class NumpyArray extends Stateful {
  override setState(): void {}
}

/** Paths and NumPy values, as builders. */
export const PLAIN_BUILDERS: readonly Builder[] = [
  ...["pathlib", "pathlib._local"].flatMap((module) =>
    ["Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"].map(
      (name) => new Builder(`${module}.${name}`, (parts) => pathOf(parts)),
    )
  ),
  new Builder("numpy.ndarray"),
  new Builder("numpy.dtype", ([code]) => new NumpyType(code)),
  ...["numpy.core.multiarray", "numpy._core.multiarray"].flatMap((module) => [
    new Builder(`${module}._reconstruct`, () => new NumpyArray()),
    new Builder(`${module}.scalar`, ([type, bytes]) => scalarOf(type, bytes)),
  ]),
];

function pathOf(parts: readonly PickleValue[]): string {
  return parts.map(String).join("/").replace(/\/{2,}/g, "/");
}

function scalarOf(type: PickleValue, bytes: PickleValue): PickleValue {
  if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array)) {
    throw new FileFormatError("no element type and bytes");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { code, littleEndian } = type, size = Number(code.slice(1));
  if (size !== bytes.length) throw new FileFormatError(`${bytes.length} bytes for type ${code}`);
  switch (code) {
    case "f8":
      return view.getFloat64(0, littleEndian);
    case "f4":
      return view.getFloat32(0, littleEndian);
    case "f2":
      return halfToFloat(view.getUint16(0, littleEndian));
    case "i8":
      return Number(view.getBigInt64(0, littleEndian));
    case "i4":
      return view.getInt32(0, littleEndian);
    case "u1":
      return view.getUint8(0);
    case "b1":
      return view.getUint8(0) !== 0;
    default:
      throw new FileFormatError(`a number of type ${code}`);
  }
}
