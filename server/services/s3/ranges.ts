import { ServiceError } from '../../errors.ts';
import type { Extent } from '../../objects/contents.ts';
import type { Uploads } from '../../objects/uploads.ts';
import type { ObjectVersion } from '../../objects/version.ts';
import { invalidArgument, invalidRequest } from './errors.ts';

const invalidRange = (range: string, size: number) =>
  new ServiceError('InvalidRange', 'The requested range is not satisfiable', {
    status: 416,
    members: { RangeRequested: range, ActualObjectSize: size },
  });

/** The bytes that a Range header asks for; undefined, as for no header, when it is not one single range of bytes. */
export const rangeOf = (header: string | undefined, size: number): Extent | undefined => {
  const [, first = '', last = ''] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    if (length === 0) throw invalidRange(header!, size);
    return { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw invalidRange(header!, size);
  return { start, end };
};

/** A part of an object, as `partNumber` asks for it. */
export interface RequestedPart {
  readonly extent: Extent;
  readonly checksums: ObjectVersion['checksums'];
}

/** An object that was not uploaded in parts counts as one part. Throws InvalidPartNumber. */
export const partOf = (uploads: Uploads, version: ObjectVersion, number: number): RequestedPart => {
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', number);
  }
  if (version.upload === undefined) {
    if (number === 1) return { extent: { start: 0, end: version.size }, checksums: version.checksums };
  } else {
    let start = 0;
    for (const part of uploads.partsOf(version.upload)) {
      if (part.number === number) return { extent: { start, end: start + part.size }, checksums: part.checksums };
      start += part.size;
    }
  }
  throw new ServiceError('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
    status: 416,
    members: { PartNumberRequested: number, ActualPartCount: version.partCount ?? 1 },
  });
};

/** The range of a copy, which must be exact. Throws InvalidArgument, InvalidRequest. */
export const copyRangeOf = (header: string | undefined, size: number): Extent | undefined => {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (Number(last) >= size) {
    throw invalidRequest(`Range specified is not valid for source object of size: ${size}`);
  }
  return { start: Number(first), end: Number(last) + 1 };
};
