/**
 * What deliveries cost at least: ws, rooms in a Map, and nothing else. SEND=frame builds one frame for each event and
 * writes the same bytes to every socket; SEND=string is ws.send of the same string, as most write it. No store, no
 * GraphQL, no tokens; the bytes sent are those our server sends.
 */
import { Sender, WebSocketServer } from 'ws';
import { listen } from './listen.js';

const PING_INTERVAL = 10_000; // ms
const send = process.env.SEND === 'frame' ? sendFrame : sendString;
const rooms = new Map();
const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });

listen((_, response) => response.end()).on('upgrade', (request, socket, head) => {
  server.handleUpgrade(request, socket, head, (ws) => accept(ws, request.url.split('user=')[1]));
});

function accept(ws, user) {
  ws.isAlive = true;
  ws.watched = [];
  ws.on('pong', heard);
  ws.on('close', leave);
  ws.on('message', (data) => {
    const { watch, set } = JSON.parse(data);
    if (watch !== undefined) for (const person of watch) enter(ws, person);
    if (set !== undefined) send(rooms.get(user) ?? [], eventOf(user, set));
    ws.send('{"done":true}');
  });
}

function enter(ws, person) {
  const room = rooms.get(person) ?? new Set();
  rooms.set(person, room);
  room.add(ws);
  ws.watched.push(room);
}

function leave() {
  for (const room of this.watched) room.delete(this);
}

function sendFrame(sockets, text) {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  const frame = Buffer.concat(Sender.frame(Buffer.from(text), options));
  for (const ws of sockets) ws._socket.write(frame);
}

function sendString(sockets, text) {
  for (const ws of sockets) ws.send(text);
}

function eventOf(user, text) {
  const presence = { availability: 'ONLINE', status: { text, emoji: null }, lastActive: '2026-11-28T12:00:00.000Z' };
  const data = { presenceChanged: { initial: false, user: { id: user }, presence } };
  return JSON.stringify({ id: '1', type: 'next', payload: { data } });
}

function heard() {
  this.isAlive = true;
}

setInterval(() => {
  for (const ws of server.clients) {
    if (!ws.isAlive) ws.terminate();
    ws.isAlive = false;
    ws.ping();
  }
}, PING_INTERVAL);
