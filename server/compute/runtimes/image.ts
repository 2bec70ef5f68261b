/** An image's name taken apart. */
export interface ImageName {
  /** Without the registry: `sagemaker-xgboost`, `library/python`. */
  readonly repository: string;
  /** `latest` when the name has none, as registries see it; missing when a digest stands in its place. */
  readonly tag?: string;
  readonly digest?: string;
}

const REGISTRY = /^(?:[^/]*[.:][^/]*|localhost)\//;

/** `[REGISTRY/]REPOSITORY[:TAG][@DIGEST]`; any registry, account, region and partition. */
export function parseImage(image: string): ImageName {
  const [name = '', digest] = image.replace(REGISTRY, '').split('@');
  const [repository = '', tag] = name.split(':');
  return { repository, tag: tag ?? (digest ? undefined : 'latest'), digest };
}
