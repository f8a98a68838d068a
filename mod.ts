/**
 * Ptychography on any GPU: train a physics-informed network on diffraction patterns, reconstruct and
 * reassemble the object, all in WebGPU compute shaders.
 *
 * ```ts ignore
 * import { Gpu, infer, openNpz, readScan, resolveRun, Trainer } from "@ptychogpu/ptychogpu";
 *
 * using gpu = await Gpu.open();
 * const scan = await readScan(await openNpz(source));
 * using trainer = await Trainer.create(gpu, scan, resolveRun({ nepochs: 10 }));
 * for await (const event of trainer.run()) console.log(event);
 * const { object } = await infer(gpu, scan, await trainer.checkpoint());
 * ```
 *
 * Limitations: square patterns with a power-of-two side of 64, 128 or 256 for the network (16 to 512 for
 * the physics); one device.
 *
 * @module
 */
export * from "./src/array.ts";
export * from "./src/errors.ts";
export * from "./src/random.ts";
export { type ByteSource, bytesSource } from "./src/io/source.ts";
export { type ArrayHeader, type NpzFile, openNpz, readMetadata, writeNpz } from "./src/io/npz.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./src/io/safetensors.ts";
export { encodePng } from "./src/io/png.ts";
export type { ModelConfig } from "./src/config/model.ts";
export type { TrainingConfig } from "./src/config/training.ts";
export {
  type Preset,
  PRESETS,
  resolveRun,
  restoreRun,
  type RunConfig,
  type RunOverrides,
} from "./src/config/presets.ts";
export { ResolvedRun } from "./src/config/resolved.ts";
export type {
  DataReading,
  ExecutionConfig,
  InferenceConfig,
  InferenceFiles,
  TrainingFiles,
} from "./src/config/types.ts";
export {
  createInferencePayload,
  createTrainingPayload,
  InferencePayload,
  TrainingPayload,
} from "./src/config/resolution/payload.ts";
export { inferProbeSize } from "./src/config/resolution/data_facts.ts";
export { defaultExecution } from "./src/config/resolution/defaults.ts";
export { parseConfigFile } from "./src/config/resolution/file.ts";
export type { ConfigHost, Statement } from "./src/config/resolution/statement.ts";
export type { AuditEntry, Source, Stated } from "./src/config/resolution/audit.ts";
export type { Deprecate } from "./src/config/resolution/keys.ts";
export type { FieldValue, Owner } from "./src/config/registry/types.ts";
export { type CanonicalConfig, canonicalConfig } from "./src/config/bridge/canonical.ts";
export { fromLegacyParams, legacyKeys, legacyParams } from "./src/config/bridge/legacy.ts";
export {
  type Canonical,
  type Fields,
  toInferenceConfig,
  toModelConfig,
  toTrainingConfig,
} from "./src/config/bridge/torch.ts";
export { type MatrixRow, overrideMatrix } from "./src/config/matrix.ts";
export {
  type Accelerator,
  type AdapterDescription,
  type AdapterProfile,
  Gpu,
  type GpuOptions,
} from "./src/gpu/device.ts";
export { Arena, type Recording } from "./src/gpu/arena.ts";
export { type Slot, Tensor } from "./src/gpu/tensor.ts";
export {
  type BoundTensors,
  type Dispatch,
  type Grid,
  type KernelTime,
  type ParamValues,
  Plan,
} from "./src/gpu/plan.ts";
export {
  type Access,
  type Bindings,
  type Compiled,
  defineKernel,
  type Kernel,
  type Params,
  PipelineCache,
  type ScalarType,
} from "./src/gpu/kernel.ts";
export {
  type NpzLike,
  readScan,
  type ReadScanOptions,
  type ScanDataset,
  scanFromArrays,
  type ScanParts,
  type StoredHeader,
} from "./src/scan/dataset.ts";
export type { Probe } from "./src/scan/probe.ts";
export type { ComplexImage } from "./src/scan/resize.ts";
export { type Arithmetic, Graph, type Value, type ValueOptions } from "./src/ops/graph.ts";
export { type Parameter, ParameterLayout, ParameterStore } from "./src/ops/parameters.ts";
export {
  type ForwardInputs,
  forwardModel,
  type ForwardStages,
  forwardStages,
  type GroupMerge,
} from "./src/physics/forward_model.ts";
export { type DiffractOptions } from "./src/physics/diffract.ts";
export { type PatchWeighting } from "./src/physics/merge_weights.ts";
export {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type ScalingStatistics,
  type TrainingProgress,
} from "./src/workflows/checkpoint.ts";
export type {
  CompileEvent,
  EpochEvent,
  StepEvent,
  TrainEvent,
  WarningEvent,
} from "./src/workflows/events.ts";
export { openScan } from "./src/workflows/open_scan.ts";
export type { Precision } from "./src/workflows/precision.ts";
export { Trainer, type TrainOptions } from "./src/workflows/train.ts";
export {
  amplitudeAndPhase,
  infer,
  type InferOptions,
  type Reconstruction,
} from "./src/workflows/infer.ts";
export { EngineRun } from "./src/workflows/reconstruct.ts";
export {
  type NoteEvent,
  type ReconstructInputs,
  reconstructionSettings,
  type ReconstructProgress,
  type ReconstructSettings,
  type SweepEvent,
} from "./src/workflows/reconstruct_settings.ts";
export {
  decodeReconstruction,
  encodeReconstruction,
  type ReconstructCheckpoint,
} from "./src/workflows/reconstruct_checkpoint.ts";
export { type DataMark } from "./src/workflows/reconstruct_data.ts";
export {
  type EngineName,
  ENGINES,
  type EngineSettings,
  NOISE_MODELS,
  type NoiseModel,
} from "./src/engines/settings.ts";
export { type PlacedObject, PROBE_STARTS, type ProbeStart } from "./src/engines/start.ts";
export {
  type EngineShape,
  type EngineStart,
  EngineState,
  type Placement,
  type Subpixel,
} from "./src/engines/state.ts";
export type { Patterns } from "./src/engines/patterns.ts";
export { type BatchOrder } from "./src/engines/batches.ts";
export { type ConstraintOptions } from "./src/engines/constraints.ts";
export {
  POSITION_CORRECTIONS,
  type PositionCorrection,
  type PositionResult,
  type RefineOptions,
} from "./src/engines/refine.ts";
export { type NearField } from "./src/physics/propagate.ts";
export { type CanvasGeometry } from "./src/reassembly/geometry.ts";
export { type Stitched, type StitchOptions, stitchPatches } from "./src/reassembly/stitch.ts";
export { type PatchLabels, type ReadLabels } from "./src/scan/labels.ts";
export {
  type Archive,
  ARCHIVE_FILE,
  encodeArchive,
  openArchive,
  weightsHash,
} from "./src/archive/archive.ts";
export { type Manifest } from "./src/archive/manifest.ts";
export { completeModel, type SavedModel, savedModel } from "./src/archive/saved_model.ts";
export { importTorchModel, type TorchModel } from "./src/archive/torch_model.ts";
export { type BackendId, BACKENDS } from "./src/lifecycle/backend.ts";
export { type GroupedData } from "./src/lifecycle/grouped_data.ts";
export { type LifecycleHost, MemoryHost } from "./src/lifecycle/host.ts";
export { type PredictInput } from "./src/lifecycle/predict.ts";
export { type RawData } from "./src/lifecycle/raw_data.ts";
export type {
  Configured,
  FileFilters,
  LegacyState,
  Reconstructor,
  ReconstructorName,
  ReconstructOutput,
  TrainOutput,
} from "./src/lifecycle/reconstructor.ts";
export {
  type BackendRequest,
  type BackendResults,
  createReconstructors,
  loadModelWithBackend,
  RECONSTRUCTORS,
  runExampleWithBackend,
  trainModelWithBackend,
} from "./src/lifecycle/registry.ts";
export {
  ReconstructorSettings,
  type SettingsPart,
  type SettingValues,
} from "./src/lifecycle/settings.ts";
export { type ReconstructorParts } from "./src/lifecycle/webgpu_reconstructor.ts";
export {
  type SimulatedScan,
  type SimulateInputs,
  type SimulateOptions,
  simulateRecipe,
  simulateScan,
} from "./src/workflows/simulate.ts";
export { readSourceImage, readSourceProbe } from "./src/workflows/simulate_sources.ts";
export {
  type DetectorRecipe,
  type ObjectRecipe,
  type ProbeRecipe,
  readRecipe,
  type Recipe,
  resolveRecipe,
  type ScanRecipe,
  type Stated as StatedRecipe,
} from "./src/simulation/recipe.ts";
export { type Experiment, type ExperimentSources } from "./src/simulation/experiment.ts";
export { type FileHashes, recipeIdentity } from "./src/simulation/identity.ts";
export { type SourceImage } from "./src/simulation/image_object.ts";
export { type ObjectKind } from "./src/simulation/object_kinds.ts";
export { type DoneStep, type PipelineStep, type StepName } from "./src/simulation/pipeline.ts";
export { type ProbeKind } from "./src/simulation/probe_kinds.ts";
export { type RecipeValue } from "./src/simulation/recipe_fields.ts";
export { type ScanKind } from "./src/simulation/scans.ts";
export {
  createLoggers,
  type LoggerOptions,
  type MlflowTarget,
  RunLoggers,
} from "./src/loggers/create.ts";
export {
  type Clock,
  LOGGER_NAMES,
  type LoggerName,
  type LogParameters,
  type LogSink,
  type RunLogger,
  type RunMetadata,
  type RunStatus,
} from "./src/loggers/logger.ts";
export {
  type PoolOptions,
  type PoolStatistics,
  type WorkerLike,
  WorkerPool,
  workerScan,
} from "./src/feeding/pool.ts";
export { type ScanOpener, servePatterns, type WorkerScope } from "./src/feeding/serve.ts";
export type {
  DoubtMessage,
  FailureMessage,
  FromWorker,
  OpenMessage,
  PatternsMessage,
  ReadMessage,
  SentReadOptions,
  ToWorker,
} from "./src/feeding/protocol.ts";
export type { PrefetchStatistics } from "./src/feeding/prefetch.ts";
export type { PatternSource } from "./src/scan/dataset.ts";
export type { Picture } from "./src/image/colors.ts";
export { evenlySpaced, type Preview, previewPatches } from "./src/workflows/previews.ts";
export { type InspectOptions, inspectScan } from "./src/inspection/inspect.ts";
export { inspectionText } from "./src/inspection/text.ts";
export { inspectionPictures } from "./src/inspection/pictures.ts";
export type {
  Inspection,
  ProbeFigures,
  ScanFigures,
  StackFigures,
  Suggestions,
  Summary,
  TrialFigures,
  Views,
} from "./src/inspection/inspection.ts";
export type { Finding, Severity } from "./src/inspection/finding.ts";
export type { ArrayEntry } from "./src/inspection/contents.ts";
export type { DeclaredKind } from "./src/inspection/check_stack.ts";
export type { Orientation } from "./src/inspection/orientation.ts";
export type { Grid as RealImage } from "./src/image/grid.ts";
export {
  type GridPoint,
  readReconstructionFile,
  type ReconstructionFile,
} from "./src/workflows/reconstruction_file.ts";
export {
  judge,
  type Judged,
  type Judgement,
  type JudgeOptions,
} from "./src/evaluation/evaluate.ts";
export {
  type DiffractionOptions,
  type DiffractionScores,
  diffractionScores,
} from "./src/evaluation/diffraction_error.ts";
export type { AlignedSet, Alignment, AlignOptions, PhaseRule } from "./src/evaluation/align.ts";
export type { Area, AreaKind } from "./src/evaluation/place.ts";
export type { ComparedMaps, MapScores, PairScores } from "./src/evaluation/scores.ts";
export type { Crossing, RingScore } from "./src/evaluation/rings.ts";
export type { Pair } from "./src/image/metrics.ts";
export type { ComplexGrid as ComplexPicture } from "./src/image/fourier.ts";
export type { PhaseRamp } from "./src/image/ramp.ts";
export type { Shift } from "./src/image/registration.ts";
export type { Interpolation, Rectangle } from "./src/image/resample.ts";
export type { ScanSubset } from "./src/scan/subset.ts";
