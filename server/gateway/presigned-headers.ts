import type { Exchange, Step } from './exchange.ts';
import { headerText } from './header-text.ts';

/**
 * What S3 reads from headers only, wherever it stands in the query: SDKs put checksums of the empty body that they sign
 * with there, and parameters of the signature itself are no headers.
 */
const NEVER =
  /^x-amz-(?:checksum-|sdk-checksum-|tagging$|copy-source|content-sha256$|decoded-content-length$|trailer$)/;
const SIGNATURE = /^x-amz-(?:algorithm|credential|date|expires|signature|signedheaders|security-token)$/;

const isPresigned = ({ served, authenticated, request, rawQuery }: Exchange) =>
  served!.model.service.id === 's3' &&
  authenticated !== undefined &&
  request.headers.authorization === undefined &&
  rawQuery.includes('X-Amz-Signature=');

/**
 * Adds the headers that a presigned URL carries in its query: SDKs move `x-amz-*` headers there (user
 * metadata, storage class, expected owner …), where the signature covers them and whoever has the URL need not know.
 */
export const takePresignedHeaders: Step = (exchange) => {
  if (!isPresigned(exchange)) return;
  const all = { ...exchange.headers };
  for (const [parameter, value] of exchange.query) {
    const name = parameter.toLowerCase();
    if (!name.startsWith('x-amz-') || SIGNATURE.test(name) || NEVER.test(name)) continue;
    all[name] ??= headerText(value);
  }
  exchange.headers = all;
};
