/** Text from elsewhere (a query, a form) as header text is everywhere here: one line, each character a byte of its UTF-8. */
export const headerText = (text: string): string =>
  Buffer.from(text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' '), 'utf8').toString('latin1');
