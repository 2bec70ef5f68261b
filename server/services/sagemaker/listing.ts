import type { ListQuery, Page, Resource } from '../../resources/resource-store.ts';

/** What SageMaker's list operations take, under the names that they share. */
export interface ListInput {
  readonly NextToken?: string;
  readonly MaxResults?: number;
  readonly SortBy?: string;
  readonly SortOrder?: string;
  readonly NameContains?: string;
  readonly StatusEquals?: string;
  readonly CreationTimeAfter?: Date;
  readonly CreationTimeBefore?: Date;
  readonly LastModifiedTimeAfter?: Date;
  readonly LastModifiedTimeBefore?: Date;
}

const DEFAULT_PAGE = 10;
const SORT_KEYS = {
  Name: 'name',
  CreationTime: 'createdAt',
  LastModifiedTime: 'modifiedAt',
  Status: 'status',
} as const;

/**
 * SageMaker's defaults: ten to a page, the newest first. That goes for training jobs too: their reference names an
 * ascending order in one place and tells of the newest coming first in another, which is what the service does.
 */
export const listQuery = (input: ListInput): ListQuery => ({
  token: input.NextToken,
  limit: input.MaxResults ?? DEFAULT_PAGE,
  sortBy: SORT_KEYS[input.SortBy as keyof typeof SORT_KEYS] ?? 'createdAt',
  order: input.SortOrder === 'Ascending' ? 'ascending' : 'descending',
  nameContains: input.NameContains,
  status: input.StatusEquals,
  createdAfter: input.CreationTimeAfter,
  createdBefore: input.CreationTimeBefore,
  modifiedAfter: input.LastModifiedTimeAfter,
  modifiedBefore: input.LastModifiedTimeBefore,
});

/** A page as it goes out: summaries under the operation's own name, and the way to the next page if there is one. */
export const listOutput = <Doc, Name extends string, Summary>(
  page: Page<Resource<Doc>>,
  name: Name,
  summary: (resource: Resource<Doc>) => Summary,
): Record<Name, Summary[]> & { NextToken?: string } =>
  ({ [name]: page.items.map(summary), NextToken: page.nextToken }) as Record<Name, Summary[]> & { NextToken?: string };
