// Gradient of the 7 x 7 weights of the spatial gate, one part an image: workgroup (x, y) sums over
// image y for row x of the weights (plane x / 7, kernel row x % 7); partial sums (B, 14, 8), 7 used.
//   slope: gradient of the sigmoid's argument (B, H, W); pooled: (B, 3, H, W)
const LANES = 64u;
struct Params { height: u32, row_quads: u32 }
@group(0) @binding(2) var<storage, read_write> partials: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> low: array<vec4f, 64>;
var<workgroup> high: array<vec4f, 64>;

@compute @workgroup_size(LANES)
fn spatial_weight(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {
  let quads = params.height * params.row_quads;
  let last = params.row_quads - 1u;
  let plane = (wid.y * 3u + wid.x / 7u) * quads;
  let kernel_row = wid.x % 7u;
  var a = vec4f(0.0);
  var b = vec4f(0.0);
  for (var q = lid; q < quads; q += LANES) {
    let y = q / params.row_quads + kernel_row;
    if (y < 3u || y >= params.height + 3u) { continue; }
    let column = q % params.row_quads;
    let start = plane + (y - 3u) * params.row_quads;
    let g = load_slope(wid.y * quads + q);
    let m = load_pooled(start + column);
    let l = select(vec4f(0.0), load_pooled(start + max(column, 1u) - 1u), column > 0u);
    let r = select(vec4f(0.0), load_pooled(start + min(column + 1u, last)), column < last);
    a += vec4f(
      dot(g, vec4f(l.yzw, m.x)),
      dot(g, vec4f(l.zw, m.xy)),
      dot(g, vec4f(l.w, m.xyz)),
      dot(g, m),
    );
    b += vec4f(
      dot(g, vec4f(m.yzw, r.x)),
      dot(g, vec4f(m.zw, r.xy)),
      dot(g, vec4f(m.w, r.xyz)),
      0.0,
    );
  }
  low[lid] = a;
  high[lid] = b;
  workgroupBarrier();
  for (var stride = LANES / 2u; stride > 0u; stride = stride / 2u) {
    if (lid < stride) {
      low[lid] = low[lid] + low[lid + stride];
      high[lid] = high[lid] + high[lid + stride];
    }
    workgroupBarrier();
  }
  if (lid == 0u) {
    let at = 2u * (wid.y * 14u + wid.x);
    partials[at] = low[0];
    partials[at + 1u] = high[0];
  }
}
