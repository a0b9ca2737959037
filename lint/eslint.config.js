/**
 * schema.graphql by graphql-eslint's rules for schemas, the recommended ones and those for Relay. Each exception has its
 * reason beside it; whatever is not listed here holds as it comes.
 */
import { fileURLToPath } from 'node:url';
import graphql from '@graphql-eslint/eslint-plugin';

const SCHEMA = fileURLToPath(new URL('../schema.graphql', import.meta.url));

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: SCHEMA } } },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,

      // An id is for what can be asked for again by it. These cannot: answers of mutations, pages and their edges, and
      // what happened; and values, which have no life of their own beside the person or the calendar they belong to.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            suffixes: ['Payload', 'Connection', 'Edge', 'Change'],
            types: ['PageInfo', 'Status', 'Claim', 'Explanation', 'Preferences', 'BusyInterval'],
          },
        },
      ],

      // Pages go forward only. What is paged is in an order in which nobody begins at the end, and a page that goes
      // backward would read all the same: the lists are kept whole.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],

      // Not every list is one to page through: `users` answers the ids it was asked for one by one, what a person has
      // of their own (sessions, claims) is bounded by a hundred or so, and custom statuses are what a menu offers.
      // Channel.members pages by the id of the last, because its public contract is a list of users.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
    },
  },
];
