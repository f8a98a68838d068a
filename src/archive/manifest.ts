/**
 * The manifest of an archive: who wrote it, in which form, and what it must hold.
 *
 * @module
 */
import { FileFormatError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { sha256 } from "./hash.ts";

/** The two models of an archive: diffraction to diffraction, and diffraction to the object. */
export const ROLES = ["autoencoder", "diffraction_to_obj"] as const;
/** Name of this backend. */
export const BACKEND = "webgpu";
/** Form of the archives written here; others are refused. */
export const SCHEMA = "ptychogpu-archive/1";

/** Content of `manifest.json`. */
export interface Manifest {
  /** The two roles. */
  readonly models: readonly string[];
  /** Version of the roles' content. */
  readonly version: string;
  /** Backend that trained the model. */
  readonly backend: string;
  /** Form of the archive. */
  readonly artifact_schema_version: string;
  /** Program and version that wrote it. */
  readonly tool: string;
  /** Weights of a role, in the files they lie in: an autoencoder contains the other role. */
  readonly weights: Readonly<Record<string, readonly string[]>>;
  /** SHA-256 of each member. */
  readonly members: Readonly<Record<string, string>>;
  /** SHA-256 of the list of members: names the model. */
  readonly identity: string;
}

/** The manifest of some members. */
export async function makeManifest(members: ReadonlyMap<string, Uint8Array>): Promise<Manifest> {
  const hashes: Record<string, string> = {};
  for (const name of [...members.keys()].sort()) hashes[name] = await sha256(members.get(name)!);
  const file = (role: string): string => `${role}/weights.safetensors`;
  const [autoencoder, toObject] = ROLES;
  return {
    models: ROLES,
    version: "1.0-webgpu",
    backend: BACKEND,
    artifact_schema_version: SCHEMA,
    tool: `ptychogpu ${VERSION}`,
    weights: { [autoencoder]: [file(toObject), file(autoencoder)], [toObject]: [file(toObject)] },
    members: hashes,
    identity: await identityOf(hashes),
  };
}

/** SHA-256 over names and hashes of members. */
export function identityOf(members: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.keys(members).sort().map((name) => `${name} ${members[name]}\n`);
  return sha256(new TextEncoder().encode(lines.join("")));
}

/**
 * Checks a manifest.
 *
 * @throws {FileFormatError} naming the backend or schema that was found and the one that is needed.
 */
export function checkManifest(value: unknown, file: string): Manifest {
  const manifest = (typeof value === "object" && value !== null ? value : {}) as Partial<Manifest>;
  if (manifest.backend !== BACKEND) throw otherBackend(file, String(manifest.backend ?? "unknown"));
  if (manifest.artifact_schema_version !== SCHEMA) {
    throw new FileFormatError(
      `Cannot open ${file} as its schema is ${manifest.artifact_schema_version ?? "unknown"} and ` +
        `this program reads ${SCHEMA}: open it with the version that wrote it ` +
        `(${manifest.tool ?? "unknown"})`,
    );
  }
  const models = Array.isArray(manifest.models) ? manifest.models : [];
  if (models.length !== ROLES.length || ROLES.some((role) => !models.includes(role))) {
    throw new FileFormatError(
      `Cannot open ${file} as its models are ${models.join(", ") || "none"}: ` +
        `${ROLES.join(" and ")} are needed`,
    );
  }
  const members: unknown = manifest.members;
  if (
    typeof members !== "object" || members === null || Object.keys(members).length === 0 ||
    Object.values(members).some((hash) => typeof hash !== "string") ||
    typeof manifest.identity !== "string"
  ) {
    throw new FileFormatError(
      `Cannot open ${file} as its manifest lists no members: save the model again`,
    );
  }
  return manifest as Manifest;
}

/** The error for an archive of another backend. */
export function otherBackend(file: string, backend: string): FileFormatError {
  const remedy = backend === "pytorch"
    ? "ptychogpu import-torch FILE --output-dir DIR converts it"
    : "train it again here";
  return new FileFormatError(
    `Cannot open ${file} as it was written by backend ${backend} and the active backend is ` +
      `${BACKEND}: ${remedy}`,
  );
}
