/** A queue between whoever produces events and the one generator that hands them out. */
export interface EventQueue<T> {
  push: (event: T) => void;
  /** The last event, after those that wait; later pushes are dropped. */
  end: (event: T) => void;
  /** The last event, instead of those that wait; later pushes are dropped. */
  closeWith(event: T): void;
  read(): AsyncGenerator<T>;
}

export function createEventQueue<T>(): EventQueue<T> {
  let waiting: T[] = [];
  let isClosed = false;
  let wake: () => void = () => undefined;
  const add = (event: T, closes: boolean): void => {
    if (isClosed) return;
    isClosed = closes;
    waiting.push(event);
    wake();
  };
  return {
    push: (event) => add(event, false),
    end: (event) => add(event, true),
    closeWith(event) {
      waiting = [event];
      isClosed = true;
      wake();
    },
    async *read() {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift() as T;
        if (isClosed) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
