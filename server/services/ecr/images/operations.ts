import type {
  BatchGetImageCommandInput,
  BatchGetImageCommandOutput,
  DescribeImagesCommandInput,
  DescribeImagesCommandOutput,
  ImageFailure,
  ImageIdentifier,
  ListImagesCommandInput,
  ListImagesCommandOutput,
} from '@aws-sdk/client-ecr';
import { imagesIn, MANIFEST_MEDIA_TYPE, type RuntimeImage } from '../../../compute/runtimes/runtime-images.ts';
import type { Runtime } from '../../../compute/runtimes/table.ts';
import type { Operation } from '../../../operations.ts';
import type { ResourceStore } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { imageNotFound, repositoryNotFound } from '../errors.ts';
import { paged } from '../paging.ts';
import { permissionsOn, repositories } from '../repository.ts';

const DEFAULT_PAGE = 100;

/** What the operations need: where own repositories are, and what runs in images' stead. */
export interface Shelf {
  readonly resources: ResourceStore;
  readonly runtimes: readonly Runtime[];
}

interface Place {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly images: readonly RuntimeImage[];
}

/**
 * The images of the repository that is meant. One of the caller's own has to be there. Any other registry is taken for
 * one of AWS's, of which there are hundreds: it has the repositories of the runtimes, in every region.
 */
async function placeOf(
  { resources, runtimes }: Shelf,
  scope: Scope,
  { registryId = scope.accountId, repositoryName = '' }: { registryId?: string; repositoryName?: string },
): Promise<Place> {
  const images = imagesIn(runtimes, repositoryName);
  if (registryId === scope.accountId) await resources.get(repositories, scope, repositoryName);
  else if (images.length === 0) throw repositoryNotFound(repositoryName, registryId);
  return { registryId, repositoryName, images };
}

const find = ({ images }: Place, { imageDigest, imageTag }: ImageIdentifier): RuntimeImage | undefined =>
  images.find(
    (image) =>
      (imageDigest === undefined || image.digest === imageDigest) && (imageTag === undefined || image.hasTag(imageTag)),
  );

export const describeImages = (shelf: Shelf): Operation<DescribeImagesCommandInput, DescribeImagesCommandOutput> => ({
  permissions: permissionsOn('DescribeImages'),
  async handle(input, context) {
    const place = await placeOf(shelf, context, input);
    const { registryId, repositoryName } = place;
    const detail = (image: RuntimeImage) => ({
      registryId,
      repositoryName,
      imageDigest: image.digest,
      imageTags: [...image.tags],
      imageSizeInBytes: image.sizeInBytes,
      imagePushedAt: image.writtenAt,
      imageManifestMediaType: MANIFEST_MEDIA_TYPE,
    });
    if (input.imageIds) {
      return {
        imageDetails: input.imageIds.map((id) => {
          const image = find(place, id);
          if (!image) throw imageNotFound(id, repositoryName, registryId);
          return detail(image);
        }),
      };
    }
    if (input.filter?.tagStatus === 'UNTAGGED') return { imageDetails: [] };
    const byDigest = new Map(place.images.map((image) => [image.digest, image]));
    const { page, nextToken } = paged([...byDigest.keys()], input.nextToken, input.maxResults ?? DEFAULT_PAGE);
    return { imageDetails: page.map((digest) => detail(byDigest.get(digest)!)), nextToken };
  },
});

export const listImages = (shelf: Shelf): Operation<ListImagesCommandInput, ListImagesCommandOutput> => ({
  permissions: permissionsOn('ListImages'),
  async handle(input, context) {
    const { images } = await placeOf(shelf, context, input);
    if (input.filter?.tagStatus === 'UNTAGGED') return { imageIds: [] };
    const digestOf = new Map(
      images.flatMap((image) => image.tags.map((tag) => [tag, image.digest] as const)).reverse(),
    );
    const { page, nextToken } = paged([...digestOf.keys()], input.nextToken, input.maxResults ?? DEFAULT_PAGE);
    return { imageIds: page.map((imageTag) => ({ imageDigest: digestOf.get(imageTag)!, imageTag })), nextToken };
  },
});

export const batchGetImage = (shelf: Shelf): Operation<BatchGetImageCommandInput, BatchGetImageCommandOutput> => ({
  permissions: permissionsOn('BatchGetImage'),
  async handle(input, context) {
    const place = await placeOf(shelf, context, input);
    const { registryId, repositoryName } = place;
    const found = input.imageIds!.map((id) => ({ id, image: failureOf(id) ? undefined : find(place, id) }));
    return {
      images: found.flatMap(({ id, image }) =>
        image
          ? {
              registryId,
              repositoryName,
              imageId: { imageDigest: image.digest, imageTag: id.imageTag },
              imageManifest: image.manifest,
              imageManifestMediaType: MANIFEST_MEDIA_TYPE,
            }
          : [],
      ),
      failures: found.flatMap(({ id, image }) =>
        image
          ? []
          : {
              imageId: id,
              ...(failureOf(id) ?? { failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }),
            },
      ),
    };
  },
});

function failureOf({ imageDigest, imageTag }: ImageIdentifier): Omit<ImageFailure, 'imageId'> | undefined {
  if (imageDigest === undefined && imageTag === undefined) {
    return { failureCode: 'MissingDigestAndTag', failureReason: 'Either a digest or a tag is needed' };
  }
  if (imageDigest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(imageDigest)) {
    return { failureCode: 'InvalidImageDigest', failureReason: 'Invalid image digest' };
  }
  return undefined;
}
