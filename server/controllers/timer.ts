/** Calls later; tests move it by hand. */
export interface Timer {
  /** Calls once after so many milliseconds, unless the function that it gives is called before. */
  after(milliseconds: number, call: () => void): () => void;
}

export const systemTimer: Timer = {
  after(milliseconds, call) {
    const timeout = setTimeout(call, milliseconds);
    return () => clearTimeout(timeout);
  },
};
