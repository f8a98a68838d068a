/**
 * Reads files written by `torch.save` (the ZIP form): tensors by name and plain values, no code.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import { FileFormatError } from "../errors.ts";
import type { ByteSource } from "../io/source.ts";
import { memberChunks, readZipDirectory, type ZipMember } from "../io/zip.ts";
import { concatenate } from "../io/zip_writer.ts";
import { Builder, type PickleValue, unpickle } from "./pickle.ts";
import { PLAIN_BUILDERS } from "./plain_values.ts";
import { STORAGE_NAMES, TorchStorage, TorchTensor } from "./torch_tensor.ts";

/** Largest pickle of a file, bytes: it holds names and shapes, not values. */
const MAX_PICKLE = 64 * 2 ** 20;
/** Elements a tensor may have beyond those stored (an expanded tensor repeats its storage). */
const MAX_EXPANDED = 2 ** 24;

/** Names by which PyTorch writes tensors. */
const TORCH_BUILDERS: readonly Builder[] = [
  ...STORAGE_NAMES.map((name) => new Builder(`torch.${name}`)),
  new Builder(
    "torch._utils._rebuild_tensor_v2",
    ([storage, offset, shape, strides]) => new TorchTensor(storage, offset, shape, strides),
  ),
  new Builder("torch._utils._rebuild_parameter", ([tensor]) => {
    if (!(tensor instanceof TorchTensor)) throw new FileFormatError("no tensor");
    return tensor;
  }),
  new Builder("torch.Size", ([shape]) => Array.isArray(shape) ? shape : []),
  ...PLAIN_BUILDERS,
];

/** An open file of PyTorch. */
export interface TorchFile {
  /** The saved object: maps, arrays, plain values and {@linkcode TorchTensor}s. */
  readonly root: PickleValue;
  /** Reads the values of a tensor, in C order. */
  read(tensor: TorchTensor): Promise<NdArray>;
}

/** Content of a ZIP member. @throws {FileFormatError} if it is larger than `limit` bytes or corrupt. */
export async function readMember(
  source: ByteSource,
  member: ZipMember,
  limit: number,
): Promise<Uint8Array> {
  if (member.size > limit) {
    throw new FileFormatError(
      `Cannot read ${member.name} of ${source.name} as it claims ${member.size} bytes where at ` +
        `most ${limit} are possible: save it again`,
    );
  }
  const parts: Uint8Array[] = [];
  for await (const chunk of memberChunks(source, member)) parts.push(chunk);
  return concatenate(parts);
}

/** Name of the pickle of a PyTorch ZIP file; undefined if it is none. */
export function torchPickle(members: readonly ZipMember[]): ZipMember | undefined {
  return members.find((m) => m.name === "data.pkl" || /^[^/]+\/data\.pkl$/.test(m.name));
}

/**
 * Opens a file of `torch.save`.
 *
 * @throws {FileFormatError} for another format, and for a pickle that names anything but tensors
 * and plain containers; nothing of the file is executed.
 */
export async function openTorchFile(source: ByteSource): Promise<TorchFile> {
  const head = await source.read(0, 2);
  if (!(head[0] === 0x50 && head[1] === 0x4b)) {
    const old = head[0] === 0x80;
    throw new FileFormatError(
      `Cannot read ${source.name} as it is ${
        old ? "in the form PyTorch wrote before version 1.6" : "no file of torch.save"
      }: load it in PyTorch and save the state dict again`,
    );
  }
  const members = await readZipDirectory(source);
  const pickle = torchPickle(members);
  if (pickle === undefined) {
    throw new FileFormatError(
      `Cannot read ${source.name} as it holds no data.pkl: give a file of torch.save`,
    );
  }
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const byName = new Map(members.map((m) => [m.name, m]));
  const order = byName.get(`${folder}byteorder`);
  const bigEndian = order !== undefined &&
    new TextDecoder().decode(await readMember(source, order, 16)) === "big";
  const root = unpickle(await readMember(source, pickle, MAX_PICKLE), {
    name: source.name,
    builders: TORCH_BUILDERS,
    persistent: (id) => storageOf(id, source.name),
  });
  let last: { key: string; bytes: Uint8Array } | undefined;
  const read = async (tensor: TorchTensor): Promise<NdArray> => {
    const { storage } = tensor, member = byName.get(`${folder}data/${storage.key}`);
    if (member === undefined || member.size !== storage.bytes) {
      throw new FileFormatError(
        `Cannot read ${source.name} as storage ${storage.key} has ${member?.size ?? "no"} bytes ` +
          `instead of ${storage.bytes}: the file is corrupt, copy it again`,
      );
    }
    if (tensor.count > storage.length + MAX_EXPANDED) {
      throw new FileFormatError(
        `Cannot read ${source.name} as a tensor (${tensor.shape.join(", ")}) repeats ` +
          `${storage.length} stored elements: save a contiguous copy`,
      );
    }
    // Tensors that share a storage usually follow each other.
    if (last?.key !== storage.key) {
      last = { key: storage.key, bytes: await readMember(source, member, storage.bytes) };
    }
    return tensor.read(last.bytes, bigEndian);
  };
  return { root, read };
}

/** A storage from its persistent id: ("storage", class, key, device, elements). */
function storageOf(id: PickleValue, name: string): TorchStorage {
  const [tag, kind, key, , length] = Array.isArray(id) ? id : [];
  if (
    tag !== "storage" || !(kind instanceof Builder) || !kind.name.startsWith("torch.") ||
    !STORAGE_NAMES.includes(kind.name.slice(6)) || typeof key !== "string" ||
    !Number.isSafeInteger(length) || Number(length) < 0
  ) {
    throw new FileFormatError(
      `Cannot read ${name} as a storage is described in an unknown way: save it again`,
    );
  }
  return new TorchStorage(kind.name.slice(6), key, Number(length));
}
