/** Cells for each doubling: a value is known to within 9 %. */
const CELLS_A_DOUBLING = 8;
const FIRST_MS = 1;
const CELLS = 24 * CELLS_A_DOUBLING;

/** Waits in log-spaced cells from 1 ms to hours; the first cell holds what is shorter. */
export class WaitHistogram {
  readonly cells: Float64Array;

  constructor(cells: Float64Array = new Float64Array(CELLS)) {
    this.cells = cells;
  }

  add(ms: number): void {
    const cell =
      ms < FIRST_MS ? 0 : Math.min(CELLS - 1, 1 + Math.floor(Math.log2(ms / FIRST_MS) * CELLS_A_DOUBLING));
    this.cells[cell] = (this.cells[cell] ?? 0) + 1;
  }

  /** The `q` quantile in milliseconds: the upper edge of its cell; 0 when nothing waited that long. */
  quantile(q: number): number {
    const all = this.cells.reduce((sum, count) => sum + count, 0);
    let seen = 0;
    for (const [cell, count] of this.cells.entries()) {
      seen += count;
      if (seen >= q * all) return cell === 0 ? 0 : FIRST_MS * 2 ** (cell / CELLS_A_DOUBLING);
    }
    return 0;
  }
}
