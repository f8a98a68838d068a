/** Name of a Chromium on the path, or undefined with a loud line about what is left out. */
export async function chromium(leftOut: string): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = await new Deno.Command(name, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    })
      .output().catch(() => undefined);
    if (found?.success) return name;
  }
  console.warn(`SKIPPED: no Chromium on the path (apt-get install chromium): ${leftOut}`);
  return undefined;
}
