// Activation of a network head: y = scale * f(x) + offset, and dx = dy * scale * f'(x).
// f by `kind`: 0 identity, 1 sigmoid, 2 silu, 3 softplus, 4 relu, 5 tanh, 6 zero (y = offset).
// One invocation per vec4. Only exp of non-positive numbers is taken, so nothing overflows.
override WORKGROUP: u32 = 64;
struct Params { count: u32, kind: u32, scale: f32, offset: f32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn sigmoid(v: vec4f) -> vec4f {
  let e = exp(-abs(v));
  return select(e, vec4f(1.0), v >= vec4f(0.0)) / (1.0 + e);
}

// ln(1 + exp(v)) = max(v, 0) + ln(1 + t) with t = exp(-|v|); small t by series, as 1 + t rounds.
fn softplus(v: vec4f) -> vec4f {
  let t = exp(-abs(v));
  let series = t * (1.0 - t * (0.5 - t * (0.33333334 - 0.25 * t)));
  return max(v, vec4f(0.0)) + select(log(1.0 + t), series, t < vec4f(0.01));
}

// Series below 0.2, where 1 - exp(-2|v|) cancels.
fn tanh_exact(v: vec4f) -> vec4f {
  let e = exp(-2.0 * abs(v));
  let s = v * v;
  let series = v * (1.0 - s * (0.33333334 - s * (0.13333334 - s * 0.053968254)));
  return select(sign(v) * (1.0 - e) / (1.0 + e), series, abs(v) < vec4f(0.2));
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let v = x[i];
  var f = vec4f(0.0);
  switch params.kind {
    case 0u: { f = v; }
    case 1u: { f = sigmoid(v); }
    case 2u: { f = v * sigmoid(v); }
    case 3u: { f = softplus(v); }
    case 4u: { f = max(v, vec4f(0.0)); }
    case 5u: { f = tanh_exact(v); }
    default: {}
  }
  y[i] = params.scale * f + params.offset;
}

@group(0) @binding(1) var<storage, read> y_gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> x_gradient: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(wid, lid, groups, WORKGROUP);
  if (i >= params.count) { return; }
  let v = x[i];
  var d = vec4f(0.0);
  switch params.kind {
    case 0u: { d = vec4f(1.0); }
    case 1u: {
      // e / (1 + e)^2 keeps its accuracy where 1 - sigmoid cancels.
      let e = exp(-abs(v));
      d = e / ((1.0 + e) * (1.0 + e));
    }
    case 2u: {
      let e = exp(-abs(v));
      d = sigmoid(v) + v * e / ((1.0 + e) * (1.0 + e));
    }
    case 3u: { d = sigmoid(v); }
    case 4u: { d = select(vec4f(0.0), vec4f(1.0), v > vec4f(0.0)); }
    case 5u: {
      let e = exp(-2.0 * abs(v));
      d = 4.0 * e / ((1.0 + e) * (1.0 + e));
    }
    default: {}
  }
  x_gradient[i] = params.scale * d * y_gradient[i];
}
