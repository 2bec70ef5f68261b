import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { hasTag, type Runtime, type RuntimeTable } from './table.ts';

export const MANIFEST_MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** A runtime as a registry shows it. */
export interface RuntimeImage {
  /** `sha256:` and the hash of the manifest. */
  readonly digest: string;
  /** Tags that are written out in the table; patterns match more. */
  readonly tags: readonly string[];
  readonly manifest: string;
  readonly sizeInBytes: number;
  /** When its requirements were last written; missing where it has none. */
  readonly writtenAt?: Date;
  hasTag(tag: string): boolean;
}

const sha256 = (content: string | Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const EMPTY_CONFIG = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: sha256('{}'),
  size: 2,
};

/**
 * The images of a repository: one for each runtime that stands for it. The manifest is an OCI artifact's: the runtime's
 * description, and its requirements as the only layer. So the digest changes when what would run changes.
 */
export const imagesIn = (runtimes: readonly Runtime[], repository: string): RuntimeImage[] =>
  runtimes.filter((runtime) => runtime.repositories.includes(repository)).map(imageOf);

/**
 * The image with the digest of what would run in its place now: `…/sagemaker-xgboost@sha256:…`. Throws
 * ValidationException for an image without a runtime.
 */
export const resolveImage = (table: RuntimeTable, image: string): string =>
  `${image.replace(/(?::[^:/@]*)?(?:@.*)?$/, '')}@${imageOf(table.find(image)).digest}`;

const images = new WeakMap<Runtime, RuntimeImage>();

function imageOf(runtime: Runtime): RuntimeImage {
  const known = images.get(runtime);
  if (known) return known;
  const requirements = runtime.requirements === undefined ? undefined : readFileSync(runtime.requirements);
  const manifest = manifestOf(runtime, requirements);
  const image: RuntimeImage = {
    digest: sha256(manifest),
    tags: runtime.tags.filter((tag) => !tag.includes('*')),
    manifest,
    sizeInBytes: requirements?.length ?? 0,
    writtenAt: runtime.requirements === undefined ? undefined : statSync(runtime.requirements).mtime,
    hasTag: (tag) => hasTag(runtime, tag),
  };
  images.set(runtime, image);
  return image;
}

function manifestOf(runtime: Runtime, requirements: Buffer | undefined): string {
  const { name, repositories, tags, python, train, serve, enter, environment } = runtime;
  const layer = requirements && {
    mediaType: 'text/plain',
    digest: sha256(requirements),
    size: requirements.length,
    annotations: { 'org.opencontainers.image.title': basename(runtime.requirements!) },
  };
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    artifactType: 'application/vnd.wildsage.runtime.v1+json',
    config: EMPTY_CONFIG,
    layers: layer ? [layer] : [],
    annotations: {
      'wildsage.runtime': JSON.stringify({ name, repositories, tags, python, train, serve, enter, environment }),
    },
  });
}
