/**
 * Entry of a worker that reads patterns from a file of this host.
 *
 * @module
 */
import { servePatterns, type WorkerScope } from "../feeding/serve.ts";
import { openScan } from "../workflows/open_scan.ts";
import { FileSource } from "./files.ts";

servePatterns(self as unknown as WorkerScope, async (source, options) => {
  if (typeof source !== "string") throw new TypeError("Cannot open a scan: a path is needed");
  return await openScan(await FileSource.open(source), options);
});
