// Says on stderr what is being done and how long it took. A step that finds nothing to do is not mentioned.

const terminal = process.stderr;
const live = Boolean(terminal.isTTY) && process.env.CI === undefined && process.env.TERM !== 'dumb';
const coloured = process.env.NO_COLOR ? false : live || Boolean(process.env.FORCE_COLOR);
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const colour = (code, text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);

/** `0.4 s`, `12 s`, `2 min 05 s` */
export const duration = (milliseconds) => {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
};

const spin = (title, began) => {
  let frame = 0;
  const draw = () => {
    frame = (frame + 1) % frames.length;
    terminal.write(`\r\u001b[K${colour(36, frames[frame])} ${title} (${duration(Date.now() - began)})`);
  };
  draw();
  const timer = setInterval(draw, 120);
  return () => {
    clearInterval(timer);
    terminal.write('\r\u001b[K');
  };
};

const announce = (title) => {
  terminal.write(`… ${title}\n`);
  return () => {};
};

/** Runs `work` as one step under `title`; what it throws is passed on after the step is shown as failed. */
export async function step(title, work) {
  const began = Date.now();
  // Without a live terminal a long step would look like a hang, so that its beginning is told as well.
  const stop = live ? spin(title, began) : announce(title);
  try {
    const result = await work();
    stop();
    terminal.write(`${colour(32, '✓')} ${title} (${duration(Date.now() - began)})\n`);
    return result;
  } catch (error) {
    stop();
    terminal.write(`${colour(31, '✗')} ${title} (${duration(Date.now() - began)})\n`);
    throw error;
  }
}

/** What went wrong, and what would be right; shown to people without a stack. */
export class SetUpError extends Error {
  name = 'SetUpError';
}
