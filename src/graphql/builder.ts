/** The schema's frame: who may call what, and the scalars. Each capability adds its part in a file of its own. */
import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { JsonObject } from '../presence/record.ts';
import { type Context, callerOf } from './context.ts';
import { apiError } from './errors.ts';

export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSONObject: { Input: JsonObject; Output: JsonObject };
    ID: { Input: string; Output: string };
  };
  AuthScopes: { signedIn: boolean; person: boolean; administrator: boolean; backend: boolean };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ScopeAuthPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    // Without this a subscription is set up first and refused at its first event.
    authorizeOnSubscribe: true,
    authScopes: (context) => ({
      signedIn: () => callerOf(context) !== null,
      person: () => allow(context, ['USER', 'ADMIN', 'SERVER'], 'Guests may only watch.'),
      administrator: () => allow(context, ['ADMIN', 'SERVER'], 'Only administrators and the backend may do this.'),
      backend: () => allow(context, ['SERVER'], 'Only a token with the role "server" may do this.'),
    }),
  },
});

function allow(context: Context, roles: readonly string[], sentence: string): true {
  if (!roles.includes(callerOf(context).role)) throw apiError('FORBIDDEN', sentence);
  return true;
}

builder.scalarType('DateTime', {
  description: 'A moment: RFC 3339, in UTC, with milliseconds, such as `2026-11-22T09:30:00.000Z`.',
  serialize: GraphQLDateTimeISO.serialize,
  parseValue: (value) => GraphQLDateTimeISO.parseValue(value),
});

builder.queryType({
  description: 'What can be read. All of it needs a token, and stays within the token’s site.',
  authScopes: { signedIn: true },
});
builder.mutationType({
  description: 'What can be changed. All of it needs a token, and stays within the token’s site.',
  authScopes: { person: true },
});
builder.subscriptionType({
  description: 'What can be followed live, over a WebSocket (graphql-transport-ws) or as server-sent events.',
  authScopes: { signedIn: true },
});
