/** What a query over HTTP costs with Yoga as it comes: one field, and a constant instead of a store. */
import { createSchema, createYoga } from 'graphql-yoga';
import { listen } from './listen.js';

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    type Presence { availability: String! }
    type User { id: ID! presence: Presence! }
    type Query { user(id: ID!): User! }
  `,
  resolvers: { Query: { user: (_, { id }) => ({ id, presence: { availability: 'ONLINE' } }) } },
});

listen(createYoga({ schema, logging: false }));
