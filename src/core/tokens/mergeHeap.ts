/** Merges to come, lowest rank first and leftmost among equals. A rank and a position make one number below 2 ** 49. */
export function createMergeHeap(length: number) {
  const positions = 2 ** 32;
  // Each merge takes one entry out and puts two in at most.
  const keys = new Float64Array(2 * length);
  let size = 0;
  let top = 0;
  return {
    clear(): void {
      size = 0;
    },
    push(rank: number, position: number): void {
      const key = rank * positions + position;
      let at = size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (keys[parent]! <= key) break;
        keys[at] = keys[parent]!;
        at = parent;
      }
      keys[at] = key;
    },
    /** Takes the first entry out, for `rank` and `position`; false if there is none. */
    pop(): boolean {
      if (size === 0) return false;
      top = keys[0]!;
      const key = keys[--size]!;
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
        if (keys[child]! >= key) break;
        keys[at] = keys[child]!;
        at = child;
      }
      keys[at] = key;
      return true;
    },
    rank: (): number => Math.floor(top / positions),
    position: (): number => top % positions,
  };
}
