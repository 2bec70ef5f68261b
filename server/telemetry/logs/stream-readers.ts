import type { EventPosition, LogStream, StoredEvent } from './log-store.ts';

const FIRST_CHUNK = 32;
const LARGEST_CHUNK = 1024;

/** The next events of a stream; none when it has ended. */
export type ReadForward = (stream: LogStream, after: EventPosition, limit: number) => StoredEvent[];

/** Reads one stream's events in chunks that grow, since most streams of a search give only a few events to a page. */
export class StreamReader {
  readonly stream: LogStream;
  readonly #read: ReadForward;
  #chunk: StoredEvent[];
  #index = 0;
  #chunkSize = FIRST_CHUNK;

  constructor(stream: LogStream, after: EventPosition, read: ReadForward) {
    this.stream = stream;
    this.#read = read;
    this.#chunk = read(stream, after, FIRST_CHUNK);
  }

  get head(): StoredEvent | undefined {
    return this.#chunk[this.#index];
  }

  advance(): void {
    const passed = this.#chunk[this.#index++];
    if (!passed || this.#index < this.#chunk.length) return;
    this.#chunkSize = Math.min(this.#chunkSize * 4, LARGEST_CHUNK);
    this.#chunk = this.#read(this.stream, passed, this.#chunkSize);
    this.#index = 0;
  }
}

const isBefore = (a: StreamReader, b: StreamReader): boolean => {
  const difference = (a.head?.timestamp ?? Infinity) - (b.head?.timestamp ?? Infinity);
  return difference < 0 || (difference === 0 && a.stream.id < b.stream.id);
};

/** A binary heap of readers by their next event's time, then by stream. */
export class ReaderHeap {
  readonly #items: StreamReader[] = [];

  get first(): StreamReader | undefined {
    return this.#items[0];
  }

  push(reader: StreamReader): void {
    if (!reader.head) return;
    const items = this.#items;
    let at = items.push(reader) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(reader, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = reader;
  }

  /** Puts the first reader where it belongs after it advanced, or away when it has ended. */
  settleFirst(): void {
    const items = this.#items;
    const moved = items[0]?.head ? items[0] : items.pop();
    if (!moved?.head || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child++;
      if (!isBefore(items[child]!, moved)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = moved;
  }
}
