// Weight vectors of a channel: number 9 g + t is vector g of tap t. Every invocation of a subgroup reads other ones and
// passes them on, as all of them want all.
override LANES: u32 = 16u; // at least 8: the largest tile has 18 vectors
struct Held { a: vec4f, b: vec4f, c: vec4f }

fn load_weight(first: u32, i: u32) -> vec4f {
  return load_weights(first + i % 9u * params.weight_row + i / 9u);
}

fn hold(first: u32, lid: u32, count: u32) -> Held {
  let i = lid % LANES;
  let last = count - 1u;
  return Held(
    load_weight(first, min(i, last)),
    load_weight(first, min(i + LANES, last)),
    load_weight(first, min(i + 2u * LANES, last)),
  );
}

// i is known while compiling.
fn weight_of(held: Held, i: u32) -> vec4f {
  if (i < LANES) { return subgroupShuffle(held.a, i); }
  if (i < 2u * LANES) { return subgroupShuffle(held.b, i - LANES); }
  return subgroupShuffle(held.c, i - 2u * LANES);
}
