// Division by powers of two that are not known while compiling; processors divide slowly.
fn quotient(i: u32, power: u32) -> u32 {
  return i >> firstTrailingBit(power);
}

fn remainder(i: u32, power: u32) -> u32 {
  return i & (power - 1u);
}
