import assert from "node:assert/strict";
import { decode } from "fast-png";
import { crc32c } from "../../src/loggers/crc32c.ts";
import { ProtoWriter } from "../../src/loggers/protobuf.ts";
import { frameRecord, TensorboardLogger } from "../../src/loggers/tensorboard.ts";
import { MemorySink } from "./memory_sink.ts";
import { field, inner, readFields, readRecords, text } from "./read_events.ts";

Deno.test("CRC-32C gives the published check values", () => {
  // RFC 3720, appendix B.4, and the check value of the catalogue of CRC algorithms.
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});

Deno.test("whole numbers are varints of any size and sign", () => {
  for (const value of [0, 1, 127, 128, 300, 2 ** 40, -1, -300]) {
    assert.equal(field(readFields(new ProtoWriter().int(7, value).finish()), 7), value);
  }
  // The example of the encoding's own documentation: field 1 holds 150.
  assert.deepEqual([...new ProtoWriter().int(1, 150).finish()], [0x08, 0x96, 0x01]);
});

Deno.test("a damaged record is noticed", () => {
  const record = frameRecord(new TextEncoder().encode("some message"));
  assert.equal(text(readRecords(record)[0]), "some message");
  for (const at of [0, 9, 14, record.length - 1]) {
    const broken = record.slice();
    broken[at] ^= 1;
    assert.throws(() => readRecords(broken));
  }
});

Deno.test("event files hold scalars, pictures and the configuration", async () => {
  const sink = new MemorySink();
  const logger = new TensorboardLogger(sink, () => 1_700_000_000_500);
  const tags = { adapter: "soft|ware" };
  await logger.start({ name: "run", experiment: "e", tags }, { nepochs: 3, limit: null });
  await logger.scalars(1, { train_loss: 2.5, val_loss: undefined, energy_ratio: NaN });
  const data = Uint8Array.from({ length: 3 * 2 * 5 }, (_, i) => i * 8);
  await logger.image("patch_00/amp_pred", 2, { height: 2, width: 5, data });
  await logger.finish();

  const [path] = [...sink.files.keys()];
  assert.match(path, /^tensorboard\/events\.out\.tfevents\.1700000000\./);
  const events = readRecords(sink.files.get(path)!).map(readFields);
  assert.equal(events.length, 4);
  for (const event of events) assert.equal(field(event, 1), 1_700_000_000.5);
  assert.equal(text(field(events[0], 3)), "brain.Event:2");

  const configuration = inner(inner(events[1], 5), 1);
  assert.equal(text(field(configuration, 1)), "configuration");
  assert.equal(text(field(inner(inner(configuration, 9), 1), 1)), "text");
  const table = text(field(inner(configuration, 8), 8));
  assert.match(table, /\| nepochs \| 3 \|/);
  assert.match(table, /\| limit \| none \|/);
  assert.match(table, /soft\\\|ware/);

  assert.equal(field(events[2], 2), 1);
  const values = inner(events[2], 5).filter((f) => f.number === 1)
    .map((f) => readFields(f.value as Uint8Array));
  assert.deepEqual(values.map((v) => text(field(v, 1))), ["train_loss", "energy_ratio"]);
  assert.deepEqual(values.map((v) => field(v, 2)), [2.5, NaN]);

  assert.equal(field(events[3], 2), 2);
  const picture = inner(inner(events[3], 5), 1);
  assert.equal(text(field(picture, 1)), "patch_00/amp_pred");
  const image = inner(picture, 4);
  assert.deepEqual([1, 2, 3].map((n) => field(image, n)), [2, 5, 3]);
  const png = decode(field(image, 4) as Uint8Array);
  assert.deepEqual([png.height, png.width, png.channels], [2, 5, 3]);
  assert.deepEqual(Uint8Array.from(png.data), data);
});

Deno.test("a resumed run gets a file of its own that takes back later steps", async () => {
  const sink = new MemorySink();
  const tags = {};
  const first = new TensorboardLogger(sink, () => 5000);
  await first.start({ name: "run", experiment: "e", tags }, {});
  const second = new TensorboardLogger(sink, () => 5000);
  await second.start({ name: "run", experiment: "e", tags, resumedAfter: 7 }, {});
  const names = [...sink.files.keys()];
  assert.equal(names.length, 2);
  assert.deepEqual(names, [...names].sort());
  const events = readRecords(sink.files.get(names[1])!).map(readFields);
  const session = events.find((event) => field(event, 7) !== undefined)!;
  assert.equal(field(session, 2), 8);
  assert.equal(field(inner(session, 7), 1), 1);
});

Deno.test("TensorBoard itself reads the files, where it is installed", async () => {
  const python = (code: string): Deno.Command =>
    new Deno.Command("python3", { args: ["-c", code], stdout: "piped", stderr: "null" });
  const there = await python("import tensorboard").output().catch(() => undefined);
  if (there === undefined || !there.success) {
    console.warn("skipped: python3 has no tensorboard");
    return;
  }
  const dir = await Deno.makeTempDir();
  try {
    const sink = new MemorySink();
    const logger = new TensorboardLogger(sink, () => 1_700_000_000_000);
    await logger.start({ name: "run", experiment: "e", tags: {} }, {});
    await logger.scalars(3, { train_loss: 0.25 });
    for (const [path, bytes] of sink.files) {
      await Deno.writeFile(`${dir}/${path.split("/")[1]}`, bytes);
    }
    const { stdout } = await python(
      "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator as E\n" +
        `e = E("${dir}"); e.Reload()\n` +
        "print([(s.step, s.value) for s in e.Scalars('train_loss')])",
    ).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), "[(3, 0.25)]");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
