// Weight vectors of a channel: number 9 g + t is vector g of tap t. Each is read where it is wanted.
struct Held { first: u32 }

fn hold(first: u32, lid: u32, count: u32) -> Held {
  return Held(first);
}

fn weight_of(held: Held, i: u32) -> vec4f {
  return load_weights(held.first + i % 9u * params.weight_row + i / 9u);
}
