export function duration(milliseconds: number): string;
export function step<T>(title: string, work: () => Promise<T> | T): Promise<T>;
export class SetUpError extends Error {}
