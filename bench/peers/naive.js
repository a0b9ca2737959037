/**
 * The build that the documentation of its parts leads to: Yoga, graphql-ws, graphql-redis-subscriptions and withFilter,
 * presence in Redis. TOPICS=one publishes everything to one topic and filters, TOPICS=person has one for each person;
 * with SNAPSHOT=yes that subscription begins with the present values, as ours does, and misses nothing in between.
 * Kinder to it than most builds: connecting writes ONLINE without telling everybody, and an event needs no read.
 */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { withFilter } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga, Repeater } from 'graphql-yoga';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';
import { listen } from './listen.js';

const redis = new Redis(process.env.REDIS_URL);
const pubsub = new RedisPubSub({ publisher: redis, subscriber: new Redis(process.env.REDIS_URL) });
const onePerPerson = process.env.TOPICS === 'person';
const topic = (user) => (onePerPerson ? `PRESENCE_CHANGED.${user}` : 'PRESENCE_CHANGED');

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    enum Availability { ONLINE AWAY BUSY OFFLINE }
    type Status { text: String emoji: String }
    type Presence { availability: Availability! status: Status lastActive: String }
    type User { id: ID! presence: Presence! }
    type PresenceChange { initial: Boolean! user: User! presence: Presence! }
    type Query { user(id: ID!): User! users(ids: [ID!]!): [User!]! }
    input SetStatusInput { text: String emoji: String }
    type ViewerPayload { viewer: Presence! }
    type Mutation { setStatus(input: SetStatusInput!): ViewerPayload! }
    type Subscription { presenceChanged(userIds: [ID!]!): PresenceChange! }
  `,
  resolvers: {
    Query: {
      user: async (_, { id }) => (await read([id]))[0],
      users: (_, { ids }) => read(ids),
    },
    Mutation: {
      async setStatus(_, { input: { text = null, emoji = null } }, { user }) {
        const [{ presence: before }] = await read([user]);
        const presence = { ...before, status: { text, emoji } };
        await write(user, presence);
        const presenceChanged = { initial: false, user: { id: user }, presence };
        await pubsub.publish(topic(user), { presenceChanged });
        return { viewer: presence };
      },
    },
    Subscription: {
      presenceChanged: {
        subscribe: subscriptions(),
      },
    },
  },
});

function subscriptions() {
  if (process.env.SNAPSHOT === 'yes') return (_, { userIds }) => presentAndChanges(userIds);
  if (onePerPerson) return (_, { userIds }) => pubsub.asyncIterator(userIds.map(topic));
  return withFilter(
    () => pubsub.asyncIterator(topic()),
    ({ presenceChanged }, { userIds }) => userIds.includes(presenceChanged.user.id),
  );
}

/** Subscribes, and reads only once that is done: what changes meanwhile comes after what was read. */
function presentAndChanges(userIds) {
  return new Repeater(async (push, stop) => {
    const subscribed = await Promise.all(userIds.map((user) => pubsub.subscribe(topic(user), push)));
    for (const { id, presence } of await read(userIds)) {
      push({ presenceChanged: { initial: true, user: { id }, presence } });
    }
    await stop;
    for (const subscription of subscribed) pubsub.unsubscribe(subscription);
  });
}

const OFFLINE = { availability: 'OFFLINE', status: null, lastActive: null };

async function read(users) {
  const found = await redis.mget(users.map((user) => `user:${user}`));
  return users.map((id, at) => ({ id, presence: found[at] === null ? OFFLINE : JSON.parse(found[at]) }));
}

const write = (user, presence) => redis.set(`user:${user}`, JSON.stringify(presence));

const yoga = createYoga({
  schema,
  logging: false,
  context: ({ connectionParams }) => ({ user: connectionParams?.user }),
});
const http = listen(yoga);

// As in Yoga's documentation of subscriptions over WebSocket.
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    async onConnect({ connectionParams: { user } }) {
      await write(user, { availability: 'ONLINE', status: null, lastActive: new Date().toISOString() });
    },
    async onSubscribe(ctx, _id, params) {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length > 0 ? errors : args;
    },
  },
  new WebSocketServer({ server: http, path: yoga.graphqlEndpoint }),
);
