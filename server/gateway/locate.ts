import { isIP } from 'node:net';
import type { Service } from '../models/services.ts';

/** Which service a request is for, and in which protocol, as far as its head tells. */
export interface Located {
  readonly service: Service;
  /** From the host name or the credential scope; '' when neither says. */
  readonly region: string;
  /** JSON and CBOR protocols name the operation in the head. */
  readonly operation?: string;
  /** S3 addressed by virtual host. */
  readonly bucket?: string;
}

const AWS_SUFFIXES = [
  '.amazonaws.com',
  '.amazonaws.com.cn',
  '.amazonaws.eu',
  '.api.aws',
  '.api.amazonwebservices.com.cn',
];
/** The names under which our own address is reached with the bucket in front, as `bucket.localhost`. */
const OWN_SUFFIXES = ['.s3.localhost', '.localhost', '.lvh.me'];

interface Host {
  readonly service?: Service;
  readonly region?: string;
  readonly bucket?: string;
}

/** Reads an AWS host name: `bucket.s3.eu-west-1.amazonaws.com`, `api.sagemaker.us-east-1.amazonaws.com`, `sts.amazonaws.com`. */
export function readHost(hostHeader: string | undefined, services: readonly Service[]): Host {
  if (!hostHeader) return {};
  const host = hostHeader.replace(/:\d+$/, '').toLowerCase();
  const suffix = AWS_SUFFIXES.find((end) => host.endsWith(end));
  if (suffix) return readAwsHost(host.slice(0, -suffix.length), services);
  if (isIP(host)) return {};
  const own = OWN_SUFFIXES.find((end) => host.endsWith(end));
  const name = own && hostHeader.replace(/:\d+$/, '').slice(0, -own.length);
  // `s3.localhost` is the service itself, as some clients are set up.
  return name && name !== 's3' ? { bucket: name, service: services.find(({ id }) => id === 's3') } : {};
}

function readAwsHost(name: string, services: readonly Service[]): Host {
  for (const service of services) {
    for (const hostName of service.hostNames.toSorted((a, b) => b.length - a.length)) {
      const found = matchHostName(name, hostName, service.id === 's3');
      if (found) return { service, ...found };
    }
  }
  return {};
}

const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;

function matchHostName(name: string, hostName: string, bucketsInFront: boolean): Omit<Host, 'service'> | undefined {
  if (name === hostName) return {};
  if (name.startsWith(`${hostName}.`)) {
    const rest = name.slice(hostName.length + 1);
    if (REGION.test(rest)) return { region: rest };
  }
  if (!bucketsInFront) return undefined;
  const end = name.endsWith(`.${hostName}`) ? name.length - hostName.length - 1 : name.lastIndexOf(`.${hostName}.`);
  if (end <= 0) return undefined;
  const region = name.slice(end + hostName.length + 2);
  if (region && !REGION.test(region)) return undefined;
  return { bucket: name.slice(0, end), region: region || undefined };
}

interface Head {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

const SCOPE_REGION = /^[a-z0-9-]{1,64}$/;

/** `Credential=AKID/20260101/us-east-1/sagemaker/aws4_request`, in the header or in the query. */
function credentialScope({ headers, query }: Head): { region: string; signingName: string } | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(one(headers.authorization) ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? '';
  const parts = credential.split('/');
  return parts.length >= 5 && SCOPE_REGION.test(parts.at(-3)!)
    ? { region: parts.at(-3)!, signingName: parts.at(-2)! }
    : undefined;
}

/**
 * Finds the service: by the target header or RPC path, which name it outright; by an AWS host name; else by the
 * credential scope, where two services share `sagemaker` and the path decides. Unsigned requests are S3's.
 */
export function locate(head: Head, services: readonly Service[]): Located | { readonly unknown: string } {
  const scope = credentialScope(head);
  const host = readHost(one(head.headers.host), services);
  const region = host.region ?? scope?.region ?? '';
  const target = one(head.headers['x-amz-target']);
  if (target) {
    const dot = target.lastIndexOf('.');
    const service = services.find((each) => each.target === target.slice(0, dot));
    return service ? { service, region, operation: target.slice(dot + 1) } : { unknown: target };
  }
  // The path alone could be one of an object in a bucket called "service".
  const rpc =
    head.headers['smithy-protocol'] !== undefined && /^\/service\/([^/]+)\/operation\/([^/]+)\/?$/.exec(head.path);
  if (rpc) {
    const service = services.find((each) => each.target === rpc[1]);
    return service ? { service, region, operation: rpc[2]! } : { unknown: rpc[1]! };
  }
  if (host.service) return { service: host.service, region, bucket: host.bucket };
  if (scope) {
    const named = services.filter((each) => each.signingName === scope.signingName);
    const service = named.length > 1 ? named.find((each) => !each.target) : named[0];
    return service ? { service, region } : { unknown: scope.signingName };
  }
  return unsigned(head, services, region);
}

/** STS has operations that need no signature and say so by form; all else without one can only be public S3 objects. */
function unsigned(head: Head, services: readonly Service[], region: string): Located {
  const isForm =
    one(head.headers['content-type'])?.startsWith('application/x-www-form-urlencoded') && head.path === '/';
  return { service: services.find(({ id }) => id === (isForm ? 'sts' : 's3'))!, region };
}
