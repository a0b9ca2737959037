/** GraphQL over HTTP by the audits of its reference implementation, each against a whole server. */
import { serverAudits } from 'graphql-http';
import { expect, it } from 'vitest';
import { startService } from '../support/service.ts';

it('is what GraphQL over HTTP says that a server must and should be', async () => {
  const { url } = await startService();
  const audits = serverAudits({ url: `${url}/graphql`, fetchFn: fetch });
  expect(audits.length).toBeGreaterThan(60);
  const differs: string[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== 'ok') differs.push(`${result.id} ${result.name}`);
  }
  // All of them MAY: what is no object under `extensions`, which this server does not read, is no reason to refuse.
  expect(differs).toEqual([
    '58B0 MAY use 400 status code on string {extensions} parameter',
    '58B1 MAY use 400 status code on number {extensions} parameter',
    '58B2 MAY use 400 status code on boolean {extensions} parameter',
    '58B3 MAY use 400 status code on array {extensions} parameter',
  ]);
});
