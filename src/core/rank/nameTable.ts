/**
 * Gives names, which are numbers of 32 bits, places in the order in which they come. A map of the language's own would
 * box half of them, and a large repository has millions.
 */
export interface NameTable {
  readonly size: number;
  nameAt(place: number): number;
  /** The place of a name; a new one, the next, if it was not there. */
  add(name: number): number;
  /** The place of a name, or -1. */
  find(name: number): number;
  clear(): void;
}

const leastSlots = 1024;

export function createNameTable(): NameTable {
  /** Open addressing: place + 1, or 0 where a slot is free. */
  let slots = new Int32Array(leastSlots);
  let names = new Uint32Array(leastSlots / 2);
  let size = 0;

  function slotOf(name: number): number {
    const mask = slots.length - 1;
    let slot = (Math.imul(name, 0x9e3779b1) >>> 8) & mask;
    for (let place = slots[slot]!; place !== 0 && names[place - 1] !== name; place = slots[slot]!) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  function grow(): void {
    const before = names;
    slots = new Int32Array(slots.length * 4);
    names = new Uint32Array(slots.length / 2);
    names.set(before);
    for (let place = 0; place < size; place++) slots[slotOf(names[place]!)] = place + 1;
  }

  return {
    get size() {
      return size;
    },
    nameAt: (place) => names[place]!,
    add(name) {
      const slot = slotOf(name);
      const known = slots[slot]!;
      if (known !== 0) return known - 1;
      names[size++] = name;
      slots[slot] = size;
      if (size === names.length) grow();
      return size - 1;
    },
    find: (name) => slots[slotOf(name)]! - 1,
    clear() {
      if (size > 0) slots.fill(0);
      size = 0;
    },
  };
}
