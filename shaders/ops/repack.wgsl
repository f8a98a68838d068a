// Transposes the weights of one 3 x 3 convolution for the gradient with respect to its input:
//   weights [channels][9][4 row] -> transposed [outputs][9 reversed][4 transposed_row]; padding becomes 0.
// One invocation per tap of a block of 4 channels x 4 outputs; output blocks fastest, then tap.
override WORKGROUP: u32 = 64;
struct Params { channels: u32, outputs: u32, row: u32, transposed_row: u32, from_vector: u32, to_vector: u32 }
@group(0) @binding(1) var<storage, read_write> transposed: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn taps(c: u32, t: u32, k4: u32) -> vec4f {
  // Clamped, as channels beyond the last one belong to another parameter.
  let i = params.from_vector + (min(c, params.channels - 1u) * 9u + t) * params.row + k4;
  return select(vec4f(0.0), load_weights(i), c < params.channels);
}

@compute @workgroup_size(WORKGROUP)
fn transpose_taps(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.row * 9u * params.transposed_row) { return; }
  let k4 = i % params.row;
  let t = (i / params.row) % 9u;
  let c4 = i / (params.row * 9u);
  let block = transpose(mat4x4f(
    taps(4u * c4, t, k4), taps(4u * c4 + 1u, t, k4), taps(4u * c4 + 2u, t, k4), taps(4u * c4 + 3u, t, k4)));
  for (var j = 0u; j < 4u; j++) {
    let k = 4u * k4 + j;
    if (k < params.outputs) {
      transposed[params.to_vector + (k * 9u + 8u - t) * params.transposed_row + c4] = block[j];
    }
  }
}
