import type { IncomingMessage } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { ServiceError } from '../errors.ts';
import type { SizeRange } from './form-policy.ts';

/** A form up to its file. What comes after the file is passed over, as S3 does. */
export interface Form {
  /** By their lower-case names; of one that comes twice, the first. */
  readonly fields: Map<string, string>;
  readonly fileName: string;
  /** The file's bytes, as they come; breaks off with an error when there are fewer or more than the range allows. */
  fileWithin(range: SizeRange): Transform;
}

const MOST_FIELDS = 100;
const LONGEST_FIELD = 20 * 1024;

const malformed = () =>
  new ServiceError('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');
const tooLong = () =>
  new ServiceError(
    'MaxPostPreDataLengthExceededError',
    'Your POST request fields preceding the upload file were too large.',
  );
const noFile = () =>
  new ServiceError('InvalidArgument', 'POST requires exactly one file upload per request.', {
    members: { ArgumentName: 'file', ArgumentValue: 0 },
  });
const tooLarge = (size: number, limit: number) =>
  new ServiceError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    members: { ProposedSize: size, MaxSizeAllowed: limit },
  });
const tooSmall = (size: number, limit: number) =>
  new ServiceError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    members: { ProposedSize: size, MinSizeAllowed: limit },
  });
const brokenOff = () => new ServiceError('IncompleteBody', 'The request body terminated unexpectedly');

const parserFor = (headers: IncomingMessage['headers']) => {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      isPartAFile: (name) => name === 'file',
      limits: { fields: MOST_FIELDS, fieldSize: LONGEST_FIELD, files: 1, headerPairs: 50 },
    });
  } catch {
    throw malformed();
  }
};

/** Reads the fields before the file. */
export function readForm(request: IncomingMessage): Promise<Form> {
  const parser = parserFor(request.headers);
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    parser.on('field', (name, value, nameTruncated, valueTruncated) => {
      if (nameTruncated || valueTruncated) reject(tooLong());
      const key = name.toLowerCase();
      if (!fields.has(key)) fields.set(key, value);
    });
    parser.on('fieldsLimit', () => reject(tooLong()));
    parser.on('file', (_, file, fileName) => {
      let failed: ((error: Error) => void) | undefined;
      let failure: Error | undefined;
      const fail = (error: Error) => {
        failure ??= error;
        failed?.(failure);
      };
      file.on('error', () => fail(malformed()));
      parser.on('error', () => fail(malformed()));
      request.once('close', () => !request.complete && fail(brokenOff()));
      resolve({
        fields,
        fileName: fileName ?? '',
        fileWithin(range) {
          const within = new Within(range);
          failed = (error) => within.destroy(error);
          if (failure) within.destroy(failure);
          return file.pipe(within);
        },
      });
    });
    parser.on('error', () => reject(malformed()));
    parser.on('finish', () => reject(noFile()));
    request.once('close', () => !request.complete && reject(brokenOff()));
    request.pipe(parser);
  });
}

class Within extends Transform {
  readonly #range: SizeRange;
  #size = 0;

  constructor(range: SizeRange) {
    super();
    this.#range = range;
  }

  override _transform(bytes: Buffer, _: string, done: TransformCallback): void {
    this.#size += bytes.length;
    const { max } = this.#range;
    done(this.#size > max ? tooLarge(this.#size, max) : null, bytes);
  }

  override _flush(done: TransformCallback): void {
    const { min } = this.#range;
    done(this.#size < min ? tooSmall(this.#size, min) : null);
  }
}
