/** The program on a device that goes away after some submissions, as after a driver reset. */
import { main } from "../../cli.ts";

const [after, ...args] = Deno.args;
let left = Number(after);
const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (options): Promise<GPUDevice> {
  const device = await request.call(this, options);
  const submit = device.queue.submit.bind(device.queue);
  Object.defineProperty(device.queue, "submit", {
    value: (buffers: GPUCommandBuffer[]): void => {
      submit(buffers);
      if (--left === 0) device.destroy();
    },
  });
  return device;
};
Deno.exit(await main(args));
