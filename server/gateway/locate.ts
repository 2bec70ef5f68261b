import { isIP } from 'node:net';
import { awsDomains } from '../aws-domains.ts';
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

const AWS_SUFFIXES = awsDomains.map((domain) => `.${domain}`);
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
  for (const { service, label } of labelsOf(services)) {
    const found = matchLabel(name, label, service);
    if (found) return { service, ...found };
  }
  return {};
}

interface Label {
  readonly service: Service;
  /** What an address of the service begins with, or has after the bucket. */
  readonly label: string;
}

const labels = new WeakMap<readonly Service[], readonly Label[]>();

/** The names of all services, with FIPS and without, the longer first: `s3.dualstack` before `s3`. */
function labelsOf(services: readonly Service[]): readonly Label[] {
  let found = labels.get(services);
  if (!found) {
    found = services
      .flatMap((service) => service.hostNames.flatMap((name) => withFips(name).map((label) => ({ service, label }))))
      .sort((a, b) => b.label.length - a.label.length);
    labels.set(services, found);
  }
  return found;
}

/** AWS puts `-fips` behind any of a name's parts: api-fips.sagemaker in one partition, api.sagemaker-fips in others. */
function withFips(name: string): string[] {
  const parts = name.split('.');
  return [name, ...parts.map((part, i) => parts.with(i, `${part}-fips`).join('.'))];
}

const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;
/** Where a service with one address for all of a partition has it: iam.us-gov, iam.global. */
const PARTITION = /^(global|[a-z]{2}(-[a-z]+)?)$/;

function matchLabel(name: string, label: string, { id, global }: Service): Omit<Host, 'service'> | undefined {
  if (name === label) return {};
  if (name.startsWith(`${label}.`)) {
    const rest = name.slice(label.length + 1);
    if (REGION.test(rest)) return { region: rest };
    if (global && PARTITION.test(rest)) return {};
  }
  if (id !== 's3') return undefined;
  const end = name.endsWith(`.${label}`) ? name.length - label.length - 1 : name.lastIndexOf(`.${label}.`);
  if (end <= 0) return undefined;
  const region = name.slice(end + label.length + 2);
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

const INVOCATION = /^\/endpoints\/[^/]+\/(async-)?invocations(-response-stream)?$/;

/**
 * STS has operations that need no signature and say so by form, and who calls an endpoint without one should hear what
 * is missing; all else can only be public S3 objects.
 */
function unsigned(head: Head, services: readonly Service[], region: string): Located {
  const isForm =
    one(head.headers['content-type'])?.startsWith('application/x-www-form-urlencoded') && head.path === '/';
  const isInvocation = head.method === 'POST' && INVOCATION.test(head.path);
  const wanted = isInvocation ? 'sagemaker-runtime' : isForm ? 'sts' : 's3';
  return { service: services.find(({ id }) => id === wanted)!, region };
}
