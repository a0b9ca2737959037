/** Where servers listen, and what their operator is told when they cannot. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';

/** The message says what to do; `cause` is the system's own error. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

interface Place extends Pick<Config, 'host' | 'port'> {
  /** The variable that has the port. */
  readonly variable: string;
}

/** @throws {CannotListen} */
export function listen(server: Server, { host, port, variable }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const advice =
        cause.code === 'EADDRINUSE'
          ? `Stop the program that has this port, or set ${variable} to another.`
          : `Set HOST to an address of this machine, and ${variable} to one that this user may use.`;
      reject(
        new CannotListen(`The server cannot listen on ${host}, port ${port} (${cause.code}). ${advice}`, { cause }),
      );
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

/** Of a server that listens. */
export function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
