/** Pages of lists, as Relay's cursor connections have them. */
import { within } from '../hub/input.ts';
import { badInput } from '../hub/refusal.ts';
import { builder } from './builder.ts';

export interface Page<Item> {
  readonly edges: readonly Edge<Item>[];
  readonly pageInfo: PageInfoModel;
}

export interface Edge<Item> {
  readonly cursor: string;
  readonly node: Item;
}

interface PageInfoModel {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** Where items stand in a list, as texts. */
export interface Places<Item> {
  /** Grows along the list. */
  of(item: Item): string;
  /** Whether an item could stand there. */
  has(place: string): boolean;
}

export const MAX_PAGE = 500; // items

export const PageInfoType = builder.objectRef<PageInfoModel>('PageInfo').implement({
  description: 'Where a page is in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether there is more behind it.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Whether there is something before it.' }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Of its first item; null when it is empty.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Of its last item: pass it as `after`. Null when it is empty.',
    }),
  }),
});

/**
 * The page of an ordered list that begins behind `after`. A cursor says where an item stands, not which number it has,
 * so that a page goes on at the right place whoever came or left meanwhile.
 */
export function pageOf<Item>(
  items: readonly Item[],
  { first, after }: { readonly first: number; readonly after: string | null | undefined },
  places: Places<Item>,
): Page<Item> {
  within(first, 0, MAX_PAGE, 'first');
  const from = after == null ? 0 : startAfter(items, decode(after, places), places);
  const edges = items.slice(from, from + first).map((node) => ({ cursor: encode(places.of(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: from + edges.length < items.length,
      hasPreviousPage: from > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Throws when no such page can be. */
export function checkPage<Item>({ first, after }: PageArguments, places: Places<Item>): void {
  if (first != null) within(first, 0, MAX_PAGE, 'first');
  if (after != null) decode(after, places);
}

function startAfter<Item>(items: readonly Item[], place: string, { of }: Places<Item>): number {
  const at = items.findIndex((item) => of(item) > place);
  return at < 0 ? items.length : at;
}

const encode = (place: string): string => Buffer.from(place).toString('base64url');

function decode<Item>(cursor: string, places: Places<Item>): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (encode(place) !== cursor || !places.has(place)) throw badInput('after', 'must be a cursor of an earlier page');
  return place;
}
