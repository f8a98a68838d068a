// Pixels beside a tile, from the invocations whose tiles lie there: the last one of a row and the first one.
fn left_of(i: u32, last: f32) -> f32 {
  return subgroupShuffleUp(last, 1u);
}

fn right_of(i: u32, first: f32) -> f32 {
  return subgroupShuffleDown(first, 1u);
}
