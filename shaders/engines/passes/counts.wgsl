// What the invocations of a workgroup count: [error, max |P|^2, max |O|^2, predicted energy], as in the
// statistics of engines/project.wgsl.
var<workgroup> shared_counts: array<vec4f, GROUP>;
var<private> own: vec4f;
// Number within the workgroup, and invocations of a subgroup where neighbours share what they read.
var<private> invocation: u32;
override LANES: u32 = 8u;

fn energy(v: vec4f) -> vec2f {
  return vec2f(dot(v.xy, v.xy), dot(v.zw, v.zw));
}

fn merge(a: vec4f, b: vec4f) -> vec4f {
  let sum = a + b;
  return vec4f(sum.x, max(a.yz, b.yz), sum.w);
}

// The counts of all invocations, in the first one.
fn group_counts(lane: u32) -> vec4f {
  shared_counts[lane] = own;
  workgroupBarrier();
  var total = vec4f(0.0);
  if (lane == 0u) {
    for (var k = 0u; k < GROUP; k++) { total = merge(total, shared_counts[k]); }
  }
  return total;
}
