// Probe and chi before the update of one visit, from the buffers that it changes.
fn probe_at(k: u32) -> vec4f {
  return probe[k];
}

fn chi_at(k: u32) -> vec4f {
  return chi[k];
}
