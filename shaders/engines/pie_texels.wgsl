// Probe and waves before the update of one visit, from textures.
fn probe_at(k: u32) -> vec4f {
  return load_probe_before(k);
}

fn wave_at(k: u32) -> vec4f {
  return load_waves_before(k);
}
