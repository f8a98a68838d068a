/**
 * Members of an archive, each checked against the manifest.
 *
 * @module
 */
import { FileFormatError } from "../errors.ts";
import type { ByteSource } from "../io/source.ts";
import { readZipDirectory } from "../io/zip.ts";
import { sha256 } from "./hash.ts";
import { checkManifest, identityOf, type Manifest, otherBackend } from "./manifest.ts";
import { readMember } from "./torch_file.ts";

const MANIFEST = "manifest.json";
const MAX_MANIFEST = 2 ** 20, MAX_MEMBER = 2 ** 30;

/**
 * Reads an archive whole.
 *
 * @throws {FileFormatError} if it is no archive of this backend and schema, or was changed since.
 */
export async function readArchiveMembers(
  source: ByteSource,
): Promise<{ manifest: Manifest; members: Map<string, Uint8Array> }> {
  const head = await source.read(0, 2);
  if (!(head[0] === 0x50 && head[1] === 0x4b)) {
    throw new FileFormatError(
      `Cannot open ${source.name} as it is no archive: give the wts.h5.zip of a training run`,
    );
  }
  const entries = await readZipDirectory(source);
  const listing = entries.find((m) => m.name === MANIFEST);
  if (listing === undefined) {
    const keras = entries.some((m) => /\.(keras|h5)$/.test(m.name));
    const torch = entries.some((m) => /(\.pth|\.pt|\/data\.pkl)$/.test(m.name));
    if (keras || torch) throw otherBackend(source.name, keras ? "tensorflow" : "pytorch");
    throw new FileFormatError(
      `Cannot open ${source.name} as it holds no ${MANIFEST}: give the wts.h5.zip of a training run`,
    );
  }
  let value: unknown;
  const text = new TextDecoder().decode(await readMember(source, listing, MAX_MANIFEST));
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(source, `its ${MANIFEST} is no JSON`);
  }
  const manifest = checkManifest(value, source.name);
  if (await identityOf(manifest.members) !== manifest.identity) {
    throw damaged(source, "its identity is not that of its members");
  }
  const members = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (entry.name === MANIFEST) continue;
    const known = manifest.members[entry.name];
    if (known === undefined) throw damaged(source, `it holds ${entry.name}, which is not listed`);
    const content = await readMember(source, entry, MAX_MEMBER);
    if (await sha256(content) !== known) throw damaged(source, `${entry.name} was changed`);
    members.set(entry.name, content);
  }
  const missing = Object.keys(manifest.members).filter((name) => !members.has(name));
  if (missing.length > 0) throw damaged(source, `${missing.join(", ")} is missing`);
  return { manifest, members };
}

function damaged(source: ByteSource, why: string): FileFormatError {
  return new FileFormatError(`Cannot open ${source.name} as ${why}: save the model again`);
}
