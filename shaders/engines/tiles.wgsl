// Place of a pixel in sums over a batch: the 256 pixels of a tile of 16 x 16 lie together, row after row.
fn tile_place(row: u32, column: u32, columns: u32) -> u32 {
  return ((row / 16u * ((columns + 15u) / 16u) + column / 16u) * 16u + row % 16u) * 16u + column % 16u;
}
