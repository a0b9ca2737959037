/** Socket.IO with its Redis adapter: a room for each person who is watched, WebSockets only, presence in Redis. */
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { listen } from './listen.js';

const redis = new Redis(process.env.REDIS_URL);
const io = new Server(
  listen((_, response) => response.end()),
  {
    transports: ['websocket'],
    adapter: createAdapter(redis.duplicate(), redis.duplicate()),
    pingInterval: 10_000, // ms, as often as our server does
    pingTimeout: 5_000, // ms
  },
);

const keyOf = (user) => `user:${user}`;

io.on('connection', async (socket) => {
  const { user } = socket.handshake.auth;
  const presence = { availability: 'ONLINE', status: null, lastActive: new Date().toISOString() };
  socket.on('watch', async (people, answer) => {
    socket.join(people);
    answer(await redis.mget(people.map(keyOf)));
  });
  socket.on('setStatus', async (text, answer) => {
    presence.status = { text, emoji: null };
    await redis.set(keyOf(user), JSON.stringify(presence));
    io.to(user).emit('presenceChanged', { initial: false, user: { id: user }, presence });
    answer({ availability: presence.availability });
  });
  await redis.set(keyOf(user), JSON.stringify(presence));
});
