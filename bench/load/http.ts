/** Queries over HTTP, on connections that stay open. */
import { Agent, request } from 'node:http';

export interface Queries {
  readonly url: string;
  readonly token: string;
  readonly count: number;
  readonly atOnce: number;
  readonly query: string;
  readonly variables: object;
}

/** Resolves with the milliseconds that all of them took. */
export async function query({ count, atOnce, ...what }: Queries): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const begun = performance.now();
  let left = count;
  const worker = async () => {
    while (left-- > 0) await queryOnce(agent, what);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  agent.destroy();
  return performance.now() - begun;
}

function queryOnce(agent: Agent, { url, token, query: text, variables }: Omit<Queries, 'count' | 'atOnce'>) {
  const body = JSON.stringify({ query: text, variables });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
    authorization: `Bearer ${token}`,
    'content-length': Buffer.byteLength(body),
  };
  return new Promise<void>((resolve, reject) => {
    const sent = request(`${url}/graphql`, { agent, method: 'POST', headers }, (response) => {
      let said = '';
      response.setEncoding('utf8').on('data', (part) => {
        said += part;
      });
      response.on('end', () => {
        if (said.includes('"availability"')) resolve();
        else reject(new Error(`${response.statusCode}: ${said}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
