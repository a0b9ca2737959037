/** An upgrade that is not granted. From the `upgrade` event on, node:http looks after the socket no more. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export function refuseUpgrade(socket: Duplex, status: 403 | 404 | 429): void {
  socket.on('error', () => socket.destroy()); // the caller has hung up; nobody else listens, and that would end the process
  socket.once('finish', () => socket.destroy()); // the caller may never hang up
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
