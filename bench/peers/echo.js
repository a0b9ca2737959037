/** What a message over a WebSocket costs at least: ws, and JSON there and back. */
import { WebSocketServer } from 'ws';
import { listen } from './listen.js';

const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });

listen((_, response) => response.end()).on('upgrade', (request, socket, head) => {
  server.handleUpgrade(request, socket, head, (ws) => {
    ws.on('message', (data) => ws.send(JSON.stringify(JSON.parse(data))));
  });
});
