/**
 * Runs one convolution in another library, in a process of its own; packages are fetched on demand.
 * Requests {"repeats"}, answers {"ms": [...], "sample": [...]}. Arguments: library, batch, C, K, size.
 */
const [library, ...numbers] = Deno.args;
const [B, C, K, H] = numbers.map(Number);

/** Deterministic values both sides can make: a sine of the index. */
function values(count: number, step: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(step * i));
}

/** A convolution that ends with all of its result in JavaScript, and its value at (n, k, y, x). */
interface Peer {
  run(): Promise<ArrayLike<number>>;
  at(n: number, k: number, y: number, x: number): number;
}

// The libraries have no place in this project's dependencies, so they are typed here by use.
interface JaxArray {
  ref: JaxArray;
  reshape(shape: number[]): JaxArray;
  data(): Promise<ArrayLike<number>>;
}
interface Jax {
  numpy: { array(values: Float32Array): JaxArray };
  lax: { conv(x: JaxArray, w: JaxArray, strides: number[], padding: string): JaxArray };
  jit(f: (x: JaxArray, w: JaxArray) => JaxArray): (x: JaxArray, w: JaxArray) => JaxArray;
  init(kind: string): Promise<unknown>;
  defaultDevice(kind: string): void;
}
interface TfTensor {
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(values: Float32Array, shape: number[]): TfTensor;
  transpose(x: TfTensor, axes: number[]): TfTensor;
  conv2d(x: TfTensor, w: TfTensor, stride: number, padding: string): TfTensor;
}

const input = values(B * C * H * H, 0.37), weights = values(K * C * 9, 0.73);

async function jax(): Promise<Peer> {
  const name = "npm:@jax-js/jax@0.1.25";
  const { numpy, lax, jit, init, defaultDevice } = await import(name) as Jax;
  await init("webgpu");
  defaultDevice("webgpu");
  const x = numpy.array(input).reshape([B, C, H, H]);
  const w = numpy.array(weights).reshape([K, C, 3, 3]);
  const f = jit((a, b) => lax.conv(a, b, [1, 1], "SAME"));
  return {
    run: () => f(x.ref, w.ref).data(),
    at: (n, k, y, column) => ((n * K + k) * H + y) * H + column,
  };
}

async function tfjs(): Promise<Peer> {
  const names = ["npm:@tensorflow/tfjs@4.22.0", "npm:@tensorflow/tfjs-backend-webgpu@4.22.0"];
  const tf = await import(names[0]) as Tf;
  await import(names[1]);
  if (!await tf.setBackend("webgpu")) throw new Error("tfjs: there is no webgpu backend");
  await tf.ready();
  const x = tf.transpose(tf.tensor(input, [B, C, H, H]), [0, 2, 3, 1]);
  const w = tf.transpose(tf.tensor(weights, [K, C, 3, 3]), [2, 3, 1, 0]);
  return {
    run: async () => {
      const y = tf.conv2d(x, w, 1, "same");
      const result = await y.data();
      y.dispose();
      return result;
    },
    at: (n, k, y, column) => ((n * H + y) * H + column) * K + k,
  };
}

const peer = await (library === "jax" ? jax() : tfjs());
const reply = (line: unknown): Promise<number> =>
  Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
await reply({ ready: library });
let pending = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  pending += chunk;
  for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
    const { repeats, places } = JSON.parse(pending.slice(0, end));
    pending = pending.slice(end + 1);
    const ms: number[] = [];
    let sample: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const began = performance.now();
      const result = await peer.run();
      ms.push(performance.now() - began);
      sample = (places as [number, number, number, number][]).map((p) => result[peer.at(...p)]);
    }
    await reply({ ms, sample });
  }
}
Deno.exit(0);
