/** What is wrong with an expression, as a sentence without a stop. */
export class MathError extends Error {}
