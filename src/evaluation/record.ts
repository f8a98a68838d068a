/**
 * Judgements as records, tables and text.
 *
 * @module
 */
import type { Alignment } from "./align.ts";
import type { DiffractionScores } from "./diffraction_error.ts";
import type { Judged, Judgement } from "./evaluate.ts";
import type { Crossing, RingScore } from "./rings.ts";
import type { MapScores } from "./scores.ts";

/** A JSON value under construction. */
export type Json = Readonly<Record<string, unknown>>;

/** What was judged and how the frame was made. */
export function frameRecord(judgement: Judgement): Json {
  const { area, origin, pixelSize, notes } = judgement;
  return {
    reference: judgement.reference,
    area: area.kind,
    rectangle: area.rectangle,
    origin_xy: [origin.x, origin.y],
    size: [area.rectangle.height, area.rectangle.width],
    trimmed_px: 2,
    interpolation: { reference: judgement.aligned.interpolation, image: "fourier" },
    pixel_size_nm: pixelSize === undefined ? null : pixelSize * 1e9,
    reference_phase_added_rad: judgement.aligned.referencePhase,
    notes,
  };
}

/** What was done to an image. */
export function alignmentRecord(alignment: Alignment): Json {
  const { shift, registration, phase, phaseRule, amplitudeFactor } = alignment;
  return {
    registration,
    shift_xy_px: [shift.x, shift.y],
    phase: phaseRule,
    phase_offset_rad: phase.offset,
    phase_ramp_xy_rad_per_px: [phase.x, phase.y],
    amplitude_factor: amplitudeFactor,
    agreement_before: alignment.agreement.before,
    agreement_after: alignment.agreement.after,
  };
}

/** All numbers of one image; null where a number would mean nothing. */
export function scoresRecord(judged: Judged): Json {
  const { scores, alignment } = judged;
  const rings = {
    amplitude: scores.amplitudeRings,
    phase: scores.phaseRings,
    complex: scores.complexRings,
  };
  return {
    ...mapRecord(scores.image),
    complex_error: Math.sqrt(Math.max(0, 1 - alignment.agreement.after ** 2)),
    ...ringsRecord(rings),
    flat: mapRecord(scores.flat),
    alignment: alignmentRecord(alignment),
    warnings: scores.warnings,
  };
}

function mapRecord(scores: MapScores): Json {
  const pair = ([amplitude, phase]: readonly [number, number]): Json => ({ amplitude, phase });
  return {
    mae: pair(scores.mae),
    mse: pair(scores.mse),
    psnr_peak_255: pair(scores.psnr255),
    psnr_peak_1: pair(scores.psnr1),
    ssim: pair(scores.ssim),
    ms_ssim: pair(scores.msSsim),
  };
}

/** Crossings of several curves: rings, then resolutions. */
export function ringsRecord(rings: Readonly<Record<string, RingScore>>): Json {
  const each = (pick: (score: RingScore) => unknown): Json =>
    Object.fromEntries(
      Object.entries(rings).map(([name, score]) => [
        name,
        score.unreliable === undefined ? pick(score) : null,
      ]),
    );
  const resolution = (crossing: Crossing): Json => ({
    half_period_px: crossing.halfPeriodPx,
    half_period_nm: crossing.halfPeriodNm,
    pixel_limited: crossing.pixelLimited,
  });
  const [first] = Object.values(rings);
  return {
    frc50: each((s) => s.frc50.ring),
    frc_1_over_7: each((s) => s.frc1over7.ring),
    frc_half_bit: each((s) => s.frcHalfBit.ring),
    frc_mean: each((s) => s.meanCorrelation),
    frc_side_px: first?.side ?? null,
    resolution: {
      frc50: each((s) => resolution(s.frc50)),
      frc_1_over_7: each((s) => resolution(s.frc1over7)),
      frc_half_bit: each((s) => resolution(s.frcHalfBit)),
    },
  };
}

/** Agreement with the measured patterns. */
export function diffractionRecord(scores: DiffractionScores): Json {
  const sorted = [...scores.errors.keys()].sort((a, b) => scores.errors[b] - scores.errors[a]);
  const order = scores.errors.slice().sort();
  return {
    patterns: scores.patterns,
    amplitude_error: scores.amplitudeError,
    r_factor: scores.rFactor,
    intensity_r_factor: scores.intensityRFactor,
    noise_floor: scores.noiseFloor,
    scale: scores.scale,
    energy_ratio: scores.energyRatio,
    unmeasured_light: scores.unmeasuredLight,
    probe: scores.probe,
    median_pattern_error: order[Math.floor(order.length / 2)],
    worst_patterns: sorted.slice(0, 5).map((pattern) => ({
      pattern,
      error: scores.errors[pattern],
    })),
  };
}
