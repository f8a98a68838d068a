/** Tests run once more with the long vectors of Mesa's software adapter. */
import assert from "node:assert/strict";

/** Environment variable of the driver. */
const WIDTH = "LP_NATIVE_VECTOR_WIDTH";

/** Runs a test file with vectors of 512 bits, which that driver can do on any processor; not within itself. */
export async function testWithLongVectors(file: string): Promise<void> {
  if (Deno.env.get(WIDTH) === "512") return;
  // The cache of the driver does not tell widths apart.
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", file],
      env: { [WIDTH]: "512", MESA_SHADER_CACHE_DIR: folder },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
