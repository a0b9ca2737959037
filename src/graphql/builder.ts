/** The schema's frame: the roots and the scalars. Each capability adds its part in a file of its own. */
import SchemaBuilder from '@pothos/core';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { JsonObject } from '../presence/record.ts';
import type { Context } from './context.ts';
import { ROLES } from './roles.ts';

export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSONObject: { Input: JsonObject; Output: JsonObject };
    ID: { Input: string; Output: string };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({ plugins: [ROLES], defaultFieldNullability: false });

builder.scalarType('DateTime', {
  description: 'A moment: RFC 3339, in UTC, with milliseconds, such as `2026-11-22T09:30:00.000Z`.',
  serialize: GraphQLDateTimeISO.serialize,
  parseValue: (value) => GraphQLDateTimeISO.parseValue(value),
});

builder.queryType({
  description: 'What can be read. All of it needs a token, and stays within the token’s site.',
});
builder.mutationType({
  description: 'What can be changed. All of it needs a token, and stays within the token’s site.',
});
builder.subscriptionType({
  description: 'What can be followed live, over a WebSocket (graphql-transport-ws) or as server-sent events.',
});
