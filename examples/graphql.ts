/**
 * `graphql()` for all examples but Relay's, which has a compiler of its own: gql.tada reads each operation and gives it
 * the types of its variables and results, so a misspelt field is an error of `tsc`. Nothing is generated per operation.
 */
import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './generated/schema-types.d.ts'; // made by `npm run generate`

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; JSONObject: Record<string, unknown> };
  disableMasking: true; // fragments are shown as what they contain
}>();
export type { ResultOf } from 'gql.tada';
