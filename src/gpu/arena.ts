/**
 * Allocation of device memory with reuse and a count of live bytes.
 *
 * Recorded work runs in order, so memory released while recording may be handed out again at once,
 * but only to work of the same recording: its replays write there for as long as it lives.
 *
 * @module
 */
import { countOf } from "../array.ts";
import { GpuLimitError } from "../errors.ts";
import type { AdapterProfile } from "./device.ts";
import { MIRROR_WIDTH, type Slot, Tensor } from "./tensor.ts";

const ROW_BYTES = MIRROR_WIDTH * 16;

/** Memory that belongs to one recording while it lives. */
export interface Recording {
  /** Free slots by size. */
  readonly free: Map<number, Slot[]>;
}

/** Hands out tensors and takes them back. */
export class Arena {
  #device: GPUDevice;
  #profile: AdapterProfile;
  #free = new Map<number, Slot[]>();
  #slots = new Set<Slot>();
  #recordings: Recording[] = [];
  #live = 0;
  #reserved = 0;
  #peak = 0;

  /** Creates an empty arena of a device. */
  constructor(device: GPUDevice, profile: AdapterProfile) {
    this.#device = device;
    this.#profile = profile;
  }

  /** Bytes of tensors that are in use now. */
  get liveBytes(): number {
    return this.#live;
  }

  /** Bytes taken from the device now, free list and mirrors included. */
  get reservedBytes(): number {
    return this.#reserved;
  }

  /** Largest value of `reservedBytes` so far. */
  get peakBytes(): number {
    return this.#peak;
  }

  /** Starts a recording: what is released from now on is reused only inside it. */
  startRecording(): Recording {
    const recording: Recording = { free: new Map() };
    this.#recordings.push(recording);
    return recording;
  }

  /** Ends a recording; its free memory stays reserved for its replays. */
  sealRecording(recording: Recording): void {
    this.#recordings = this.#recordings.filter((r) => r !== recording);
  }

  /** Gives the memory of a recording free; its replays must be over. */
  endRecording(recording: Recording): void {
    this.sealRecording(recording);
    for (const list of recording.free.values()) for (const slot of list) put(this.#free, slot);
    recording.free.clear();
  }

  /**
   * Allocates a tensor whose contents are undefined.
   *
   * @param lasting true keeps it clear of memory that a recording overwrites in each replay; false
   *   is for intermediate results of the recording that is going on.
   * @throws {GpuLimitError} if it exceeds what one binding may hold.
   */
  allocate(label: string, shape: readonly number[], lasting = false): Tensor {
    const wanted = Math.max(4, countOf(shape) * 4);
    const limits = this.#device.limits;
    let available = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
    if (this.#profile.texelReads) {
      available = Math.min(available, limits.maxTextureDimension2D * ROW_BYTES);
    }
    if (wanted > available) {
      throw new GpuLimitError(
        `Cannot allocate tensor ${label} of shape (${
          shape.join(", ")
        }) as ${wanted} bytes exceed ` +
          `the ${available} bytes of one binding: use a smaller batch`,
        "maxStorageBufferBindingSize",
        wanted,
        available,
      );
    }
    const unit = this.#profile.texelReads ? ROW_BYTES : 256;
    const bytes = Math.ceil(wanted / unit) * unit;
    const scratch = lasting ? undefined : this.#recordings.at(-1)?.free.get(bytes)?.pop();
    const slot = scratch ?? this.#free.get(bytes)?.pop() ?? this.#create(label, bytes);
    this.#live += bytes;
    return new Tensor(label, shape, slot);
  }

  /** Takes a tensor back; it must not be used by work recorded later. */
  release(tensor: Tensor): void {
    const slot = tensor.detach();
    this.#live -= slot.bytes;
    put(this.#recordings.at(-1)?.free ?? this.#free, slot);
  }

  /** The texture copy of a slot, created on first use. Its height is never a power of two, because
   * the software adapter compiles every shader once more for such textures. */
  mirror(slot: Slot): GPUTexture {
    if (slot.mirror === undefined) {
      const rows = slot.bytes / ROW_BYTES;
      const height = (rows & (rows - 1)) === 0 ? (rows < 3 ? 3 : rows + 1) : rows;
      slot.mirror = this.#device.createTexture({
        label: `${slot.buffer.label} (mirror)`,
        format: "rgba32float",
        size: [MIRROR_WIDTH, Math.min(height, this.#device.limits.maxTextureDimension2D)],
        usage: GPUTextureUsage.STORAGE_BINDING | GPUTextureUsage.COPY_DST,
      });
      this.#grow(slot.bytes);
    }
    return slot.mirror;
  }

  /** The copy of a tensor into the mirror of its slot, to be encoded. */
  mirroring({ slot, length }: Tensor): (encoder: GPUCommandEncoder) => void {
    const texture = this.mirror(slot), rows = Math.ceil(length * 4 / ROW_BYTES);
    const source = { buffer: slot.buffer, bytesPerRow: ROW_BYTES };
    return (e) => e.copyBufferToTexture(source, { texture }, [MIRROR_WIDTH, rows]);
  }

  /** Gives memory that nothing uses back to the device. */
  trim(): void {
    for (const slot of [...this.#free.values()].flat()) {
      slot.buffer.destroy();
      slot.mirror?.destroy();
      this.#slots.delete(slot);
      this.#reserved -= slot.mirror === undefined ? slot.bytes : 2 * slot.bytes;
    }
    this.#free.clear();
  }

  /** Frees everything. */
  dispose(): void {
    for (const slot of this.#slots) {
      slot.buffer.destroy();
      slot.mirror?.destroy();
    }
    this.#slots.clear();
    this.#free.clear();
    this.#live = 0;
    this.#reserved = 0;
  }

  #create(label: string, bytes: number): Slot {
    const buffer = this.#device.createBuffer({
      label,
      size: bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_SRC |
        GPUBufferUsage.COPY_DST,
    });
    const slot: Slot = { buffer, bytes, mirror: undefined };
    this.#slots.add(slot);
    this.#grow(bytes);
    return slot;
  }

  #grow(bytes: number): void {
    this.#reserved += bytes;
    this.#peak = Math.max(this.#peak, this.#reserved);
  }
}

function put(free: Map<number, Slot[]>, slot: Slot): void {
  const list = free.get(slot.bytes);
  if (list === undefined) free.set(slot.bytes, [slot]);
  else list.push(slot);
}
