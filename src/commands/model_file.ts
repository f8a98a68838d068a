/**
 * Model files of this host: archives, safetensors files, and the folders that hold them.
 *
 * @module
 */
import { join } from "node:path";
import { openArchive } from "../archive/archive.ts";
import { type SavedModel, savedModel } from "../archive/saved_model.ts";
import { MODEL_FILES } from "../config/resolution/payload.ts";
import { ConfigError } from "../errors.ts";
import { type Checkpoint, decodeCheckpoint } from "../workflows/checkpoint.ts";
import { FileSource } from "./files.ts";

/**
 * Reads a model from the folder of a training run, an archive (`wts.h5.zip`) or a safetensors file.
 *
 * @throws {FileFormatError} if there is no readable model.
 */
export async function readModel(path: string): Promise<SavedModel> {
  using source = await FileSource.open(await modelFileOf(path));
  const head = await source.read(0, 2);
  if (head[0] === 0x50 && head[1] === 0x4b) return await openArchive(source);
  return savedModel(decodeCheckpoint(await source.read(0, source.size), source.name));
}

/** A model that was trained here, with its scales. @throws {ConfigError} if it brings none. */
export async function loadModel(path: string): Promise<Checkpoint> {
  const model = await readModel(path);
  const { scaling, probe } = model;
  if (scaling === undefined || probe === undefined) {
    throw new ConfigError(
      `Cannot use ${path} without data as it holds no scales of its own: give a scan to infer`,
    );
  }
  return { ...model, scaling, probe, state: new Map(), progress: undefined };
}

/** The model file in a folder, or the file itself. */
async function modelFileOf(path: string): Promise<string> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isDirectory !== true) return path;
  for (const name of MODEL_FILES) {
    const file = join(path, name);
    if (await Deno.stat(file).then((found) => found.isFile, () => false)) return file;
  }
  return join(path, MODEL_FILES[0]);
}
