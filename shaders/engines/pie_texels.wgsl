// Probe and chi before the update of one visit, from textures.
fn probe_at(k: u32) -> vec4f {
  return load_probe_before(k);
}

fn chi_at(k: u32) -> vec4f {
  return load_chi_before(k);
}
