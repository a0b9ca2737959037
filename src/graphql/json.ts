/** JSON that an application attaches to something of its own. */
import { GraphQLError, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { JsonObject } from '../presence/record.ts';
import { builder } from './builder.ts';

const MOST_BYTES = 2_048; // of UTF-8, when serialised
const MOST_LEVELS = 5;

builder.scalarType('JSONObject', {
  description: `A JSON object: at most ${MOST_BYTES / 1_024} KiB when serialised, at most ${MOST_LEVELS} levels deep.`,
  serialize: (value) => value,
  parseValue: checked,
  parseLiteral: (node: ValueNode, variables) => checked(valueFromASTUntyped(node, variables)),
});

function checked(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GraphQLError('JSONObject must be an object.');
  }
  if (depthOf(value, MOST_LEVELS) > MOST_LEVELS) {
    throw new GraphQLError(`JSONObject must be at most ${MOST_LEVELS} levels deep.`);
  }
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new GraphQLError(
      `JSONObject must have at most ${MOST_BYTES} bytes when serialised; this has ${Buffer.byteLength(text)}.`,
    );
  }
  // A copy, so that what GraphQL made without a prototype is an object like any other.
  return JSON.parse(text);
}

/** How many objects and lists lie in each other, counted no further than one over `most`. */
function depthOf(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (most === 0) return 1;
  return 1 + Math.max(0, ...Object.values(value).map((each) => depthOf(each, most - 1)));
}
