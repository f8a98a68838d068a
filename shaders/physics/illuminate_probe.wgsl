// Gradient of the probe: sum of wave gradient x conj(patch) over the samples and channels that share it,
// always in the same order. Two complex pixels of one mode an invocation.
override WORKGROUP: u32 = 64;
struct Params {
  count: u32,
  pairs: u32,
  modes: u32,
  channels: u32,
  probe_samples: u32,
  probe_channels: u32,
  shared_samples: u32,
  shared_channels: u32,
}
@group(0) @binding(0) var<storage, read> waves: array<vec4f>;
@group(0) @binding(1) var<storage, read> patches: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let at = i % params.pairs;
  let mode = (i / params.pairs) % params.modes;
  let which = i / (params.pairs * params.modes);
  let sample = which / params.probe_channels;
  let channel = which % params.probe_channels;
  var sum = vec4f(0.0);
  for (var s = 0u; s < params.shared_samples; s++) {
    for (var c = 0u; c < params.shared_channels; c++) {
      let plane = (sample + s) * params.channels + channel + c;
      let wave = waves[(plane * params.modes + mode) * params.pairs + at];
      let p = patches[plane * params.pairs + at];
      sum += wave * p.xxzz + vec4f(wave.y, -wave.x, wave.w, -wave.z) * p.yyww;
    }
  }
  result[i] = sum;
}
