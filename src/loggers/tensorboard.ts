/**
 * Event files, as TensorBoard reads them: scalars, pictures and the configuration as text.
 *
 * A file is a row of records: length (u64), its masked CRC-32C, an Event message, its masked CRC-32C.
 *
 * @module
 */
import type { Picture } from "../image/colors.ts";
import { encodePng } from "../io/png.ts";
import { maskedCrc32c } from "./crc32c.ts";
import {
  type Clock,
  type LogParameters,
  type LogSink,
  parameterText,
  type RunLogger,
  type RunMetadata,
} from "./logger.ts";
import { ProtoWriter } from "./protobuf.ts";

/** Folder of the event files in the run's folder. */
export const TENSORBOARD_FOLDER = "tensorboard";

/** Wraps an encoded message as a record. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 16), view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return out;
}

/** Writes one event file a start. */
export class TensorboardLogger implements RunLogger {
  /** Name it is chosen by. */
  readonly name = "tensorboard";
  /** Pictures are kept. */
  readonly keepsImages = true;
  #sink: LogSink;
  #clock: Clock;
  #path = "";

  /** Prepares; nothing is written. */
  constructor(sink: LogSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Begins a file; a run that goes on says from which step on earlier files no longer hold. */
  async start(run: RunMetadata, parameters: LogParameters): Promise<void> {
    const seconds = Math.floor(this.#clock() / 1000);
    const taken = await this.#sink.list(TENSORBOARD_FOLDER);
    // The reader takes files in the order of their names.
    let number = 0, name: string;
    do {
      name = `events.out.tfevents.${String(seconds).padStart(10, "0")}.ptychogpu.${number++}`;
    } while (taken.includes(name));
    this.#path = `${TENSORBOARD_FOLDER}/${name}`;
    await this.#add(this.#event().text(3, "brain.Event:2"));
    if (run.resumedAfter !== undefined) {
      const started = new ProtoWriter().int(1, 1);
      await this.#add(this.#event(run.resumedAfter + 1).bytes(7, started));
      return;
    }
    const rows = Object.entries({ ...run.tags, ...parameters })
      .map(([key, value]) => `| ${key} | ${parameterText(value).replaceAll("|", "\\|")} |`);
    const table = ["| name | value |", "| --- | --- |", ...rows].join("\n");
    await this.#add(this.#event(0).bytes(5, summary(textValue("configuration", table))));
  }

  /** One summary with all values. */
  async scalars(
    step: number,
    values: Readonly<Record<string, number | undefined>>,
  ): Promise<void> {
    const known = Object.entries(values).filter(([, value]) => value !== undefined);
    const all = known.map(([tag, value]) => new ProtoWriter().text(1, tag).float(2, value!));
    if (all.length > 0) await this.#add(this.#event(step).bytes(5, summary(...all)));
  }

  /** A PNG picture. */
  async image(name: string, step: number, rgb: Picture): Promise<void> {
    const png = encodePng(rgb.data, rgb.width, rgb.height);
    const image = new ProtoWriter().int(1, rgb.height).int(2, rgb.width).int(3, 3).bytes(4, png);
    const value = new ProtoWriter().text(1, name).bytes(4, image);
    await this.#add(this.#event(step).bytes(5, summary(value)));
  }

  /** Ignored: event files hold no files. */
  artifact(): Promise<void> {
    return Promise.resolve();
  }

  /** Every record is whole already. */
  finish(): Promise<void> {
    return Promise.resolve();
  }

  #event(step?: number): ProtoWriter {
    const event = new ProtoWriter().double(1, this.#clock() / 1000);
    return step === undefined ? event : event.int(2, step);
  }

  #add(event: ProtoWriter): Promise<void> {
    return this.#sink.append(this.#path, frameRecord(event.finish()));
  }
}

function summary(...values: ProtoWriter[]): ProtoWriter {
  const message = new ProtoWriter();
  for (const value of values) message.bytes(1, value);
  return message;
}

/** Text shown on the page of texts: a tensor of one string, marked for that plugin. */
function textValue(tag: string, markdown: string): ProtoWriter {
  const DT_STRING = 7, DATA_CLASS_TENSOR = 2;
  const shape = new ProtoWriter().bytes(2, new ProtoWriter().int(1, 1));
  const tensor = new ProtoWriter().int(1, DT_STRING).bytes(2, shape).text(8, markdown);
  const metadata = new ProtoWriter().bytes(1, new ProtoWriter().text(1, "text"))
    .int(4, DATA_CLASS_TENSOR);
  return new ProtoWriter().text(1, tag).bytes(8, tensor).bytes(9, metadata);
}
