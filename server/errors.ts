/**
 * An error meant for the client. `code` and `message` go on the wire as they stand, `members` beside them (for
 * modelled errors with more fields, such as ModelError); `cause` goes to the log only. Anything else that is thrown
 * is ours: logged with its stack and answered as an internal failure without details.
 */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  constructor(
    code: string,
    message: string,
    options: { status?: number; members?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = this.name = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}

/** SageMaker's answer to every input that breaks a rule. */
export const validationError = (message: string) => new ServiceError('ValidationException', message);

/** In the words SageMaker uses when constraints of the model are broken; `failures` are sentences without a stop. */
export const constraintErrors = (failures: readonly string[]) =>
  validationError(
    `${failures.length} validation error${failures.length === 1 ? '' : 's'} detected: ${failures.join('; ')}`,
  );

export const accessDenied = (message: string, code = 'AccessDeniedException', status = 400) =>
  new ServiceError(code, message, { status });
