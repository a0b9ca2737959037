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
  expect(differs).toEqual([]);
});
