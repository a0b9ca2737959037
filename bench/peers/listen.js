/** Listens on any free port of loopback, and says which. */
import { createServer } from 'node:http';

export function listen(answer) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`));
  return server;
}
