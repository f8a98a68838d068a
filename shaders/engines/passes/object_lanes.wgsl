// Pixels of a canvas as by object_reads.wgsl, with one read instead of two: where patches begin at an odd pixel, the
// second one is in the texel of the neighbouring invocation. What the last invocation of a subgroup needs, all of them
// read for LANES of the rows that follow, as many as there are invocations. Rows are asked for in the order 0, 8, 16,
// .., 1, 9, ..
var<private> CANVAS_behind: vec4f;

fn CANVAS_row(start: u32, row: u32) -> vec4f {
  let turn = (row / 8u) % LANES;
  if (turn == 0u) {
    let lane = invocation % LANES;
    let last = start + 2u * (LANES - 1u - lane);
    CANVAS_behind = load_NAME((last + (row + 8u * lane) * COLUMNS) / 2u + 1u);
  }
  let at = start + row * COLUMNS;
  let own_texel = load_NAME(at / 2u);
  let next = select(
    subgroupShuffleDown(own_texel.xy, 1u),
    subgroupShuffle(CANVAS_behind.xy, turn),
    invocation % LANES == LANES - 1u,
  );
  return select(own_texel, vec4f(own_texel.zw, next), (at & 1u) != 0u);
}
