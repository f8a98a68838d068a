import { REFUSED_FLAGS } from "../../src/commands/refused_flags.ts";
import { EXTRA_FLAGS, showValue, TRAIN_FLAGS } from "../../src/commands/registry_flags.ts";
import { respell } from "../../src/commands/spelling.ts";
import { fieldsOf, meaningOf } from "../../src/config/registry/registry.ts";

/** A command line of the original system: its flags as "name|line|default". */
interface Surface {
  readonly title: string;
  readonly command: "train" | "infer";
  readonly flags: readonly string[];
}

/** Command lines of the original system (sections 4.1 to 4.5 of the inventory it was made from). */
export const SURFACES: readonly Surface[] = [
  {
    title: "Native training (`ptycho_torch/train.py`)",
    command: "train",
    flags: (
      "train_data_file|564|none test_data_file|566|none output_dir|568|none max_epochs|570|100 " +
      "n_images|572|512 gridsize|574|2 batch_size|576|16 log-patch-stats|578|off " +
      "patch-stats-limit|580|none device|582|cpu disable_mlflow|584|off quiet|586|off " +
      "torch-loss-mode|588|poisson profile|599|none scale-contract-version|611|none " +
      "measurement-domain|617|none probe-mask|623|off no-probe-mask|630|off " +
      "probe-mask-sigma|636|1.0 probe-mask-diameter|643|none accelerator|652|auto " +
      "deterministic|664|on no-deterministic|675|on num-workers|681|0 learning-rate|692|1e-3 " +
      "logger|705|csv enable-checkpointing|721|on disable-checkpointing|732|on " +
      "checkpoint-save-top-k|738|1 checkpoint-monitor|749|val_loss checkpoint-mode|760|min " +
      "early-stop-patience|772|100 scheduler|785|Default accumulate-grad-batches|798|1"
    ).split(" "),
  },
  {
    title: "Old JSON training (`ptycho_torch/train.py`, `train_lightning_only.py`)",
    command: "train",
    flags: [
      "ptycho_dir|814|none",
      "config|816|none",
      "disable_mlflow|584|off",
      "output_dir|777|none",
      "scale-contract-version|777|none",
      "measurement-domain|777|none",
    ],
  },
  {
    title: "Unified training (`scripts/training/train.py`): common flags",
    command: "train",
    flags: (
      "config||none do_stitching||off quiet|48|off verbose|48|off console-level|48|INFO " +
      "torch-accelerator|264|cuda torch-deterministic|272|on torch-num-workers|276|0 " +
      "torch-accumulate-grad-batches|280|1 torch-learning-rate|283|none torch-scheduler|286|Default " +
      "torch-plateau-factor|290|none torch-plateau-patience|292|none torch-plateau-min-lr|294|none " +
      "torch-plateau-threshold|296|none torch-logger|298|csv torch-recon-log-every-n-epochs|303|none " +
      "torch-recon-log-num-patches|306|4 torch-recon-log-fixed-indices|308|none " +
      "torch-recon-log-stitch|310|off torch-recon-log-max-stitch-samples|312|none " +
      "torch-enable-checkpointing|314|on torch-checkpoint-save-top-k|318|1"
    ).split(" "),
  },
  {
    title: "Unified training: one flag a canonical field",
    command: "train",
    flags: (
      "N||64 gridsize||1 n_filters_scale||2 model_type||pinn architecture||cnn fno_modes||12 " +
      "fno_width||32 fno_blocks||4 fno_cnn_blocks||2 learned_input_channels||1 " +
      "max_hidden_channels||none resnet_width||none fno_input_transform||none " +
      "generator_output_mode||real_imag amp_activation||sigmoid object_big||true probe_big||true " +
      "probe_mask||false probe_mask_sigma||1.0 probe_mask_diameter||none pad_object||true " +
      "probe_scale||4.0 gaussian_smoothing_sigma||0.0 train_data_file||none test_data_file||none " +
      "train_data_file_path|343|none batch_size||16 nepochs||50 mae_weight||0.0 nll_weight||1.0 " +
      "realspace_mae_weight||0.0 realspace_weight||0.0 nphotons||1e9 n_groups||512 n_images||none " +
      "n_subsample||none subsample_seed||none neighbor_count||4 enable_oversampling||false " +
      "neighbor_pool_size||none positions_provided||true probe_trainable||false " +
      "intensity_scale_trainable||true output_dir||training_outputs sequential_sampling||false " +
      "backend||tensorflow torch_loss_mode||poisson torch_mae_pred_l2_match_target||false " +
      "gradient_clip_val||none gradient_clip_algorithm||norm optimizer||adam momentum||0.9 " +
      "weight_decay||0.0 adam_beta1||0.9 adam_beta2||0.999 scheduler||Default lr_warmup_epochs||0 " +
      "lr_min_ratio||0.1 plateau_factor||0.5 plateau_patience||2 plateau_min_lr||5e-5 " +
      "plateau_threshold||0.0"
    ).split(" "),
  },
  {
    title: "Native inference (`ptycho_torch/inference.py`)",
    command: "infer",
    flags: (
      "model_path|730|required test_data|736|required output_dir|742|required n_images|748|32 " +
      "patch-weighting|758|uniform varpro-scaling|769|off device|779|cpu quiet|786|off " +
      "log-patch-stats|791|off patch-stats-limit|796|none probe-mask|802|off no-probe-mask|809|off " +
      "probe-mask-sigma|815|1.0 probe-mask-diameter|822|none scale-contract-version|829|none " +
      "measurement-domain|835|none accelerator|843|auto num-workers|853|0 " +
      "inference-batch-size|863|none"
    ).split(" "),
  },
  {
    title: "Inference from a tracked run (`ptycho_torch/inference.py`)",
    command: "infer",
    flags: ["run_id|1117|none", "infer_dir|1120|none", "file_index|1123|0", "config|1126|none"],
  },
  {
    title: "Unified inference (`scripts/inference/inference.py`)",
    command: "infer",
    flags: (
      "model_path|79|required test_data|81|required config|83|none output_dir|85|inference_outputs " +
      "debug|87|off comparison_plot|89|off n_images|91|none n_subsample|94|none " +
      "subsample_seed|97|none phase_vmin|99|none phase_vmax|101|none debug_dump|103|none " +
      "backend|107|tensorflow torch-accelerator|114|cuda torch-num-workers|122|0 " +
      "torch-inference-batch-size|126|none"
    ).split(" "),
  },
];

/** One row of the parity table. */
export interface ParityRow {
  readonly flag: string;
  readonly line: string;
  readonly theirDefault: string;
  /** Our flag; undefined if it is refused. */
  readonly ours: string | undefined;
  readonly ourDefault: string;
  readonly field: string;
  readonly note: string;
}

/** Our answer to a flag. @throws {Error} if there is neither an equivalent nor a reason. */
export function parityRow(command: "train" | "infer", entry: string): ParityRow {
  const [name, line, theirDefault] = entry.split("|");
  const common = { flag: `--${name}`, line, theirDefault };
  const kebab = name.replaceAll("_", "-");
  const extra = command === "train" ? TRAIN_FLAGS : EXTRA_FLAGS;
  if (extra[kebab] !== undefined) {
    return { ...common, ours: `--${kebab}`, ourDefault: "none", field: "", note: extra[kebab] };
  }
  const refusal = REFUSED_FLAGS[command][kebab];
  if (refusal !== undefined) {
    return { ...common, ours: undefined, ourDefault: "", field: "", note: refusal };
  }
  const fields = fieldsOf(command).filter((f) => f.flag !== undefined);
  const positive = kebab.startsWith("no-") ? kebab.slice(3) : name;
  const meaning = meaningOf(positive, fields, "flag");
  if (meaning === undefined) {
    throw new Error(`${command} --${name} has no equivalent and no reason`);
  }
  const { field, value, values } = meaning;
  const example = values === undefined ? "" : " VALUE";
  const shown = value === undefined
    ? `--${kebab.startsWith("no-") ? "no-" : ""}${field.flag}${example}`
    : value === "false"
    ? `--no-${field.flag}`
    : `--${field.flag} ${value}`;
  return {
    ...common,
    ours: shown,
    ourDefault: showValue(field.value),
    field: `${field.owner}.${field.name}`,
    note: field.fixed === undefined ? field.help : `only ${showValue(field.value)}: ${field.fixed}`,
  };
}

/** The table as Markdown. */
export function renderParity(): string {
  return SURFACES.map(({ title, command, flags }) => {
    const rows = flags.map((flag) => parityRow(command, flag)).map((row) =>
      `| \`${row.flag}\` | ${row.line} | ${row.theirDefault} | ${
        row.ours === undefined ? "refused" : `\`${row.ours}\``
      } | ${row.ourDefault} | ${row.field === "" ? "" : `\`${row.field}\``} | ${row.note} |`
    );
    return `### ${title}\n\nOur command: \`${command}\`.\n\n` +
      "| Flag | Line | Default | Ours | Our default | Field | Notes |\n" +
      "| --- | --- | --- | --- | --- | --- | --- |\n" + rows.join("\n");
  }).join("\n\n");
}

/** Whether the parser takes a flag as the table says. */
export function parses(command: "train" | "infer", flag: string): boolean {
  try {
    respell([command, flag]);
    return true;
  } catch {
    return false;
  }
}
