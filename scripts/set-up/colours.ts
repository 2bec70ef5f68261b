import picocolors from 'picocolors';

/** Colours on a terminal only: what goes to a file or a CI's log is to be read as it stands. */
export const colours = picocolors.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
