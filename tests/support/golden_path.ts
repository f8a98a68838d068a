/** Folder with the numbers of the original system, or undefined (with a loud line) when it is absent. */
export function goldenDir(): URL | undefined {
  const dir = new URL("../../../shared/golden/", import.meta.url);
  try {
    Deno.statSync(new URL("cases.json", dir));
    return dir;
  } catch {
    console.warn("SKIPPED: no golden data beside the checkout (../shared/golden)");
    return undefined;
  }
}

/** Folder with real measurements, or undefined (with a loud line) when it is absent. */
export function dataDir(): URL | undefined {
  const dir = new URL("../../../shared/data/", import.meta.url);
  try {
    Deno.statSync(dir);
    return dir;
  } catch {
    console.warn("SKIPPED: no real data beside the checkout (../shared/data)");
    return undefined;
  }
}
